"""Form bodies: what a browser or an HTTP library sends as multipart/form-data or urlencoded.

Python 3.13 has no parser of its own for them any more, and the general one for mail is slow on megabytes.
Source: RFC 7578 (multipart/form-data), RFC 2046 section 5.1 (boundaries).
"""

from email.message import Message
from urllib.parse import parse_qsl

from converter.errors import RefusedError

BAD_REQUEST = 400
MAX_FIELDS = 16


def parse(content_type: str, body: bytes) -> dict[str, bytes]:
    """Return the fields of a form, name to content; of several with one name the first counts.

    Args:
        content_type: Header of that name.
        body: The body.

    Raises:
        RefusedError: It is no form.
    """
    header = _header("content-type", content_type)
    kind = header.get_content_type()
    if kind == "multipart/form-data":
        boundary = header.get_param("boundary")
        if not isinstance(boundary, str) or not boundary:
            raise RefusedError(BAD_REQUEST, "no multipart boundary param in Content-Type")
        return _multipart(body, boundary.encode())
    if kind == "application/x-www-form-urlencoded":
        try:
            pairs = parse_qsl(body, max_num_fields=MAX_FIELDS)
        except ValueError:
            raise RefusedError(BAD_REQUEST, f"more than {MAX_FIELDS} fields") from None
        return dict(reversed([(name.decode(errors="replace"), value) for name, value in pairs]))
    return {}


def _multipart(body: bytes, boundary: bytes) -> dict[str, bytes]:
    fields: dict[str, bytes] = {}
    delimiter = b"\r\n--" + boundary
    start = 0 if body.startswith(delimiter[2:]) else body.find(delimiter)
    position = start + len(delimiter) - (2 if start == 0 else 0)
    for _ in range(MAX_FIELDS):
        if start < 0 or body.startswith(b"--", position):
            return fields
        head_end, part_end = body.find(b"\r\n\r\n", position), body.find(delimiter, position)
        if not 0 <= head_end < part_end:
            raise RefusedError(BAD_REQUEST, "the multipart body ends early")
        name = _name(body[position:head_end])
        fields.setdefault(name, body[head_end + 4 : part_end])
        position = part_end + len(delimiter)
    raise RefusedError(BAD_REQUEST, f"more than {MAX_FIELDS} fields")


def _name(head: bytes) -> str:
    """Return the field name in a part's header lines, or nothing."""
    for line in head.decode(errors="replace").split("\r\n"):
        key, _, value = line.partition(":")
        if key.strip().lower() == "content-disposition":
            name = _header("content-disposition", value.strip()).get_param("name", header="content-disposition")
            return name if isinstance(name, str) else ""
    return ""


def _header(name: str, value: str) -> Message:
    message = Message()
    message[name] = value.replace("\r", " ").replace("\n", " ")
    return message
