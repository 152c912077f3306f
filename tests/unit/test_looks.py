"""The looks of single servers, as far as they run without one."""

import base64
import json
import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from components import minio_bucket, postgres_roles, rabbitmq_definitions, redis, versitygw_bucket
from components.base.declared import compare
from components.base.spec import LOOK_REFUSED
from components.rabbitmq_definitions import definitions, look_command

CONTENT = definitions("admin's", {"shop": {"app": "hash"}}, {"shop": 10})
PASSWORD = "admin-secret"


class Console(BaseHTTPRequestHandler):
    """RabbitMQ's HTTP interface, as far as the look asks."""

    things: dict[str, Any]

    def do_GET(self) -> None:
        """Answers as the broker does: 401, 404, or the thing."""
        asked = self.path.removeprefix("/api/")
        known = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        status = 401 if self.headers["authorization"] != f"Basic {known}" else 200 if asked in self.things else 404
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(self.things.get(asked, {})).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's own
        """Keeps quiet."""


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Console]]:
    """A console that has all that is declared."""
    Console.things = dict(rabbitmq_definitions.things(CONTENT).values())
    with HTTPServer(("127.0.0.1", 0), Console) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        script = rabbitmq_definitions._ASK.replace(str(rabbitmq_definitions.CONSOLE_PORT), str(server.server_port))
        monkeypatch.setattr(rabbitmq_definitions, "_ASK", script)
        yield Console
        server.shutdown()
        thread.join()


def looked(tmp_path: Path, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    """Runs the look as it runs in the container."""
    file = tmp_path / "admin_password"
    file.write_text(password)
    return subprocess.run(look_command(CONTENT, str(file)), capture_output=True, check=False, text=True, timeout=30)


def different(printed: str) -> tuple[str, ...]:
    """Compares what a look of the broker has printed."""
    return tuple(compare(json.loads(rabbitmq_definitions.declared(CONTENT)), json.loads(printed)).different)


def test_the_brokers_look_finds_everything(console: type[Console], tmp_path: Path) -> None:
    """Users, virtual hosts, rights and policies; what is missing is null."""
    assert different(looked(tmp_path).stdout) == ()
    del console.things["users/app"]
    console.things["permissions/shop/app"] = {**console.things["permissions/shop/app"], "read": ""}
    console.things["policies/shop/limit"] = {**console.things["policies/shop/limit"], "definition": {"max-length": 1}}
    assert different(looked(tmp_path).stdout) == (
        "user app is missing",
        "permissions of app in shop differs (read)",
        "policy limit of shop differs (definition.max-length, definition.message-ttl)",
    )


@pytest.mark.usefixtures("console")
def test_a_console_that_refuses_its_administrator_is_told_apart(tmp_path: Path) -> None:
    """That is a difference as well."""
    assert looked(tmp_path, password="another").returncode == LOOK_REFUSED


def test_a_broker_that_does_not_listen_is_no_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be asked."""
    monkeypatch.setattr(rabbitmq_definitions, "_ASK", rabbitmq_definitions._ASK.replace("/15672", "/1"))
    assert looked(tmp_path).returncode not in {0, LOOK_REFUSED}


def test_rules_of_redis_are_compared_without_their_order() -> None:
    """Versions list them in different orders."""
    declared = json.loads(redis.declared("operator's", ["one"]))
    listed = {name: {"rules": rules["rules"][::-1]} for name, rules in declared.items()}
    assert compare(declared, listed).different == ()
    listed["user app"] = {"rules": [*listed["user app"]["rules"], "+flushall"]}
    assert compare(declared, listed).different == ("user app differs (rules)",)


def test_each_role_of_postgres_is_declared() -> None:
    """With the group that owns the database, and who may log in through it."""
    declared = json.loads(postgres_roles.declared("shop", {"a": "SCRAM", "b": "SCRAM"}))
    assert list(declared) == ["database shop", "role data_owner", "role a", "role b"]
    assert declared["role data_owner"] == {"logins": ["a", "b"]}
    assert declared["role a"]["acts as"] == {"shop": "data_owner"}


def printed_by(
    command: Sequence[str], folder: Path, tool: str = "", script: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs a look with a tool on paper in place of the container's."""
    if tool:
        (folder / tool).write_text(f"#!/bin/sh\n{script}")
        (folder / tool).chmod(0o755)
    found = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    return subprocess.run(command, capture_output=True, check=False, env=found, text=True, timeout=30)


def test_the_look_of_redis_reads_what_it_lists(tmp_path: Path) -> None:
    """User by user; a refusal of the operator is told apart."""
    (tmp_path / redis.OPERATOR_FILE).write_text("secret")
    command = ("sh", "-c", redis.LIST_USERS, "-", str(tmp_path))
    listed = "printf 'user app on ~* +@all\\nuser default off -@all\\n'"
    assert json.loads(printed_by(command, tmp_path, "redis-cli", listed).stdout) == {
        "user app": {"rules": ["on", "~*", "+@all"]},
        "user default": {"rules": ["off", "-@all"]},
    }
    assert printed_by(command, tmp_path, "redis-cli", "echo NOAUTH Authentication required.").returncode == LOOK_REFUSED


MC = """case "$*" in
  *anonymous*) echo '{"permission":"private"}' ;;
  *user*) echo '{"error":{"Code":"XMinioAdminNoSuchUser"}}'; exit 1 ;;
  *) echo "$POLICY"; [ "$POLICY" != "connection refused" ] ;;
esac
"""


def test_the_look_of_minio_tells_what_is_missing_from_what_cannot_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user nobody has is null; an error of any other kind is no answer, and shows no credentials."""
    for name in ("user", "password"):
        (tmp_path / name).write_text(f"root-{name}")
    files = [str(tmp_path / name) for name in ("user", "password")]
    command = ("sh", "-c", minio_bucket._LOOK, "-", *files, "media", "rights", "app")
    monkeypatch.setenv("POLICY", '{"policyInfo":{}}')
    assert json.loads(printed_by(command, tmp_path, "mc", MC).stdout) == {
        "bucket media": {"permission": "private"},
        "policy rights": {"policyInfo": {}},
        "user app": None,
    }
    monkeypatch.setenv("POLICY", "connection refused")
    failed = printed_by(command, tmp_path, "mc", MC)
    assert failed.returncode == 1
    assert failed.stderr == "mc cannot ask for policy rights\n"


def test_the_look_of_versity_reads_the_policy_it_keeps(tmp_path: Path) -> None:
    """A bucket that is gone is null, and one without a policy has none."""
    script = versitygw_bucket._LOOK.replace(versitygw_bucket.DATA_PATH, str(tmp_path))
    command = ("sh", "-c", script, "-", "media")
    assert printed_by(command, tmp_path).returncode == 1
    (tmp_path / "objects").mkdir()
    assert json.loads(printed_by(command, tmp_path).stdout) == {"bucket media": None}
    (tmp_path / "objects" / "media").mkdir()
    assert json.loads(printed_by(command, tmp_path).stdout) == {"bucket media": {"policy": None}}
    kept = tmp_path / "metadata" / "media" / "meta"
    kept.mkdir(parents=True)
    (kept / "policy").write_text('{"Statement": []}')
    assert json.loads(printed_by(command, tmp_path).stdout) == {"bucket media": {"policy": {"Statement": []}}}
