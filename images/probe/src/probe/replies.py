"""What an instance has sent to the contact since the conversation began, as evolution-api keeps it."""

from dataclasses import dataclass
from typing import Any

from probe.errors import ProbeError
from probe.evolution import Evolution


@dataclass(frozen=True)
class Reply:
    """One message to the contact."""

    reply_id: str
    text: str


class Replies:
    """The messages to a contact that were not there when this was made.

    By their ids and not by their times: those are whole seconds, and of another machine's clock.
    """

    def __init__(self, evolution: Evolution, instance: str, number: str) -> None:
        """Remember what is there already."""
        self._evolution = evolution
        self._instance = instance
        # The EVOLUTION channel files what was sent under the bare number, others under the full address.
        self._addresses = (number, f"{number}@s.whatsapp.net")
        self._earlier = frozenset(self._sent())

    def new(self) -> list[Reply]:
        """Those sent since, newest first."""
        return [reply for reply_id, reply in self._sent().items() if reply_id not in self._earlier]

    def newest(self) -> Reply | None:
        """The last one sent since."""
        return next(iter(self.new()), None)

    def by_id(self, reply_id: str) -> Reply | None:
        """The one with this id, if it was sent since."""
        return next((reply for reply in self.new() if reply.reply_id == reply_id), None)

    def demand_once(self, reply: Reply) -> None:
        """Check that the contact was told this once.

        Raises:
            ProbeError: The same text was sent more than once.
        """
        same = [other.reply_id for other in self.new() if other.text == reply.text]
        if len(same) > 1:
            raise ProbeError(
                f"evolution-api has this reply {len(same)} times ({', '.join(same)}): {reply.text}. "
                "Look at worker: two of its copies, or two tries of one, sent what only one may: "
                "'make logs SERVICE=worker'"
            )

    def _sent(self) -> dict[str, Reply]:
        found: dict[str, Reply] = {}
        for address in self._addresses:
            for record in self._evolution.messages_with(self._instance, address):
                match record:
                    case {"key": {"id": str(reply_id), "fromMe": True}}:
                        found[reply_id] = Reply(reply_id, _text(record))
        return found


def _text(record: dict[str, Any]) -> str:
    match record.get("message"):
        case {"conversation": str(text)} | {"extendedTextMessage": {"text": str(text)}}:
            return text
    return f"[{record.get('messageType', 'no text')}]"
