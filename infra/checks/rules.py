"""Rules between settings, and between settings and what is on this machine."""

import os
import shlex
import ssl
from typing import Final

from components.base.docker_api import is_local
from components.base.lock import CHECKOUT
from components.smoke import SERVICE as SMOKE
from infra.draft import Draft
from infra.errors import nearest
from infra.models import DOCKER_HOST
from infra.places import KeyPath
from stacks import sources
from stacks.evolution_parts import SMOKE_NUMBER
from stacks.settings.evolution import EvolutionSettings

DEVELOPMENT_PASSPHRASE: Final = "development"  # noqa: S105 a documented constant; see README, "State"


def check(draft: Draft) -> None:
    """Notes combinations that would do harm, and an application's folder that is not there."""
    if draft.environment == "production":
        _production(draft)
    for name, settings in draft.valid.items():
        _source(draft, name, getattr(getattr(settings, "app", None), "source", None))
        if isinstance(settings, EvolutionSettings):
            _instances(draft, name, settings)
            _commands(draft, name, settings)
            _certificate(draft, name, settings)
            _hot_reload(draft, name, settings)
            _pgadmin(draft, name, settings)
            _media(draft, name, settings)


def _production(draft: Draft) -> None:
    if os.environ.get("PULUMI_CONFIG_PASSPHRASE") == DEVELOPMENT_PASSPHRASE:
        draft.refuse(
            ("environment",),
            "production with the passphrase of development, which everybody knows: anybody could read its secrets. Set "
            "PULUMI_CONFIG_PASSPHRASE to one of your own, or write development.",
        )
    if draft.tree.get("protectData") is False:
        draft.refuse(
            ("protectData",),
            "must not be false in production: destroy would delete its data. Remove the line. To give a stack up for "
            f"good, run: pulumi state unprotect --all --stack {draft.stack}",
        )


def _source(draft: Draft, system: str, source: str | None) -> None:
    if source is None or (CHECKOUT / source / "Dockerfile").is_file():
        return
    folders = [str(found.parent.relative_to(CHECKOUT)) for found in CHECKOUT.glob("apps/*/Dockerfile")]
    near = nearest(source, folders)
    meant = f'did you mean "{near}"?' if near else f"there are: {', '.join(sorted(folders))}"
    draft.refuse(
        ("systems", system, "app", "source"),
        f"a folder without a Dockerfile, seen from the checkout ({meant}). Write the folder that has it.",
    )


def _instances(draft: Draft, system: str, settings: EvolutionSettings) -> None:
    path = ("systems", system, "evolutionApi")
    rows: list[tuple[KeyPath, str, str]] = [
        ((*path, "instance"), settings.evolution_api.instance, settings.evolution_api.number)
    ]
    rows += [
        ((*path, "otherInstances", index, "name"), row.name, row.number)
        for index, row in enumerate(settings.evolution_api.other_instances)
    ]
    names, numbers = {SMOKE}, {SMOKE_NUMBER}
    for place, instance, number in rows:
        if instance == SMOKE:
            draft.refuse(place, f'"{SMOKE}" is the instance of the smoke conversation. Choose another name.')
        elif instance in names:
            draft.refuse(place, f'a second instance called "{instance}": only one would exist. Choose another name.')
        elif number in numbers:
            draft.refuse(
                place, f"a second instance of the number {number}: both would answer. Give each its own number."
            )
        names.add(instance)
        numbers.add(number)


def _commands(draft: Draft, system: str, settings: EvolutionSettings) -> None:
    if settings.app.secrets_as_environment and not settings.app.command:
        draft.refuse(
            ("systems", system, "app", "secretsAsEnvironment"),
            "needs app.command: the script that sets the variables would have nothing to start. Write the command, "
            "such as [python3, -m, app], or leave this out and read the files that NAME_FILE names.",
        )


def _certificate(draft: Draft, system: str, settings: EvolutionSettings) -> None:
    tls = settings.ingress.tls
    if tls is None:
        return
    path = ("systems", system, "ingress", "tls")
    for key, file in (("certificate", tls.certificate), ("key", tls.key)):
        if not os.access(CHECKOUT / file, os.R_OK):
            text = f"{file} is no file that can be read here. The ingress would have no certificate. Correct the path."
            draft.refuse((*path, key), text)
            return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(CHECKOUT / tls.certificate, CHECKOUT / tls.key)
    except ssl.SSLError as error:
        reason = (error.reason or "not PEM").lower().replace("_", " ")
        text = f"certificate and key do not fit ({reason}). The ingress would not start. Name both files of one pair."
        draft.refuse(path, text)


def _hot_reload(draft: Draft, system: str, settings: EvolutionSettings) -> None:
    app, path = settings.app, ("systems", system, "app", "hotReload")
    if not app.hot_reload or not sources.folder(app).is_dir():
        return
    if draft.environment == "production":
        draft.refuse(path, "is for development: what runs in production is what was built and tested. Remove the line.")
    elif not is_local(str(draft.rows.get(DOCKER_HOST, ""))):
        draft.refuse(path, "needs the engine on this machine: another one has no such folder. Remove the line.")
    elif closed := sources.unreadable(app):
        uid = sources.user(app).partition(":")[0]
        draft.refuse(
            path,
            f"user {uid} of the container cannot read {len(closed)} of its files, such as {closed[0]}. The application "
            f"would not start. Run: chmod -R a+rX {shlex.quote(str(sources.folder(app)))}",
        )


def _pgadmin(draft: Draft, system: str, settings: EvolutionSettings) -> None:
    if settings.pgadmin.enabled and draft.environment == "production":
        draft.refuse(
            ("systems", system, "pgadmin", "enabled"),
            "is for development: in production it would hold the passwords of both databases and publish no port. "
            f"Remove the line. A database's own client: make shell STACK={draft.stack} SERVICE=db",
        )


def _media(draft: Draft, system: str, settings: EvolutionSettings) -> None:
    if settings.s3 is not None and settings.versitygw.enabled:
        draft.refuse(
            ("systems", system, "versitygw", "enabled"),
            "must not be true with s3: media are kept in one place, and this one would stay empty. Remove the line, or "
            "s3.",
        )
