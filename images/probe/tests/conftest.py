"""A fake system in this process: Evolution and an application behind one HTTP server."""

import json
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from fake_s3 import ACCESS_KEY, SECRET_KEY, FakeS3
from fake_system import CONVERTER_KEY, FakeServer, FakeSystem

from probe.cli import main

NUMBER = "5511999990000"
WriteFile = Callable[[str, object], Path]
Captured = pytest.CaptureFixture[str]


def run_smoke(write: WriteFile, settings: object, seconds: str = "5") -> int:
    """Run `probe smoke` with these settings."""
    path = write("smoke.json", settings)
    return main(["smoke", "--settings", str(path), "--timeout-seconds", seconds, "--text", "oi"])


@pytest.fixture
def system() -> Generator[FakeSystem]:
    """A running fake with nothing in it."""
    fake = FakeSystem()
    server = FakeServer(fake)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def bucket_server() -> Generator[FakeS3]:
    """A running bucket with nothing in it."""
    with FakeS3() as fake:
        thread = threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield fake
        fake.shutdown()
        thread.join()


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    """Writes a file of a mount: text as it is, anything else as JSON."""

    def write_file(name: str, content: object) -> Path:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def instances_file(system: FakeSystem, write: WriteFile) -> dict[str, Any]:
    """Settings of `probe instances` with one instance, ready to be changed and written."""
    return {
        "url": system.url,
        "api_key_file": str(write("api_key", "global\n")),
        "database_file": str(write("database_url", "postgresql://e:pw@db/e\n")),
        "database_schema": "evolution_api",
        "instances": [
            {
                "name": "bot",
                "integration": "EVOLUTION",
                "number": NUMBER,
                "token_file": str(write("token", "token-1\n")),
                "webhook": {
                    "url": "http://app:8000/webhooks/evolution",
                    "secret_file": str(write("secret", "hook\n")),
                    "events": ["MESSAGES_UPSERT"],
                },
            }
        ],
    }


@pytest.fixture
def smoke_file(system: FakeSystem, bucket_server: FakeS3, write: WriteFile) -> dict[str, Any]:
    """Settings of `probe smoke` against a system whose instance exists."""
    system.instances["bot"] = {"name": "bot", "token": "token-1", "integration": "EVOLUTION", "number": NUMBER}
    return {
        "evolution_url": system.url,
        "instance": "bot",
        "number": NUMBER,
        "token_file": str(write("token", "token-1")),
        "app_url": system.url,
        "webhook_secret_file": str(write("secret", "hook")),
        "bucket": bucket_server.settings,
        "bucket_access_key_file": str(write("bucket_access_key", ACCESS_KEY)),
        "bucket_secret_key_file": str(write("bucket_secret_key", SECRET_KEY)),
        "converter_url": f"{system.url}/process-audio",
        "converter_key_file": str(write("converter_key", CONVERTER_KEY)),
    }
