"""Settings of third-party images: only names the image reads, and none that would do harm or that is set already."""

from components import evolution_contract
from infra.draft import Draft
from infra.errors import nearest


def check(draft: Draft) -> None:
    """Notes names in `evolutionApi.settings` that Evolution API does not read, or that must not be set there."""
    systems = draft.tree.get("systems")
    for system in systems if isinstance(systems, dict) else ():
        path = ("systems", system, "evolutionApi", "settings")
        given = draft.value(path)
        for name in given if isinstance(given, dict) else ():
            text = _refused(str(name))
            if text:
                draft.refuse((*path, name), text)


def _refused(name: str) -> str:
    if name in evolution_contract.FREE:
        return ""
    why = evolution_contract.refusal(name)
    if why:
        return f"must not be set here: {why}. Remove the line."
    near = nearest(name, evolution_contract.FREE)
    meant = f'did you mean "{near}"?' if near else "see the list of Evolution API 2.3.7"
    return f"Evolution API reads no such variable, so it would change nothing ({meant}). Correct the name or remove it."
