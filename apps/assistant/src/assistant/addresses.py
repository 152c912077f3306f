"""WhatsApp's addresses: which belong to a person, and how one person's several forms become one.

A person has an address with a telephone number and a hidden one (`@lid`), which says nothing of the number. A chat goes
by either, and an event may name the other as an alternative.

Source: https://github.com/WhiskeySockets/Baileys at v7.0.0-rc13: src/WABinary/jid-utils.ts (forms of an address) and
src/Utils/decode-wa-message.ts (`extractAddressingContext`: which address is the alternative to which).
"""

import re
from dataclasses import dataclass, field

NUMBER_SUFFIX = "@s.whatsapp.net"
HIDDEN_SUFFIX = "@lid"
# A company may have its account hosted by Meta, and older clients write `c.us`; all name the same two kinds of address.
_SUFFIXES = {
    "": NUMBER_SUFFIX,
    "@s.whatsapp.net": NUMBER_SUFFIX,
    "@c.us": NUMBER_SUFFIX,
    "@hosted": NUMBER_SUFFIX,
    "@lid": HIDDEN_SUFFIX,
    "@hosted.lid": HIDDEN_SUFFIX,
}
# Digits, the agent and the device that wrote, and where the address belongs. The address 0 is WhatsApp's own.
_ADDRESS = re.compile(r"\+?(?P<user>[1-9][0-9]{0,24})(_[0-9]+)?(:[0-9]+)?(?P<suffix>@[a-z.]+)?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person, as far as an event tells.

    Attributes:
        address: Under which the person is kept and answered: with the number, where it is known.
        hidden: The hidden address, where it is known.
    """

    address: str = field(repr=False)
    hidden: str | None = field(repr=False)


def person(address: object, alternative: object = None) -> Person | None:
    """The person behind an address and its alternative; None when the address is nobody's, a group's for example."""
    first, second = normal_address(address), normal_address(alternative)
    if first is None:
        return None
    forms = [form for form in (first, second) if form is not None]
    number = next((form for form in forms if form.endswith(NUMBER_SUFFIX)), None)
    hidden = next((form for form in forms if form.endswith(HIDDEN_SUFFIX)), None)
    return Person(address=number or first, hidden=hidden)


def normal_address(address: object) -> str | None:
    """A person's address without agent and device, in today's form; None when it is no person's."""
    parts = _ADDRESS.fullmatch(address.strip()) if isinstance(address, str) else None
    suffix = _SUFFIXES.get(parts["suffix"] or "") if parts else None
    return f"{parts['user']}{suffix}" if parts and suffix else None


# With and without the digit that accounts from before its introduction lack: Brazil (mobile numbers alone), Mexico,
# Argentina. Source: evolution-api 2.3.7, src/utils/createJid.ts (`formatBRNumber`, `formatMXOrARNumber`).
_EXTRA_DIGITS = (
    re.compile(r"(?P<before>55[1-9][0-9])(?P<extra>9)?(?P<after>[6-9][0-9]{7})"),
    re.compile(r"(?P<before>52)(?P<extra>1)?(?P<after>[0-9]{10})"),
    re.compile(r"(?P<before>54)(?P<extra>9)?(?P<after>[0-9]{10})"),
)
_EXTRA = {"55": "9", "52": "1", "54": "9"}


def number_forms(number: str) -> tuple[str, ...]:
    """Every form in which WhatsApp may know a telephone number; empty when it is none.

    Args:
        number: With country code, as people write it: `+55 (11) 98888-7777`.
    """
    digits = re.sub(r"[\s()+.-]", "", number)
    if not re.fullmatch(r"[1-9][0-9]{7,14}", digits, re.ASCII):
        return ()
    for pattern in _EXTRA_DIGITS:
        if parts := pattern.fullmatch(digits):
            before, after = parts["before"], parts["after"]
            return f"{before}{after}", f"{before}{_EXTRA[before[:2]]}{after}"
    return (digits,)
