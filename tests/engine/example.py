"""The example system as the engine tests drive it: plain `pulumi` in a copy of the checkout."""

import http.client
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.engine.conftest import Checkout, Finished

PORT = 8000


@dataclass(kw_only=True)
class Example:
    """One stack of the example.

    Attributes:
        checkout: Where it is run.
        protect_data: Whether its data volumes refuse to be destroyed.
        stack: Its name.
        settings: What stands under `zapstack:systems.example`.
    """

    checkout: Checkout
    stack: str
    protect_data: bool = False
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def stack_id(self) -> str:
        """The label's value."""
        return f"example/{self.stack}"

    @property
    def port(self) -> int:
        """The ingress's port on the host."""
        return PORT + int(self.settings.get("portOffset", 2000))

    def pulumi(self, arguments: str) -> Finished:
        """Runs plain `pulumi` with the settings as they are now."""
        return self.checkout.run(self._command(arguments))

    @contextmanager
    def started(self, arguments: str, **settings: Any) -> Iterator["subprocess.Popen[bytes]"]:  # noqa: ANN401 any setting
        """Changes settings and starts `pulumi` in a process group of its own; it must be over when the block ends."""
        self.settings |= settings
        with subprocess.Popen(
            self._command(arguments),
            cwd=self.checkout.path,
            env=self.checkout.environment,
            start_new_session=True,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        ) as running:
            yield running
            running.wait(timeout=60)

    def _command(self, arguments: str) -> list[str]:
        """Writes the stack's file; the salt in it must stay, or the stack cannot be opened again."""
        folder = self.checkout.path / "tests" / "example"
        file = folder / f"Pulumi.{self.stack}.yaml"
        salt = [line for line in file.read_text().splitlines() if "encryptionsalt" in line] if file.exists() else []
        config = {
            "zapstack:environment": "development",
            "zapstack:protectData": self.protect_data,
            "zapstack:systems": {"example": self.settings},
        }
        file.write_text("\n".join([f"config: {json.dumps(config)}", *salt, ""]))  # JSON is YAML
        environment = f". {self.checkout.path}/.venv/environment.sh"
        create = f"pulumi stack select --create {self.stack} >/dev/null"
        return ["sh", "-c", f"{environment} && cd {folder} && {create} && pulumi {arguments} --stack {self.stack}"]

    def up(self, **settings: Any) -> Finished:  # noqa: ANN401 any setting
        """Changes settings and runs `up`."""
        self.settings |= settings
        return self.pulumi("up --yes --skip-preview")

    def must_up(self, **settings: Any) -> str:  # noqa: ANN401 any setting
        """Runs `up`, which must work and leave nothing to do."""
        done = self.up(**settings)
        assert done.code == 0, done.text
        self.expect_no_changes()
        return done.text

    def expect_no_changes(self) -> None:
        """A plain preview must propose nothing."""
        done = self.pulumi("preview --diff --expect-no-changes")
        assert done.code == 0, done.text

    def request(self, method: str, path: str) -> tuple[int, dict[str, Any]]:
        """Asks the application through the ingress."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, path)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            assert answer.headers.get_content_type() == "application/json", f"{answer.status} {text}"
            return answer.status, json.loads(text)

    def order(self) -> int:
        """Places an order and returns its number."""
        status, body = self.request("POST", "/orders")
        assert status == 201
        return int(body["order"])

    def totals(self) -> dict[str, Any]:
        """Returns the totals once every order is done."""
        deadline = time.monotonic() + 20
        while True:
            _, totals = self.request("GET", "/")
            if totals["done"] == totals["total"] or time.monotonic() > deadline:
                return totals
            time.sleep(0.2)

    @contextmanager
    def load(self) -> Iterator[list[str]]:
        """Places orders all the time; yields what went wrong so far."""
        stop, wrong = threading.Event(), list[str]()

        def run() -> None:
            while not stop.wait(0.1):
                try:
                    self.order()
                except (OSError, AssertionError, http.client.HTTPException) as error:
                    wrong.append(f"{time.strftime('%X')} {error!r}")

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        yield wrong
        stop.set()
        for thread in threads:
            thread.join()


def docker(*arguments: str) -> str:
    """Runs the engine's own client, as a person does by hand."""
    done = subprocess.run(["docker", *arguments], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shell(command: str) -> int:
    """Runs a command that the product printed for a person, and returns its exit code."""
    return subprocess.run(["sh", "-c", command], check=False).returncode
