"""Rules between settings, and between settings and what is on this machine."""

import os
from typing import Final

from components.base.lock import CHECKOUT
from infra.draft import Draft
from infra.errors import nearest

DEVELOPMENT_PASSPHRASE: Final = "development"  # noqa: S105 a documented constant; see README, "State"


def check(draft: Draft) -> None:
    """Notes combinations that would do harm, and an application's folder that is not there."""
    if draft.environment == "production":
        _production(draft)
    for name, settings in draft.valid.items():
        _source(draft, name, getattr(getattr(settings, "app", None), "source", None))


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
