"""Settings of third-party images: only names and values the image reads, none that does harm or is set already."""

from collections.abc import Mapping
from typing import Final

from components import (
    evolution_contract,
    ingress_contract,
    minio_contract,
    pgadmin_contract,
    postgres_contract,
    rabbitmq_contract,
    redis_contract,
)
from components.base.advice import for_stack
from components.base.image_contract import ImageContract
from infra.draft import Draft
from infra.errors import nearest
from infra.places import KeyPath
from infra.sentences import SHOWN

CONTRACTS: Final[Mapping[KeyPath, ImageContract]] = {
    ("db", "settings"): postgres_contract.CONTRACTS[16],
    ("evolutionApi", "settings"): evolution_contract.CONTRACT,
    ("evolutionPostgres", "settings"): postgres_contract.CONTRACTS[15],
    ("ingress", "settings"): ingress_contract.CONTRACT,
    ("minio", "settings"): minio_contract.CONTRACT,
    ("pgadmin", "settings"): pgadmin_contract.CONTRACT,
    ("rabbitmq", "settings"): rabbitmq_contract.CONTRACT,
    ("redis", "settings"): redis_contract.CONTRACT,
}
"""Path below a system to the contract of the image that is set there."""


def check(draft: Draft) -> None:
    """Notes names that the image does not read, names that must not be set there, and values that it misreads."""
    systems = draft.tree.get("systems")
    for system in systems if isinstance(systems, dict) else ():
        for below, contract in CONTRACTS.items():
            path = ("systems", system, *below)
            given = draft.value(path)
            for name, value in given.items() if isinstance(given, dict) else ():
                text = _refused(str(name), contract) or _misread(draft, (*path, name), value, contract)
                if text:
                    draft.refuse((*path, name), for_stack(text, draft.stack))


def _refused(name: str, contract: ImageContract) -> str:
    if name in contract.free:
        return ""
    why = contract.refusal(name)
    if why:
        return f"must not be set here: {why}. Remove the line."
    near = nearest(name, contract.free)
    meant = f'did you mean "{near}"?' if near else f"see {contract.listed}"
    return f"{contract.image} {contract.unknown} ({meant}). Correct the name or remove it."


def _misread(draft: Draft, path: KeyPath, value: object, contract: ImageContract) -> str:
    allowed = contract.allowed(str(path[-1]), value) if isinstance(value, str) else ""  # others are told by the models
    if not allowed or draft.place(path) in {mistake.place for mistake in draft.mistakes}:
        return ""
    got = f'got "{value}"; ' if SHOWN.fullmatch(str(value)) and not draft.hidden(path) else ""
    return f"{contract.image} cannot read this value ({got}allowed: {allowed}). {contract.misread} Write such a value."
