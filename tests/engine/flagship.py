"""What the flagship's engine tests share: its services, and the conversation seen from outside."""

import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from tests.engine.checkout import PORT_OFFSET, STACK, Checkout

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
JOBS = {"evolution-api-migrate", "instances", "migrate", "minio-bucket", "smoke"}
VOLUMES = 6
EVOLUTION = f"http://127.0.0.1:{8080 + PORT_OFFSET}"
NUMBER = "5511999990000"
PAGE = 50
WRITERS = 16


def reply(text: str) -> int:
    """Returns the number of the message the application says it has received."""
    found = re.search(r"out: +Mensagem (\d+) recebida", text)
    assert found, text
    return int(found.group(1))


@contextmanager
def changed(checkout: Checkout, settings: str, *, above: str = "") -> Iterator[None]:
    """Adds settings to the system in the stack's file, and takes them out again at the end.

    Args:
        checkout: Whose stack.
        settings: What to add, in YAML's flow style: `app: {replicas: 2}`.
        above: Whole lines to add below `config:`.
    """
    file = checkout.path / f"Pulumi.{STACK}.yaml"
    good = file.read_text()
    more = f", {settings}" if settings else ""
    text = good.replace(f"{{portOffset: {PORT_OFFSET}}}", f"{{portOffset: {PORT_OFFSET}{more}}}")
    text = text.replace("config:\n", f"config:\n{above}")
    assert text != good
    file.write_text(text)
    try:
        yield
    finally:
        file.write_text(good)


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """Evolution API as a contact and the owner of an instance see it, with nothing but its documented routes."""

    token: str
    address: str = EVOLUTION
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
        requests.post(f"{self.address}/webhook/evolution", json=body, timeout=30).raise_for_status()

    def answers(self, contact: str) -> list[str]:
        """Returns what the instance has sent to a contact."""
        answer = requests.post(
            f"{self.address}/chat/findMessages/{self.instance}",
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


def write_paced(talk: Conversation, contacts: Sequence[str], *, area: str, per_second: float) -> None:
    """Every contact writes once, at a steady pace; every other message is delivered twice, as providers do.

    Args:
        talk: With whom.
        contacts: Who writes, in this order.
        area: Tells the messages of this call from others'.
        per_second: Messages in a second.
    """
    began = time.monotonic()

    def write(number: int) -> None:
        # Every message has its time, so that a slow answer does not slow the others.
        time.sleep(max(0.0, began + number / per_second - time.monotonic()))
        for _ in range(1 + number % 2):
            talk.send(contacts[number], f"pedido {number}", message_id=f"LOAD-{area}-{number}-{began}")

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(len(contacts))))


def conversation(checkout: Checkout, address: str = EVOLUTION) -> Conversation:
    """Returns the conversation with the application's own instance, with the credentials a person would look up."""
    shown = checkout.make("credentials")
    found = re.search(r"instance assistant\W+([A-Za-z0-9]{32})", shown.text)
    assert found, "make credentials does not show the instance's token"
    return Conversation(address=address, token=found.group(1))
