"""What becomes of each line of an old compose `.env`: a setting, a secret of the application, nothing, or a mistake.

Owns the decisions. Deliberately not: how the file is read (`infra.env_file`), what the names mean
(`operations.compose_names`), and what values are allowed: that say the models, through the checks every run makes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from infra.checks import host_ports, image_settings, rules, values
from infra.draft import Draft, full
from infra.env_file import Variable
from infra.errors import Mistake
from infra.places import PROJECT, KeyPath, Place, written
from operations import compose_names

CHECKS: Final = (values.check, image_settings.check, rules.check, host_ports.check)
VARIABLE_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
ALSO_A_VALUE: Final = "has a $, in whose place compose puts another value. Write what is meant, in single quotes."


@dataclass(kw_only=True)
class Import:
    """What becomes of an old file.

    Attributes:
        before: The stack's configuration as it is.
        draft: The same with the old file laid over it.
        told: Variable to what is said of it.
        secrets: The application's own, variable to value.
        wrong: What has to be corrected first.
    """

    before: Draft
    draft: Draft
    told: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    wrong: list[Mistake] = field(default_factory=list)


def check(draft: Draft) -> None:
    """Makes the checks that every run makes, as far as they are about values.

    Args:
        draft: The configuration; mistakes are noted in it.
    """
    for one in CHECKS:
        one(draft)


def decide(found: Import, variables: Mapping[str, Variable], app_secrets: Sequence[str], file: str) -> None:
    """Says of each variable what becomes of it, and lays over the configuration what is taken.

    Args:
        found: Where it is noted.
        variables: The old file's.
        app_secrets: Variables that are the application's own secrets.
        file: The old file's name.
    """
    for name in app_secrets:
        if name not in variables:
            text = "named in APP_SECRETS and not in the file. Write it there, or leave it out of APP_SECRETS."
            found.wrong.append(Mistake(Place(file, 0, name), text))
    for name, variable in variables.items():
        path = compose_names.path_of(name)
        off, asked = compose_names.switched_off(name, variables), compose_names.asked(name, variables)
        if name in app_secrets:
            _take_secret(found, name, variable)
        elif not variable.value:
            found.told[name] = "left out: empty"
        elif off:
            found.told[name] = f"left out: {off}"
        elif asked:
            found.wrong.append(Mistake(variable.place, asked))
        elif path is None:
            found.told[name] = f"left out: {compose_names.left_out(name)}"
        elif found.before.value(path[:2]) is None:
            found.told[name] = f"left out: the stack holds no system {path[1]}"
        else:
            _take_setting(found, path, name, variable)
    check(found.draft)
    found.wrong += [mistake for mistake in found.draft.mistakes if mistake not in found.before.mistakes]


def _take_setting(found: Import, path: KeyPath, name: str, variable: Variable) -> None:
    earlier, node = found.draft.placed.get(path), found.draft.root.find(path)
    if earlier:
        text = f"sets {_short(path)}, as {earlier.key} in line {earlier.line} does. Remove one of them."
        found.wrong.append(Mistake(variable.place, text))
    elif variable.replaced:
        found.wrong.append(Mistake(variable.place, ALSO_A_VALUE))
    elif node:
        _map_at(found.draft, path[:-1])[path[-1]] = node.read(variable.value)
        found.draft.placed[path] = variable.place
        same = not _differs(found, path)
        found.told[name] = f"{'already' if same else 'taken as'} {_short(path)}{', encrypted' if node.secret else ''}"


def _take_secret(found: Import, name: str, variable: Variable) -> None:
    decided = compose_names.decided_for_application(name)
    path = compose_names.path_of(name)
    holders = [system for system in found.before.valid if found.draft.root.find(_names_of(system))]
    if path or decided:
        why = f"is a setting of {_short(path)}" if path else f"can't be the application's own ({decided})"
        found.wrong.append(Mistake(variable.place, f"{why}. Leave it out of APP_SECRETS."))
    elif not variable.value:
        found.wrong.append(Mistake(variable.place, "empty. The application would run without it. Write its value."))
    elif variable.replaced:
        found.wrong.append(Mistake(variable.place, ALSO_A_VALUE))
    elif not VARIABLE_NAME.fullmatch(name):
        text = "no name of a secret (allowed: capital letters, digits and underscores). Rename it there and here."
        found.wrong.append(Mistake(variable.place, text))
    elif len(holders) != 1:
        text = f"{len(holders)} systems of the stack have an application."
        command = f"Run: pulumi config set --secret {name} --stack {found.draft.stack}"
        found.wrong.append(Mistake(variable.place, f"{text} {command}"))
    else:
        names = _names_of(holders[0])
        listed: list[str] = _map_at(found.draft, names[:-1]).setdefault(str(names[-1]), [])
        if name not in listed:
            found.draft.placed[*names, len(listed)] = variable.place
            listed.append(name)
        found.secrets[name] = variable.value
        same = found.before.rows.get(f"{PROJECT}:{name}") == variable.value and name in (
            found.before.value(names) or ()
        )
        found.told[name] = (
            f"{'already' if same else 'taken as'} a secret of the application ({_short(names)}), encrypted"
        )


def _names_of(system: str) -> KeyPath:
    return ("systems", system, "app", "secretEnvironment")


def _map_at(draft: Draft, path: KeyPath) -> dict[str | int, Any]:
    below: Any = draft.tree
    for part in path:
        below = below.setdefault(part, {})
    found: dict[str | int, Any] = below
    return found


def _short(path: KeyPath) -> str:
    return written(path[1:])


def _differs(found: Import, path: KeyPath) -> bool:
    """Whether a setting is not yet as the old file has it; a secret in plain text is not."""
    node = found.draft.root.find(path)
    open_ = node is not None and node.secret and not found.before.places.secure(full(path))
    return open_ or found.before.value(path) != found.draft.value(path)


def changes(found: Import) -> Sequence[tuple[str, Any, bool]]:
    """Returns key, value and whether it is secret of everything to be written.

    Args:
        found: What was decided.
    """
    listed: list[tuple[str, Any, bool]] = []
    for path in found.draft.placed:
        node = found.draft.root.find(path)
        if _differs(found, path):
            listed.append((written(full(path)), found.draft.value(path), node is not None and node.secret))
    for name, value in found.secrets.items():
        key = f"{PROJECT}:{name}"
        if found.before.rows.get(key) != value or not found.before.places.secure((key,)):
            listed.append((key, value, True))
    return listed
