"""The environment file: one line, ``. .venv/environment.sh``, after which plain ``pulumi`` commands work."""

from pathlib import Path
from shlex import quote
from urllib.parse import quote as quote_url

from scripts.setup import pins
from scripts.setup.atomic import write_text
from scripts.setup.engine_location import DEFAULT_HOST
from scripts.setup.places import Places
from scripts.setup.report import say

STATE_MODE = 0o700  # development's state is protected by this, not by its passphrase


def ensure_environment(places: Places, engine: str = DEFAULT_HOST) -> None:
    """Write the file and the state directory it points to.

    Args:
        places: What the file points to.
        engine: The engine's address; written only when Pulumi would not look there by itself.
    """
    places.state.mkdir(parents=True, exist_ok=True)
    places.state.chmod(STATE_MODE)
    path = places.environment_directory / "environment.sh"
    changed = write_text(path, environment_file(places, engine))
    say("environment", f"'. .venv/environment.sh' -> {'written' if changed else 'nothing to do'} (for plain pulumi)")


def environment_file(places: Places, engine: str) -> str:
    """Return the content of the file, for any POSIX shell."""
    values = {
        "PULUMI_HOME": str(places.pulumi_home),
        "PULUMI_BACKEND_URL": f"file://{quote_url(str(places.state))}",
        # Versions come from this repository alone: no question to a server at every command, no surprise plugin.
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    exports = "".join(f"export {name}={quote(value)}\n" for name, value in values.items())
    if engine != DEFAULT_HOST:
        exports += f'export DOCKER_HOST="${{DOCKER_HOST:-{_inside_quotes(engine)}}}"\n'
    programs = (places.toolchain / "bin", places.environment_directory / "bin")
    return f"""\
# Written by scripts/setup.sh for this checkout and this user. Source it: . .venv/environment.sh
{exports}\
# Development's documented passphrase, unless a production stack's owner has set another one.
if [ -z "${{PULUMI_CONFIG_PASSPHRASE+set}}${{PULUMI_CONFIG_PASSPHRASE_FILE+set}}" ]; then
  export PULUMI_CONFIG_PASSPHRASE={quote(pins.DEVELOPMENT_PASSPHRASE)}
fi
{"".join(_path_entry(program) for program in reversed(programs))}export PATH
"""


def _path_entry(directory: Path) -> str:
    """Return the lines that put a directory first in PATH, once."""
    quoted = quote(str(directory))
    return f'case ":$PATH:" in\n  *:{quoted}:*) ;;\n  *) PATH={quoted}:"$PATH" ;;\nesac\n'


def _inside_quotes(value: str) -> str:
    return "".join(f"\\{character}" if character in '\\"$`' else character for character in value)
