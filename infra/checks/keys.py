"""Keys of the whole file: each must mean something, and stand once."""

import re
from typing import Final

from infra.draft import Draft
from infra.errors import Mistake, unknown
from infra.fields import children
from infra.models import DOCKER_HOST
from infra.places import PROJECT

ADDRESS: Final = re.compile(r"(unix:///|tcp://|ssh://)\S+")

PROVIDER_KEYS: Final = frozenset(
    f"docker:{name}"
    for name in (
        *("caMaterial", "certMaterial", "certPath", "context", "disableDockerDaemonCheck", "host", "keyMaterial"),
        *("registryAuth", "sshOpts"),
    )
)
"""Settings of the Docker provider itself. Source: https://www.pulumi.com/registry/packages/docker/installation-configuration/"""


def check(draft: Draft) -> None:
    """Notes unknown and repeated keys, and an engine address of an unknown form.

    Unknown keys of `zapstack:` are found with its values (`infra.checks.values`).
    """
    own = {f"{PROJECT}:{name}" for name in children(draft.model)}
    for key in draft.rows:
        if key.startswith((f"{PROJECT}:", "pulumi:")) or key in PROVIDER_KEYS:
            continue
        near = unknown("key", key, own | {DOCKER_HOST}, f"Remove it: 'pulumi config rm {key} --stack {draft.stack}'.")
        draft.mistakes.append(Mistake(draft.places.of((key,)), near))
    for place, first in draft.places.repeated():
        draft.mistakes.append(Mistake(place, f"set again; the first is in line {first}. Remove one of them."))
    address = draft.rows.get(DOCKER_HOST)
    if address is not None and not ADDRESS.fullmatch(address):
        text = (
            "not the address of an engine (allowed: unix:///path, tcp://host:port, ssh://user@host). Write one of "
            "these, or remove the line: DOCKER_HOST counts then, or the local socket."
        )
        draft.mistakes.append(Mistake(draft.places.of((DOCKER_HOST,)), text))
