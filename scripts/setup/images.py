"""Step `images`: whether container images come from a registry or are built here, remembered per machine."""

import datetime as dt
import http
import json
import shutil
from dataclasses import asdict, dataclass

from scripts.setup import debian, pins
from scripts.setup.atomic import write_text
from scripts.setup.engine_location import ask, speaks_http
from scripts.setup.failure import SetupError, UnavailableError
from scripts.setup.places import Places
from scripts.setup.processes import CommandError, run
from scripts.setup.report import say

RECHECK = "'scripts/setup.sh images' asks again"


@dataclass(frozen=True, kw_only=True)
class ImageSource:
    """What was found; the content of machine.json."""

    images: str
    reason: str
    checked: str
    engine: str


def ensure_images(places: Places, host: str, *, again: bool = False) -> ImageSource:
    """Find out once which image source works, and install what building images here needs.

    Args:
        places: The cache holds the answer.
        host: The engine that would pull, as in DOCKER_HOST; another engine is asked anew.
        again: Ask even when the answer is known.
    """
    path = places.cache / "machine.json"
    source = None if again else remembered(path.read_text(encoding="utf-8") if path.is_file() else "", host)
    if source is None:
        source = ask_engine(host)
        write_text(path, json.dumps(asdict(source), indent=2) + "\n")
    what = "pulled from their registries" if source.images == "registry" else "built on this machine"
    say("images", f"{source.reason} -> {what} (asked {source.checked}; {RECHECK})")
    if source.images == "local":
        _ensure_builder()
    return source


def remembered(text: str, host: str) -> ImageSource | None:
    """Return an earlier answer about the same engine, or nothing when there is none that can be used."""
    try:
        source = ImageSource(**json.loads(text))
    except (ValueError, TypeError):
        return None
    return source if source.engine == host and source.images in {"registry", "local"} else None


def ask_engine(host: str) -> ImageSource:
    """Let the engine look for a well-known image, so that its own mirrors, proxies and certificates count."""
    try:
        reason = _look(host)
        images = "registry"
    except UnavailableError as error:
        reason = f"registry unreachable: {error}"
        images = "local"
    checked = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    return ImageSource(images=images, reason=reason, checked=checked, engine=host)


def _look(host: str) -> str:
    image, seconds = pins.REGISTRY_PROBE_IMAGE, pins.REGISTRY_GIVE_UP_SECONDS
    if speaks_http(host):
        status, answer = ask(host, f"/distribution/{image}/json", seconds=seconds)
        if status != http.HTTPStatus.OK:
            message = answer.get("message", "") if isinstance(answer, dict) else ""
            raise UnavailableError(f"{status} {message.strip()}".strip())
    else:
        try:
            run(["docker", "-H", host, "manifest", "inspect", image], limit_seconds=seconds)
        except CommandError as error:
            raise UnavailableError(error.last_line) from error
    return f"the engine found the image '{image}'"


def _ensure_builder() -> None:
    """Images built here start from a root file system that mmdebstrap makes."""
    if shutil.which("mmdebstrap"):
        return
    consequence = "Images cannot be built on this machine, and no registry answers: nothing could be started."
    if not debian.can_install():
        raise SetupError(
            "images: mmdebstrap is not on PATH, and no registry can be reached",
            consequence,
            "Run 'sudo apt-get install mmdebstrap' (Debian, Ubuntu), or give the engine a registry mirror or proxy "
            "(https://docs.docker.com/engine/daemon/proxy/), then 'scripts/setup.sh images'.",
        )
    say("images", f"no mmdebstrap -> installing {' '.join(pins.LOCAL_IMAGE_PACKAGES)} (images are built here)")
    debian.install("images", pins.LOCAL_IMAGE_PACKAGES, consequence)
