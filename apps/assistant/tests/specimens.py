"""Events of every kind, as Evolution posts them, and what has to become of each; `events.json` holds them.

Written by the definitions of WhatsApp's messages and by what Evolution makes of them, see `assistant.kinds` and
`assistant.payloads`. Nothing of them was said by anybody.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("events.json")


@dataclass(frozen=True)
class Specimen:
    """An event, and what has to become of it.

    Attributes:
        name: What a person did.
        event: Evolution's name of the event.
        data: What it says.
        becomes: The answer of the webhook.
        expected: The values that are kept, as far as the specimen is about them.
    """

    name: str
    event: str
    data: dict[str, Any]
    becomes: str
    expected: dict[str, str | None]

    def body(self, instance: str = "bot") -> bytes:
        """The webhook's body: the escapes that JavaScript writes for what is no character are kept."""
        envelope = {"event": self.event, "instance": instance, "data": self.data, "apikey": "instance-token"}
        return json.dumps(envelope).encode()

    @property
    def message_id(self) -> str | None:
        """Of the message that the event is about."""
        key = self.data.get("key")
        return self.expected.get("message_id") or (key.get("id") if isinstance(key, dict) else None)


def specimens() -> list[Specimen]:
    """All of them, in the order they are sent."""
    rows = json.loads(_FILE.read_text(encoding="utf-8"))
    return [
        Specimen(row.pop("name"), row.pop("event"), row.pop("data"), row.pop("becomes"), expected=row) for row in rows
    ]
