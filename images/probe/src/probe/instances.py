"""`probe instances`: makes the declared Evolution instances true, as often as it is run."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from probe.errors import ProbeError
from probe.evolution import Evolution
from probe.files import SettingsModel, read_secret, read_settings
from probe.output import say
from probe.waiting import Deadline


class Webhook(SettingsModel):
    """Where an instance reports its events."""

    url: str
    secret_file: Path
    events: tuple[str, ...]


class Instance(SettingsModel):
    """One WhatsApp number, or one simulated."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$")  # becomes part of addresses
    integration: Literal["EVOLUTION", "WHATSAPP-BAILEYS", "WHATSAPP-BUSINESS"]
    number: str | None = Field(default=None, pattern=r"^[0-9]{6,20}$")
    token_file: Path
    webhook: Webhook


class InstancesFile(SettingsModel):
    """The settings file of this command."""

    url: str
    api_key_file: Path
    instances: tuple[Instance, ...]


def run(settings_path: Path, timeout_seconds: float) -> None:
    """Create what is missing and assert every webhook.

    Raises:
        ProbeError: At the first thing that cannot be made true.
    """
    settings = read_settings(settings_path, InstancesFile)
    key = read_secret(settings.api_key_file)
    evolution = Evolution(settings.url, key, "the global key", Deadline(timeout_seconds))
    for instance in settings.instances:
        token = read_secret(instance.token_file)
        _ensure_instance(evolution, instance, token)
        _assert_webhook(evolution, instance)


def _ensure_instance(evolution: Evolution, instance: Instance, token: str) -> None:
    stored = evolution.instance(instance.name)
    if stored is None:
        body: dict[str, Any] = {
            "instanceName": instance.name,
            "integration": instance.integration,
            "qrcode": False,  # true would block for seconds waiting for a code; the API shows it on request
            "token": token,
        }
        if instance.number is not None:
            body["number"] = instance.number
        if evolution.create_instance(body):
            say(f"instance {instance.name}: created")
            return
        # Somebody else created it between the two requests: check theirs like any other.
        stored = evolution.instance(instance.name)
        if stored is None:
            raise ProbeError(
                f"instance {instance.name}: evolution-api calls the name taken (HTTP 403) but lists no such instance. "
                "It may belong to another DATABASE_CONNECTION_CLIENT_NAME: put the old client name back, or choose "
                "another instance name."
            )
    _check_stored(instance, stored, token)
    say(f"instance {instance.name}: already there")


def _check_stored(instance: Instance, stored: dict[str, Any], token: str) -> None:
    """Refuse differences that Evolution has no route to change."""
    differences = []
    if stored.get("token") != token:
        differences.append(f"token (declared in {instance.token_file})")
    if stored.get("integration") != instance.integration:
        differences.append(f"integration (stored {stored.get('integration')}, declared {instance.integration})")
    # Other integrations store the number of the telephone that linked itself.
    if instance.integration == "EVOLUTION" and stored.get("number") != instance.number:
        differences.append(f"number (stored {stored.get('number')}, declared {instance.number})")
    if differences:
        raise ProbeError(
            f"instance {instance.name}: stored and declared {' and '.join(differences)} differ, and evolution-api has "
            "no route that changes this on an existing instance. Its applications would be refused (HTTP 401) or "
            "answer for the wrong number. Either declare the stored value again, or delete the instance and run this "
            f"again, which makes it anew: DELETE /instance/delete/{instance.name} with the global key "
            "(a linked telephone must then be linked again)."
        )


def _assert_webhook(evolution: Evolution, instance: Instance) -> None:
    webhook = instance.webhook
    evolution.set_webhook(
        instance.name,
        {
            "base64": False,
            "byEvents": False,
            "enabled": True,
            "events": list(webhook.events),
            "headers": {"authorization": f"Bearer {read_secret(webhook.secret_file)}"},
            "url": webhook.url,
        },
    )
    say(f"instance {instance.name}: events go to {webhook.url}")
