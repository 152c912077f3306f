"""What a message says: its kind, the text a person would read, and what becomes of it. Pure; the table is `kinds`.

Nothing here trusts the form of what it is given: whatever a part is not, it counts as missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.kinds import (
    BY_NAME,
    EDIT,
    PARTICULAR_ASSOCIATIONS,
    PARTICULAR_REASON,
    REVOKE,
    Kind,
    Treatment,
)

# The library that Evolution uses opens five; one more costs nothing, and a hostile thousand end here.
MAX_WRAPPERS = 6
MAX_NAME_LENGTH = 200
UNNAMED = "unknown"

WITHOUT_CONTENT = "without content"
EMPTY_WRAPPER = "an empty wrapper"
UNKNOWN_KIND = "a kind that this release does not know"
WRAPPED_TOO_OFTEN = "wrapped too often"
WORDLESS_EDIT = "an edit without a text"
SETTING = "a setting, or between the phones of one account"


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a message says.

    Attributes:
        kind: WhatsApp's name of it.
        text: What a person reads; None for kinds without words.
        apart: Why it is set aside; None when it is to be stored and answered.
        changes: The id of the message that this one corrects by its text, or withdraws when it has none.
    """

    kind: str
    text: str | None = field(default=None, repr=False)
    apart: str | None = None
    changes: str | None = None


def read_content(message: object, depth: int = MAX_WRAPPERS) -> Content:
    """Read a message as WhatsApp has it.

    Args:
        message: The value of `message` in an event.
        depth: How many wrappers may still be opened.
    """
    parts = message if isinstance(message, dict) else {}
    name, kind = _kind_of(parts)
    if name is None:
        return Content(kind=UNNAMED, apart=WITHOUT_CONTENT)
    part = parts[name]
    if association(parts) in PARTICULAR_ASSOCIATIONS:
        return Content(kind=_shown(name), apart=PARTICULAR_REASON)
    if kind is None or kind.treatment is Treatment.WRAPPER:
        return _opened(name, part, kind, depth)
    if kind.treatment is Treatment.PROTOCOL:
        return read_protocol(part, depth)
    text = next(_texts(part, kind), None) or storable_text(parts.get("speechToText"))
    if kind.treatment is Treatment.APART or (kind.treatment is Treatment.VOTE and text is None):
        return Content(kind=name, apart=kind.reason)
    return Content(kind=name, text=text)


def read_protocol(part: object, depth: int = MAX_WRAPPERS) -> Content:
    """Read a `protocolMessage`: most of them are between telephones, some change a message.

    Its key is written from the side of whoever changes: `fromMe` is true and `remoteJid` this account's, although the
    contact did it. So nothing but the id says which message it is.
    """
    name = "protocolMessage"
    fields = part if isinstance(part, dict) else {}
    target, type_ = storable_id(lead(fields, "key.id")), fields.get("type", REVOKE[1])
    if type_ in EDIT and target is not None:
        edited = read_content(fields.get("editedMessage"), depth - 1) if depth else Content(kind=name)
        if edited.text is None:
            return Content(kind=name, apart=WORDLESS_EDIT)
        return Content(kind=name, text=edited.text, changes=target)
    if type_ in REVOKE and target is not None:
        return Content(kind=name, changes=target)
    return Content(kind=name, apart=SETTING)


def association(parts: dict[str, Any]) -> object:
    """How a message belongs to another one; None when it does not."""
    found = lead(parts, "messageContextInfo.messageAssociation.associationType")
    return found if isinstance(found, (str, int)) else None


def lead(part: object, path: str) -> object:
    """What a dotted path leads to; None when it leads nowhere. The empty path stays where it is."""
    for step in path.split(".") if path else ():
        part = part.get(step) if isinstance(part, dict) else None
    return part


def storable(text: str) -> str:
    """A text as Postgres keeps it: without NUL, half a surrogate pair replaced. Both come from broken programs only."""
    whole = text.replace("\x00", "")
    try:
        whole.encode()
    except UnicodeEncodeError:
        return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole


def storable_text(text: object) -> str | None:
    """The same of what may be no text; None for what says nothing."""
    return (storable(text) or None) if isinstance(text, str) else None


def storable_id(value: object) -> str | None:
    """An id that fits an index; None when it is none. WhatsApp's have 20 to 40 characters."""
    text = storable_text(value)
    return text if text and len(text) <= MAX_NAME_LENGTH else None


def _opened(name: str, part: object, kind: Kind | None, depth: int) -> Content:
    inner = lead(part, "message")
    if isinstance(inner, dict) and depth:
        return read_content(inner, depth - 1)
    why = WRAPPED_TOO_OFTEN if isinstance(inner, dict) else EMPTY_WRAPPER if kind else UNKNOWN_KIND
    return Content(kind=_shown(name), apart=why)


def _kind_of(parts: dict[str, Any]) -> tuple[str | None, Kind | None]:
    """The key that says what a message is: one that the table knows before one that looks like a kind."""
    names = [name for name, part in parts.items() if part is not None]
    for name in names:
        kind = BY_NAME.get(name)
        if kind is not None and kind.treatment is not Treatment.BESIDE:
            return name, kind
    return next((name for name in names if name not in BY_NAME), None), None


def _shown(name: str) -> str:
    """The name of a kind as it is kept: one that the table does not know may be anything."""
    return storable(name)[:MAX_NAME_LENGTH]


def _texts(part: object, kind: Kind) -> Iterator[str]:
    for reads in kind.reads:
        words = [word for path in reads.split(",") for word in _words(lead(part, path))]
        if words:
            yield ", ".join(words)


def _words(value: object) -> list[str]:
    """The words of a text, a number, or a list of texts."""
    values = value if isinstance(value, list) else [value]
    words = (storable_text(each) or (str(each) if type(each) in {int, float} else None) for each in values)
    return [word for word in words if word]
