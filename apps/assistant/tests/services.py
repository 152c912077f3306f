"""What the tests against real services share."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy.engine import make_url

from assistant.messages import InboundMessage

ROOT = Path(__file__).parents[1]
TABLES = ("sent_events", "replies", "inbound_messages", "changes", "set_aside")
CONTACT = "5511988887777@s.whatsapp.net"


def driven(url: str) -> str:
    """The address as the application uses it."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def alembic(url: str, *arguments: str) -> subprocess.Popen[str]:
    """Start alembic as the migration's container does."""
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "alembic", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def migrate(url: str) -> str:
    """Bring the database to the newest schema and return what was printed."""
    with alembic(url, "upgrade", "head") as process:
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 0, printed
    return printed


def message(message_id: str, remote_jid: str = CONTACT, instance: str = "bot") -> InboundMessage:
    """A text."""
    return InboundMessage(
        instance=instance,
        message_id=message_id,
        message_type="conversation",
        push_name=None,
        remote_jid=remote_jid,
        text="olá",
    )


async def eventually(holds: Callable[[], Awaitable[bool]], seconds: float = 10.0) -> None:
    """Wait until a condition holds; fail after that long."""
    limit = time.monotonic() + seconds
    while not await holds():
        assert time.monotonic() < limit, f"not within {seconds} s"
        await asyncio.sleep(0.05)
