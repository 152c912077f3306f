"""Values of `zapstack:`: of the right kind, within their range, under keys that exist."""

import json

from pydantic import ValidationError

from infra.draft import Draft, full
from infra.errors import nearest, unknown
from infra.fields import children
from infra.places import PROJECT, KeyPath, written
from infra.sentences import Fault, sentence


def check(draft: Draft) -> None:
    """Notes everything the models find wrong, and keeps the systems whose settings are right."""
    rows = draft.tree.get("systems")
    if rows is None or rows == {}:
        names = ", ".join(sorted(draft.kinds))
        draft.refuse(
            ("systems",), f"missing (allowed: {names}). Name at least one, such as '{min(draft.kinds)}: {{}}'."
        )
        draft.tree["systems"] = {}
    try:
        draft.model.model_validate_json(json.dumps(draft.tree))
    except ValidationError as error:
        for mistake in error.errors(include_input=False, include_url=False):
            _note(draft, mistake["type"], tuple(mistake["loc"]))
    for name, row in rows.items() if isinstance(rows, dict) else ():
        if name in draft.kinds:
            try:
                draft.valid[name] = draft.kinds[name].settings.model_validate_json(json.dumps(row))
            except ValidationError:  # told above
                continue


def _note(draft: Draft, type_: str, path: KeyPath) -> None:
    above, key = draft.root.find(path[:-1]), str(path[-1])
    if type_ == "missing" and len(path) == 1 and _misspelt(draft, key):
        return  # told where it stands
    if type_ == "extra_forbidden" and path[:-1] == ("systems",):
        draft.refuse(path, unknown("system", key, draft.kinds))
        return
    fault = Fault(
        hidden=draft.hidden(path),
        key=_line_key(draft, path) if type_ == "missing" else key,
        node=None if type_ == "extra_forbidden" else draft.root.find(path),
        siblings=tuple(children(above.model)) if above and above.model else (),
        value=draft.value(path),
    )
    draft.refuse(path, sentence(type_, fault))


def _line_key(draft: Draft, path: KeyPath) -> str:
    """Returns the key as it is written where the setting would stand."""
    place = draft.place(path)
    return place.key if place.key.isupper() else written(full(path)) if len(path) == 1 else str(path[-1])


def _misspelt(draft: Draft, key: str) -> bool:
    """Whether a key of the whole stack is there under a name that means nothing."""
    meant = f"{PROJECT}:{key}"
    return any(
        nearest(name, (meant,)) for name in draft.rows if draft.root.step(name.removeprefix(f"{PROJECT}:")) is None
    )
