"""Getting audio from an address.

Whoever knows the key may name any address, so the network is the limit: this service belongs on one without a way
out. What is checked here are the bounds.
"""

import urllib.error
import urllib.request
from typing import IO, Final

from converter.errors import RefusedError

BAD_REQUEST: Final = 400
SECONDS: Final = 15


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the address that was given is the one that is asked."""

    def redirect_request(self, *_: object) -> None:
        """Return no further request."""


_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())


def fetch(url: str, limit: int) -> bytes:
    """Return what is at an address.

    Args:
        url: http or https.
        limit: Most bytes.

    Raises:
        RefusedError: Nothing, an error, or too much. The address is not repeated: it may be a signed one.
    """
    if not url.startswith(("http://", "https://")):
        raise RefusedError(BAD_REQUEST, "url: only http and https")
    answer: IO[bytes]
    try:
        with _OPENER.open(url, timeout=SECONDS) as answer:
            data = answer.read(limit + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise RefusedError(BAD_REQUEST, f"url: answered with status {error.code}") from None
    except (OSError, ValueError) as error:
        raise RefusedError(BAD_REQUEST, f"url: could not be fetched ({type(error).__name__})") from None
    if len(data) > limit:
        raise RefusedError(413, f"url: more than {limit} bytes")
    return data
