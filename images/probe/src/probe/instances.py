"""`probe instances`: makes the declared Evolution instances true, as often as it is run."""

from pathlib import Path
from typing import Any

from probe.declared import Instance, InstancesFile
from probe.errors import ProbeError
from probe.evolution import Evolution
from probe.files import read_secret, read_settings
from probe.output import say
from probe.tokens import set_token
from probe.waiting import Deadline

# Evolution replaces all settings at once and refuses a body without one of the flags. `wavoipToken` is not declared
# here, and would be lost by leaving it out.
UNSET_SETTINGS: dict[str, bool | str] = {
    "alwaysOnline": False,
    "groupsIgnore": False,
    "msgCall": "",
    "readMessages": False,
    "readStatus": False,
    "rejectCall": False,
    "syncFullHistory": False,
    "wavoipToken": "",
}


def run(settings_path: Path, timeout_seconds: float) -> None:
    """Create what is missing, and assert every webhook and the declared settings.

    Raises:
        ProbeError: At the first thing that cannot be made true.
    """
    settings = read_settings(settings_path, InstancesFile)
    key = read_secret(settings.api_key_file)
    evolution = Evolution(settings.url, key, "the global key", Deadline(timeout_seconds))
    found = evolution.instances()
    for name in sorted(found.keys() - {instance.name for instance in settings.instances}):
        say(f"instance {name}: not declared here, left as it is")
    for instance in settings.instances:
        token = read_secret(instance.token_file)
        stored = _ensure_instance(evolution, instance, token, found.get(instance.name))
        if stored.get("token", token) != token:
            set_token(read_secret(settings.database_file), settings.database_schema, instance.name, token)
            say(f"instance {instance.name}: token set as declared")
        _assert_webhook(evolution, instance)
        _assert_settings(evolution, instance, stored)
        _tell_how_to_link(settings, instance, stored)


def _ensure_instance(
    evolution: Evolution, instance: Instance, token: str, stored: dict[str, Any] | None
) -> dict[str, Any]:
    """Return the instance as it is stored, made if it was missing."""
    if stored is None:
        body: dict[str, Any] = {
            "instanceName": instance.name,
            "integration": instance.integration,
            "qrcode": False,  # true would block for seconds waiting for a code; the manager shows it on request
            "token": token,
            **instance.settings.declared,
        }
        if instance.number is not None:
            body["number"] = instance.number
        if evolution.create_instance(body):
            say(f"instance {instance.name}: created")
            return {"Setting": instance.settings.declared}
        # Somebody else created it between the two requests: check theirs like any other.
        stored = evolution.instances().get(instance.name)
        if stored is None:
            raise ProbeError(
                f"instance {instance.name}: evolution-api calls the name taken (HTTP 403) but lists no such instance. "
                "It may belong to another DATABASE_CONNECTION_CLIENT_NAME: put the old client name back, or choose "
                "another instance name."
            )
    _check_stored(instance, stored)
    say(f"instance {instance.name}: already there")
    return stored


def _check_stored(instance: Instance, stored: dict[str, Any]) -> None:
    """Refuse differences that would make another instance of it: Evolution has no route to change them."""
    differences = []
    if stored.get("integration") != instance.integration:
        differences.append(f"integration (stored {stored.get('integration')}, declared {instance.integration})")
    # Other integrations store the number of the telephone that linked itself.
    if instance.integration == "EVOLUTION" and stored.get("number") != instance.number:
        differences.append(f"number (stored {stored.get('number')}, declared {instance.number})")
    if differences:
        raise ProbeError(
            f"instance {instance.name}: stored and declared {' and '.join(differences)} differ, and evolution-api has "
            "no route that changes this on an existing instance. Its applications would answer for the wrong number. "
            "Either declare the stored value again (GET /instance/fetchInstances with the global key shows it), or "
            "delete the instance and run this again, which makes it anew: "
            f"DELETE /instance/delete/{instance.name} with the global key (a linked telephone must then be linked "
            "again)."
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


def _assert_settings(evolution: Evolution, instance: Instance, stored: dict[str, Any]) -> None:
    """Set what differs; only then, because setting an instance that has a `wavoipToken` reconnects its telephone."""
    declared = instance.settings.declared
    kept = {name: value for name, value in (stored.get("Setting") or {}).items() if value is not None}
    changed = sorted(name for name, value in declared.items() if kept.get(name) != value)
    if changed:
        known = {name: kept.get(name, unset) for name, unset in UNSET_SETTINGS.items()}
        evolution.set_settings(instance.name, {**known, **declared})
        say(f"instance {instance.name}: {', '.join(changed)} set as declared")


def _tell_how_to_link(settings: InstancesFile, instance: Instance, stored: dict[str, Any]) -> None:
    if instance.integration != "WHATSAPP-BAILEYS" or stored.get("connectionStatus") == "open":
        return
    manager = settings.manager_url or (
        f"{settings.url.rstrip('/')}/manager (on the host: the address 'make status' shows for evolution-api)"
    )
    say(
        f"instance {instance.name}: no telephone is linked. Open {manager}, log in with the global key "
        "('make credentials'), choose the instance, and scan its QR code in WhatsApp under Linked devices"
    )
