"""Who reaches whom, what is published, and who may read the media."""

import base64
import json
from pathlib import Path
from typing import Any

import docker
import pytest
import requests

from tests.engine.checkout import PORT_OFFSET, Checkout
from tests.engine.conftest import containers
from tests.engine.flagship import Conversation
from tests.engine.media import FOLDER, evolution_at, keep

pytestmark = pytest.mark.engine

REACHED = {
    "app/1": ["db:5432", "evolution-api:8080"],
    "evolution-api": [
        "audio-converter:4040",
        "evolution_postgres:5432",
        "minio:9000",
        "rabbitmq:5672",
        "redis:6379",
    ],
}
"""Consumer to the addresses that section 8.1 of the document names, as it writes them."""

CONSOLES = {"minio": f"http://127.0.0.1:{9001 + PORT_OFFSET}", "rabbitmq": f"http://127.0.0.1:{15672 + PORT_OFFSET}"}
WAV = (
    b"RIFF\xa4\x3e\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00"
    b"data\x80\x3e\x00\x00" + b"\x00\x10" * 8000
)
"""One second of mono at 8 kHz."""

FETCH = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode())"

CONVERT = """
process.loadEnvFile('/run/secrets/evolution-api/.env')
const ask = async (apikey) => {
  const body = new FormData()
  body.append('base64', process.argv[1])
  return fetch(process.env.API_AUDIO_CONVERTER, {method: 'POST', body, headers: apikey ? {apikey} : {}})
}
const answer = await ask(process.env.API_AUDIO_CONVERTER_KEY)
const made = Buffer.from((await answer.json()).audio, 'base64').toString('latin1', 0, 4)
console.log(JSON.stringify([answer.status, made, (await ask()).status]))
"""
"""Evolution's own settings, and the form it sends for telephones."""


@pytest.fixture(scope="module")
def credentials(checkout: Checkout, talk: Conversation) -> dict[str, dict[str, str]]:
    """What a person would look up: service to name to value."""
    assert talk
    shown = checkout.pulumi("stack output credentials --show-secrets --json")
    found: dict[str, dict[str, str]] = json.loads(shown.text)["evolution"]
    return found


@pytest.mark.parametrize("consumer", REACHED)
def test_a_consumer_reaches_what_it_needs_by_name(
    talk: Conversation, engine: docker.DockerClient, tmp_path: Path, consumer: str
) -> None:
    """Asked from within its own network, so its names and its ways are those that count."""
    assert talk
    targets = [
        {"host": host, "name": f"{host}:{port}", "port": int(port)}
        for host, _, port in (address.partition(":") for address in REACHED[consumer])
    ]
    tmp_path.chmod(0o755)
    (tmp_path / "targets.json").write_text(json.dumps(targets))
    probe = containers(engine)["smoke"]["Config"]["Image"]
    said = engine.containers.run(
        probe,
        ["reach", "--settings", "/settings/targets.json"],
        network_mode=f"container:{containers(engine)[consumer]['Id']}",
        remove=True,
        stderr=True,
        volumes={str(tmp_path): {"bind": "/settings", "mode": "ro"}},
    )
    lines = said.decode().splitlines()
    assert [line.partition(": ")[0] for line in lines] == REACHED[consumer]
    assert all(" ok" in line for line in lines), lines


def test_nothing_is_published_but_what_the_urls_list(checkout: Checkout, engine: docker.DockerClient) -> None:
    """Every port of the host that a container of the stack holds, on the loopback."""
    shown = checkout.pulumi("stack output urls --json")
    listed = {int(url.rpartition(":")[2]) for url in json.loads(shown.text)["evolution"].values()}
    held = [
        (binding["HostIp"], int(binding["HostPort"]))
        for found in containers(engine).values()
        for bindings in (found["NetworkSettings"]["Ports"] or {}).values()
        for binding in bindings or ()
    ]
    assert sorted(held) == [("127.0.0.1", port) for port in sorted(listed)]


def test_the_consoles_take_the_generated_credentials(credentials: dict[str, dict[str, str]]) -> None:
    """And nothing else; each has a page to log in at."""
    for console in CONSOLES.values():
        page = requests.get(console, timeout=10)
        assert page.status_code == 200
        assert "<html" in page.text.lower()
    rabbitmq, minio = credentials["rabbitmq"], credentials["minio"]
    whoami = f"{CONSOLES['rabbitmq']}/api/whoami"
    assert requests.get(whoami, auth=(rabbitmq["user"], rabbitmq["password"]), timeout=10).status_code == 200
    assert requests.get(whoami, auth=(rabbitmq["user"], "guest"), timeout=10).status_code == 401
    login = f"{CONSOLES['minio']}/api/v1/login"
    for password, status in ((minio["password"], 204), ("minioadmin", 401)):
        sent = {"accessKey": minio["user"], "secretKey": password}
        assert requests.post(login, json=sent, timeout=10).status_code == status


def test_media_open_for_the_application_by_their_link_and_for_nobody_else(
    credentials: dict[str, dict[str, str]], engine: docker.DockerClient
) -> None:
    """Under the one name that Evolution API signs; without the signature, nothing, and nobody can change that."""
    link = keep(engine, credentials["minio"], "note.ogg", "olá")
    assert link.startswith(f"http://minio.internal:9000/evolution/{FOLDER}/note.ogg?")
    application: Any = engine.containers.get(containers(engine)["app/1"]["Id"])
    opened = application.exec_run(["python3", "-c", FETCH, link])
    assert opened.exit_code == 0, opened.output
    assert opened.output.decode().strip() == "olá"
    refused = application.exec_run(["python3", "-c", FETCH, link.partition("?")[0]])
    assert refused.exit_code != 0
    assert b"HTTP Error 403" in refused.output


def test_the_converter_serves_evolution_and_nobody_without_its_key(
    talk: Conversation, engine: docker.DockerClient
) -> None:
    """By the address and the key in Evolution's own settings, from its own container."""
    assert talk
    server: Any = engine.containers.get(containers(engine)["evolution-api"]["Id"])
    done = server.exec_run(["node", "--input-type=module", "-e", CONVERT, base64.b64encode(WAV).decode()])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output) == [200, "OggS", 401]


def test_the_key_of_evolution_cannot_open_its_bucket_to_everybody(
    credentials: dict[str, dict[str, str]], engine: docker.DockerClient
) -> None:
    """As the server tries at every start where nobody tells it not to."""
    minio: Any = engine.containers.get(containers(engine)["minio"]["Id"])
    environment = evolution_at(credentials["minio"], "127.0.0.1")
    seen = minio.exec_run(["mc", "ls", "evolution/evolution"], environment=environment)
    assert seen.exit_code == 0, seen.output
    opened = minio.exec_run(["mc", "anonymous", "set", "download", "evolution/evolution"], environment=environment)
    assert opened.exit_code != 0
    assert b"Access Denied" in opened.output
