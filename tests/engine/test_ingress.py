"""The ingress with TLS, as the engine runs it: what a browser gets, and a renewal."""

import csv
import http.client
import io
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest
from rich.console import Console

from components.base import lock
from components.base.connections import HttpConnection
from components.base.spec import FILES_ROOT, Ingress
from components.ingress import CERTIFICATE_FILE, CONFIG_FILE, REDIRECT_PORT, TLS_PORT, Tls, config, ingress_spec
from infra.config import image_source
from operations import images, official
from stacks.evolution_parts import ingress_args
from stacks.settings.evolution import EvolutionSettings
from tests.engine.checkout import TEST_LABELS

pytestmark = pytest.mark.engine

PAIRS = lock.CHECKOUT / "tests" / "tls"
APP = "mkdir /tmp/www && echo up > /tmp/www/up && cd /tmp/www && exec python3 -m http.server 8000"
READY_SECONDS = 30
SLOW = """
import http.server, time
class Slow(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(1.5)
        self.send_response(200)
        self.end_headers()
http.server.ThreadingHTTPServer(("", 8000), Slow).serve_forever()
"""
"""An application that is busy: slower than the interval of the proxy's checks."""


def pem(name: str) -> str:
    """Returns certificate and key of one of the two pairs."""
    return (PAIRS / f"{name}.pem").read_text() + (PAIRS / f"{name}.key").read_text()


@pytest.fixture(scope="module", params=["first set", pytest.param("second set", marks=pytest.mark.long)])
def image(request: pytest.FixtureRequest, engine: docker.DockerClient) -> str:
    """The proxy's image, by the name the engine has for it."""
    if request.param == "second set":
        official.ensure(engine, "haproxy", None, Console())
        return official.reference("haproxy", None)
    source = image_source("auto")
    if source == "local":
        images.ensure(engine, ["haproxy"], Console())
    return lock.reference("haproxy", source)


