"""Whether plain `pulumi` works with the state of this checkout: refused before a second state is begun by accident.

A shell in which `. .venv/environment.sh` was forgotten uses the state that Pulumi is logged in to. Whoever wants that
one names it in PULUMI_BACKEND_URL.
"""

import os
import re
from typing import Final

from infra.errors import UserError
from infra.places import root_directory

VARIABLE: Final = "PULUMI_BACKEND_URL"
LINE: Final = ". .venv/environment.sh"


def require() -> None:
    """Stops where nothing says which state is meant.

    Raises:
        UserError: The line that is missing.
    """
    root = root_directory()
    if root is None or os.environ.get(VARIABLE) or not (root / ".venv" / "environment.sh").is_file():
        return
    raise UserError(
        f"{VARIABLE} is not set, so this is the state that Pulumi is logged in to, not the one of this checkout: the "
        f"stack would be made a second time. Nothing was changed. Run this line in this shell, and try again:\n"
        f"  {LINE}\nIf another state is meant, name it: export {VARIABLE}=…"
    )


def another() -> str:
    """Returns what to run where PULUMI_BACKEND_URL is not this checkout's own; empty where it is."""
    root = root_directory()
    file = root / ".venv" / "environment.sh" if root else None
    if file is None or not file.is_file():
        return ""
    own = re.search(rf"^export {VARIABLE}='?([^'\n]*)'?$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return f": this checkout's own is set by '{LINE}'" if own and own[1] != os.environ.get(VARIABLE) else ""
