"""Secrets of the owner: in production encrypted in the stack's file, in development in `.env`; nowhere as plain text.

Development's passphrase is known to everybody, so encrypting a secret with it would hide nothing.
"""

from collections.abc import Iterator

from pulumi.runtime import config as pulumi_config

from infra.draft import Draft, full
from infra.errors import Mistake
from infra.places import PROJECT, KeyPath, written
from infra.variables import NAMES, VARIABLES


def check(draft: Draft) -> None:
    """Notes secrets that stand where they may not."""
    for path, node in draft.given():
        if not node.secret or path in draft.placed or draft.value(path) is None:
            continue
        key = written(full(path))
        if draft.environment == "development":
            name = NAMES.get(tuple(str(part) for part in path))
            there = f"Write it into .env as {name}=… and remove it" if name else "Remove it"
            draft.refuse(path, f"{_OPEN} {there} here: pulumi config rm --path '{key}' --stack {draft.stack}")
        elif draft.environment == "production" and not (draft.places.secure(full(path)) or draft.encrypted(path)):
            draft.refuse(path, f"{_PLAIN} Run: pulumi config set --secret --path '{key}' --stack {draft.stack}")


def collect(draft: Draft) -> dict[str, str]:
    """Returns the secrets that the stack's applications name, and notes those that are missing or stand in the open.

    Returns:
        Variable to value.
    """
    found: dict[str, str] = {}
    named: set[str] = set()
    for path, name in _named(draft):
        named.add(name)
        if name in VARIABLES:
            draft.refuse(path, f"{name} is a setting of {'.'.join(VARIABLES[name][1:])}. Choose another name.")
        elif draft.environment == "development":
            _from_env_file(draft, path, name, found)
        elif draft.environment == "production":
            _from_stack_file(draft, path, name, found)
    _refuse_unread(draft, named)
    return found


_OPEN = "a secret in a file that is in git, and whose passphrase everybody knows."
_PLAIN = "a secret in plain text, in a file that is in git."


def _named(draft: Draft) -> Iterator[tuple[KeyPath, str]]:
    systems = draft.tree.get("systems")
    for system in systems if isinstance(systems, dict) else ():
        path = ("systems", system, "app", "secretEnvironment")
        names = draft.value(path)
        for index, name in enumerate(names) if isinstance(names, list) else ():
            if isinstance(name, str) and name.isupper():  # others are told by the models
                yield (*path, index), name


def _from_env_file(draft: Draft, path: KeyPath, name: str, found: dict[str, str]) -> None:
    key, variable = f"{PROJECT}:{name}", draft.variables.get(name)
    if key in draft.rows:
        remedy = f"Write it into .env as {name}=… and remove it here: pulumi config rm {name} --stack {draft.stack}"
        draft.mistakes.append(Mistake(draft.places.of((key,)), f"{_OPEN} {remedy}"))
    elif variable is None:
        draft.refuse(path, f"{name} is not in .env. The application would run without it. Write it there as {name}=…")
    elif not variable.value:
        text = "empty. The application would run without it. Write its value after the equals sign."
        draft.mistakes.append(Mistake(variable.place, text))
    else:
        found[name] = variable.value


def _from_stack_file(draft: Draft, path: KeyPath, name: str, found: dict[str, str]) -> None:
    key = f"{PROJECT}:{name}"
    command = f"Run: pulumi config set --secret {name} --stack {draft.stack}"
    if not draft.rows.get(key):
        draft.refuse(path, f"{name} has no value. The application would run without it. {command}")
    elif not pulumi_config.is_config_secret(key):
        draft.mistakes.append(Mistake(draft.places.of((key,)), f"{_PLAIN} {command}"))
    else:
        found[name] = draft.rows[key]


def _refuse_unread(draft: Draft, named: set[str]) -> None:
    for key in draft.rows:
        namespace, _, name = key.partition(":")
        if namespace == PROJECT and name.isupper() and name not in named:
            text = (
                "nothing reads it. Name it in app.secretEnvironment of a system, or remove it: "
                f"pulumi config rm {name} --stack {draft.stack}"
            )
            draft.mistakes.append(Mistake(draft.places.of((key,)), text))