@pytest.fixture(scope="module")
def folder(image: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The proxy's files, the same for every image."""
    assert image
    found = tmp_path_factory.mktemp("ingress")
    apps = [HttpConnection(host=name, port=8000, ready=()) for name in ("app", "slow")]
    (found / CONFIG_FILE).write_text(config("ingress", apps, tls=Tls(pem="", port=443, redirect_port=80)))
    (found / CERTIFICATE_FILE).write_text(pem("one"))
    found.chmod(0o755)
    return found


@pytest.fixture(scope="module")
def proxy(engine: docker.DockerClient, folder: Path, image: str) -> Iterator[Any]:
    """The proxy in front of an application, in a network of their own."""
    source = image_source("auto")
    if source == "local":
        images.ensure(engine, ["python"], Console())
    with ExitStack() as stack:
        network = engine.networks.create("zapstack-test-ingress", labels=TEST_LABELS)
        stack.callback(network.remove)
        described: dict[str, dict[str, Any]] = {
            "app": {"command": ["-c", APP], "entrypoint": "sh", "image": lock.reference("python", source)},
            "ingress": {
                "command": ["haproxy", "-f", f"{FILES_ROOT}/ingress/{CONFIG_FILE}"],
                "image": image,
                "ports": {f"{port}/tcp": ("127.0.0.1", None) for port in (REDIRECT_PORT, TLS_PORT)},
                "user": lock.user("haproxy"),
                "volumes": {str(folder): {"bind": f"{FILES_ROOT}/ingress", "mode": "ro"}},
            },
            "slow": {"command": ["-c", SLOW], "entrypoint": "python3", "image": lock.reference("python", source)},
        }
        for name, options in described.items():
            container: Any = engine.containers.create(
                init=True, labels=TEST_LABELS, name=f"zapstack-test-{name}", **options
            )
            stack.callback(container.remove, force=True, v=True)
            network.connect(container, aliases=[name])
            container.start()
        found = engine.containers.get("zapstack-test-ingress")
        yield found


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(proxy: Any, certificate: str, path: str) -> Answer:  # noqa: ANN401 partly untyped in the stubs
    """Asks over TLS, trusting one certificate only."""
    trusted = ssl.create_default_context(cafile=PAIRS / f"{certificate}.pem")
    trusted.check_hostname = False  # the address is the loopback's
    return _get(
        http.client.HTTPSConnection("127.0.0.1", _port(proxy, TLS_PORT), context=trusted, timeout=5), "GET", path
    )


def served(proxy: Any, certificate: str) -> Answer:  # noqa: ANN401
    """Waits until the application is served under a certificate."""
    deadline = time.monotonic() + READY_SECONDS
    seen: object = None
    while time.monotonic() < deadline:
        try:
            answer = ask(proxy, certificate, "/up")
        except OSError as error:  # not listening yet, or another certificate
            seen = error
        else:
            if answer.status == http.HTTPStatus.OK:
                return answer
            seen = answer.status
        time.sleep(0.2)
    raise AssertionError(f"not served with certificate {certificate}: {seen}")


def _port(proxy: Any, port: int) -> int:  # noqa: ANN401
    return int(proxy.attrs["NetworkSettings"]["Ports"][f"{port}/tcp"][0]["HostPort"])


def _get(connection: http.client.HTTPConnection, method: str, path: str, host: str = "") -> Answer:
    with closing(connection):
        connection.request(method, path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


def test_a_browser_gets_the_application_over_tls(proxy: Any) -> None:  # noqa: ANN401
    """And is told to stay there; the monitoring's page is not for it."""
    answer = served(proxy, "one")
    assert answer.body == b"up\n"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert ask(proxy, "one", "/metrics").status == 404


def test_a_busy_application_is_not_taken_for_dead(proxy: Any) -> None:  # noqa: ANN401
    """Its first check has an answer, however slow; the proxy would send it nothing after two without."""
    deadline = time.monotonic() + READY_SECONDS
    checked = ""
    while not checked.startswith("L7"):
        assert time.monotonic() < deadline, f"no check was over: {checked}"
        time.sleep(0.2)
        table = proxy.exec_run(["sh", "-c", f"echo show stat | nc 127.0.0.1 {Ingress.port}"]).output.decode()
        rows = csv.DictReader(io.StringIO(table.lstrip("# ")))
        checked = next(row["check_status"] for row in rows if row["svname"] == "slow1").lstrip("* ")
    assert checked == "L7OK"


def test_plain_http_is_sent_to_tls(proxy: Any) -> None:  # noqa: ANN401
    """With the path and the method as they were."""
    connection = http.client.HTTPConnection("127.0.0.1", _port(proxy, REDIRECT_PORT), timeout=5)
    answer = _get(connection, "POST", "/a?b=c", host="shop.test:80")
    assert (answer.status, answer.headers["Location"]) == (308, "https://shop.test/a?b=c")


def test_a_renewed_certificate_is_served_after_the_reload(proxy: Any, folder: Path) -> None:  # noqa: ANN401
    """By the component's own command; one that does not fit is refused, and the earlier one goes on."""
    settings = EvolutionSettings.model_validate(
        {"ingress": {"tls": {"certificate": str(PAIRS / "one.pem"), "key": str(PAIRS / "one.key")}}}
    )
    app = HttpConnection(host="app", port=8000, ready=())
    reload = ingress_spec("ingress", ingress_args(settings, app, production=False)).reload
    assert reload is not None
    (folder / CERTIFICATE_FILE).write_text((PAIRS / "two.pem").read_text())  # without its key
    assert proxy.exec_run(list(reload.command)).exit_code != 0
    assert ask(proxy, "one", "/up").status == 200
    (folder / CERTIFICATE_FILE).write_text(pem("two"))
    assert proxy.exec_run(list(reload.command)).exit_code == 0
    assert served(proxy, "two").body == b"up\n"
