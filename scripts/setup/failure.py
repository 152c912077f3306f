"""The two ways a step can end early: a mistake the user must see, and a source that another one can replace."""


class SetupError(Exception):
    """Ends the set-up with a message in three parts.

    Args:
        problem: What is wrong.
        consequence: What this means for the machine, or what would have happened.
        remedy: What to do, with the command.
        details: Lines of a log that explain the problem, if any.
    """

    def __init__(self, problem: str, consequence: str, remedy: str, details: tuple[str, ...] = ()) -> None:
        """Keep the parts; ``str()`` joins them, one per line."""
        self.problem, self.consequence, self.remedy, self.details = problem, consequence, remedy, details
        quoted = "".join(f"\n  | {line}" for line in details)
        super().__init__(f"{problem}{quoted}\n{consequence}\n{remedy}")


class UnavailableError(Exception):
    """A source cannot be used on this machine; the message says why in a few words, fit for a bracket."""
