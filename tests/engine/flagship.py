"""What the flagship's engine tests share: its services, and the conversation seen from outside."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests

from tests.engine.conftest import PORT_OFFSET, Checkout

SERVICES = {
    "app/1",
    "audio-converter",
    "db",
    "evolution-api",
    "evolution-postgres",
    "ingress",
    "minio",
    "rabbitmq",
    "redis",
    "worker/1",
}
VOLUMES = 6
EVOLUTION = f"http://127.0.0.1:{8080 + PORT_OFFSET}"
NUMBER = "5511999990000"
PAGE = 50


def reply(text: str) -> int:
    """Returns the number of the message the application says it has received."""
    found = re.search(r"out: +Mensagem (\d+) recebida", text)
    assert found, text
    return int(found.group(1))


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """Evolution API as a contact and the owner of an instance see it, with nothing but its documented routes."""

    token: str
    instance: str = "assistant"

    def send(self, contact: str, text: str, *, message_id: str) -> None:
        """A contact writes."""
        body = {
            "key": {"fromMe": False, "id": message_id, "remoteJid": f"{contact}@s.whatsapp.net"},
            "message": {"conversation": text},
            "messageType": "conversation",
            "numberId": NUMBER,
            "pushName": "Ana",
        }
        requests.post(f"{EVOLUTION}/webhook/evolution", json=body, timeout=30).raise_for_status()

    def answers(self, contact: str) -> list[str]:
        """Returns what the instance has sent to a contact."""
        answer = requests.post(
            f"{EVOLUTION}/chat/findMessages/{self.instance}",
            headers={"apikey": self.token},
            json={"where": {"key": {"remoteJid": contact}}},
            timeout=30,
        )
        answer.raise_for_status()
        records: list[dict[str, Any]] = answer.json()["messages"]["records"]
        return [row["message"]["conversation"] for row in records if row["key"]["fromMe"]]

    def wait_for_answers(self, contacts: Sequence[str], seconds: float) -> dict[str, int]:
        """Waits until every contact has an answer, and returns how many each has got."""
        deadline = time.monotonic() + seconds
        found = dict.fromkeys(contacts, 0)
        while waiting := [contact for contact in contacts if not found[contact]]:
            for contact in waiting:
                found[contact] = len(self.answers(contact))
                if not found[contact]:
                    break  # they are answered in turn: the others come later
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
        return {contact: len(self.answers(contact)) for contact in contacts}


def conversation(checkout: Checkout) -> Conversation:
    """Returns the conversation with the application's own instance, with the credentials a person would look up."""
    shown = checkout.make("credentials")
    found = re.search(r"instance assistant\W+([A-Za-z0-9]{32})", shown.text)
    assert found, "make credentials does not show the instance's token"
    return Conversation(token=found.group(1))
