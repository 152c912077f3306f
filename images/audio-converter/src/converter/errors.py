"""A request that is not served, and what its sender is told."""


class RefusedError(Exception):
    """An answer other than 200.

    Attributes:
        status: HTTP status.
        words: What the sender is told; never a secret, never more of the request than a field's name.
    """

    def __init__(self, status: int, words: str) -> None:
        """Keep both.

        Args:
            status: HTTP status.
            words: What the sender is told.
        """
        super().__init__(words)
        self.status = status
        self.words = words
