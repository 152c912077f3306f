"""Lays `.env` over the stack's file, in development."""

from infra import env_file
from infra.draft import Draft
from infra.errors import Mistake, unknown
from infra.places import root_directory
from infra.variables import VARIABLES


def check(draft: Draft) -> None:
    """Sets what `.env` sets, and notes variables that mean nothing.

    Variables of a system that the stack does not hold are left alone: all stacks of a checkout share the file.
    """
    if draft.environment != "development":
        return
    root = root_directory()
    draft.variables = env_file.read(root, draft.mistakes)
    named = env_file.named_anywhere(root)
    for name, variable in draft.variables.items():
        path = VARIABLES.get(name)
        if path is not None:
            _lay(draft, path, variable)
        elif name not in named:
            remedy = "Remove it, or name it in app.secretEnvironment of the stack's file."
            text = unknown("variable", name, {*VARIABLES, *named}, remedy, "those in .env.example")
            draft.mistakes.append(Mistake(variable.place, text))


def _lay(draft: Draft, path: tuple[str, ...], variable: env_file.Variable) -> None:
    node, below = draft.root.find(path), draft.tree
    for part in path[:-1]:
        if part in {"systems", path[1]} and part not in below:
            return
        below = below.setdefault(part, {})
        if not isinstance(below, dict):  # a mistake of the file, told by another check
            return
    if node:
        below[path[-1]] = node.read(variable.value)
        draft.placed[path] = variable.place
