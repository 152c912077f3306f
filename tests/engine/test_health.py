"""Who is ended by a health check: a service that hangs, and never one that is busy, on the engine itself."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import docker
import pytest
from docker.types import Healthcheck
from rich.console import Console

from components.base import health, lock
from components.base.http_check import http_check
from infra.config import image_source
from operations import images
from tests.engine.checkout import TEST_LABELS

pytestmark = pytest.mark.engine

SECOND = 1_000_000_000
HEALTHY_SECONDS = 90
REPLACED_SECONDS = 15
SLACK_SECONDS = 10
"""The engine's own part of it: starting a check and a container takes longer on a busy machine."""

BUSY_SECONDS = 45
LOADED_SECONDS = 120
SPINNERS = 8
SERVER = """
import http.server, os, time
class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/hang":
            time.sleep(9999)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("", 8000), Server).serve_forever()
"""
HANG = "import socket; socket.create_connection(('127.0.0.1', 8000)).sendall(b'GET /hang HTTP/1.0\\r\\n\\r\\n')"
SPIN = "while True: pass"
CHEAP = http_check(8000, "/")
OWN = ("python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/', timeout=3)")
"""What an owner may have written: an official image compiles a third of a second for it."""


@pytest.fixture(scope="module")
def image(engine: docker.DockerClient) -> str:
    """The Python image as the official one is: without bytecode of its library."""
    source = image_source("auto")
    if source == "local":
        images.ensure(engine, ["python"], Console())
    return lock.reference("python", source)


@contextmanager
def services(engine: docker.DockerClient, image: str, checks: Sequence[Sequence[str]]) -> Iterator[list[Any]]:
    """Healthy services with one CPU each, and the check as every self-healing service has it."""
    with ExitStack() as stack:
        running: list[Any] = []
        for check in checks:
            container: Any = engine.containers.run(
                image,
                ["python3", "-c", SERVER],
                detach=True,
                healthcheck=Healthcheck(
                    interval=5 * SECOND,
                    retries=3,
                    start_period=30 * SECOND,
                    test=["CMD", *health.self_healing(check)],
                    timeout=health.TIMEOUT_SECONDS * SECOND,
                ),
                init=True,
                labels=TEST_LABELS,
                nano_cpus=SECOND,
                read_only=True,
                restart_policy={"Name": "always"},
                tmpfs={health.MARKS: "mode=1777,size=1m,uid=1000,gid=1000"},  # as the adapter writes it
                user="1000:1000",
            )
            stack.callback(container.remove, force=True, v=True)
            running.append(container)
        _until(lambda: all(_health(container) == "healthy" for container in running), HEALTHY_SECONDS, "healthy")
        yield running


def _health(container: Any) -> str:  # noqa: ANN401 partly untyped in the stubs
    container.reload()
    return str(container.attrs["State"]["Health"]["Status"])


def _restarts(container: Any) -> int:  # noqa: ANN401
    container.reload()
    return int(container.attrs["RestartCount"])


def _until(condition: Callable[[], bool], seconds: float, what: str) -> float:
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, f"not {what} within {seconds} s"
        time.sleep(0.2)
    return time.monotonic() - started


def _stays(running: Sequence[Any], seconds: float) -> None:
    """Watches for a while that nothing is restarted."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert [_restarts(container) for container in running] == [0] * len(running)
        time.sleep(1)


@pytest.mark.parametrize("check", [CHEAP, OWN], ids=["cheap", "own"])
def test_a_service_that_hangs_is_started_again(engine: docker.DockerClient, image: str, check: Sequence[str]) -> None:
    """It listens and answers nobody."""
    with services(engine, image, [check]) as (container,):
        assert container.exec_run(["python3", "-I", "-S", "-c", HANG]).exit_code == 0
        _until(lambda: _restarts(container) == 1, REPLACED_SECONDS + SLACK_SECONDS, "started again")
        _until(lambda: _health(container) == "healthy", HEALTHY_SECONDS, "healthy again")


def test_a_busy_service_is_left_alone(engine: docker.DockerClient, image: str) -> None:
    """Four processes of its own use up its one CPU; the dear check has no answer in its time any more."""
    with services(engine, image, [CHEAP, OWN]) as running:
        for container in running:
            for _ in range(4):
                container.exec_run(["python3", "-I", "-S", "-c", SPIN], detach=True)
        _stays(running, BUSY_SECONDS)


@pytest.mark.long
def test_a_loaded_machine_alone_ends_nothing(engine: docker.DockerClient, image: str) -> None:
    """Eight processes that belong to nobody, two minutes, several replicas: each check may fail, none is judged."""
    with services(engine, image, [CHEAP, CHEAP, OWN, OWN]) as running, ExitStack() as stack:
        for _ in range(SPINNERS * max(1, (os.cpu_count() or 1) // 2)):
            spinner = subprocess.Popen([sys.executable, "-I", "-S", "-c", SPIN])
            stack.callback(spinner.wait)
            stack.callback(spinner.kill)
        _stays(running, LOADED_SECONDS)
