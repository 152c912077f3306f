"""Which step of a connection is named when it does not work."""

import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import pika
import psycopg
import pytest
import redis

from probe import connections, steps, stores
from probe.errors import ProbeError
from probe.evolution import LOOK_AT_DATABASE, NO_DATABASE, UNKNOWN_INSTANCE
from probe.models import Amqp, Postgres, Redis
from probe.steps import StepError

WriteFile = Callable[[str, object], Path]
SECRET = "made-up-secret"
STORE = {"host": "127.0.0.1", "name": "db", "password": SECRET, "port": 5, "user": "app"}
POSTGRES = Postgres.model_validate({**STORE, "database": "shop", "kind": "postgres"})
REDIS = Redis.model_validate({**STORE, "kind": "redis"})
AMQP = Amqp.model_validate({**STORE, "kind": "amqp", "vhost": "shop"})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "TRANSIENT_SECONDS", 0.2)
    monkeypatch.setattr(stores, "STARTING_PAUSE_SECONDS", 0.001)


class _Answers(http.server.BaseHTTPRequestHandler):
    refusal = 401
    unknown_instance = 404

    def do_GET(self) -> None:
        """Answers by the key; as Evolution, that an unknown instance is none before it looks at one."""
        served = 200 if self.headers["apikey"] == SECRET else self.refusal
        self.send_response(self.unknown_instance if self.path == UNKNOWN_INSTANCE else served)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""


@pytest.fixture
def port() -> Generator[int]:
    """A server on loopback."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def _closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _run(write: WriteFile, rows: list[dict[str, object]]) -> int:
    return connections.run(write("c.json", {"connections": rows, "consumer": "app"}), 5)


def test_every_connection_gets_a_line(write: WriteFile, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Good ones and bad ones, by name; a wrong key is AUTH; no secret is printed."""
    url = f"http://127.0.0.1:{port}/x"
    code = _run(
        write,
        [
            {"kind": "http", "name": "a", "url": url, "headers": {"apikey": SECRET}},
            {"kind": "http", "name": "b", "url": url, "headers": {"apikey": f"{SECRET}-wrong"}},
            {"kind": "http", "name": "c", "url": url, "headers": {"apikey": SECRET}, "expect": [204]},
            {"kind": "tcp", "name": "d", "host": "127.0.0.1", "port": port},
            {"kind": "tcp", "name": "e", "host": "127.0.0.1", "port": _closed_port()},
            {"kind": "tcp", "name": "f", "host": "no-such-name.invalid", "port": 1},
        ],
    )
    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert [line.split(" failed")[0].split(" (")[0] for line in lines] == [
        "a: ok",
        "b: AUTH",
        "c: HTTP",
        "d: ok",
        "e: TCP",
        "f: DNS",
    ]
    assert not any(SECRET in line for line in lines)


@pytest.mark.parametrize(
    ("row", "words"),
    [({}, "refuses the key (status 401)"), ({"key_name": "the global key"}, "refuses the global key (status 401)")],
)
def test_a_refused_key_is_called_by_its_name(
    write: WriteFile, port: int, capsys: pytest.CaptureFixture[str], row: dict[str, object], words: str
) -> None:
    """One service may take several keys."""
    _run(write, [{"kind": "http", "name": "a", "url": f"http://127.0.0.1:{port}/x", **row}])
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "unknown_instance", "said"),
    [
        ("evolution", 404, "a: AUTH failed: 127.0.0.1:PORT refuses the token (status 401). It was changed"),
        (
            "evolution",
            500,
            f"a: DATABASE failed: 127.0.0.1:PORT refuses the token (status 401), and {NO_DATABASE}. {LOOK_AT_DATABASE}",
        ),
        ("http", 500, "a: AUTH failed: 127.0.0.1:PORT refuses the token (status 401)"),
    ],
)
def test_evolution_without_its_database_is_told_from_a_wrong_token(
    write: WriteFile,
    port: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    unknown_instance: int,
    said: str,
) -> None:
    """It refuses every token then; no other server is asked about one."""
    monkeypatch.setattr(_Answers, "unknown_instance", unknown_instance)
    row: dict[str, object] = {"kind": kind, "key_name": "the token", "name": "a", "url": f"http://127.0.0.1:{port}/x"}
    assert _run(write, [row]) == 1
    assert said in capsys.readouterr().out.replace(str(port), "PORT")


@pytest.mark.parametrize(
    ("unknown_instance", "said"),
    [
        (500, f"a: DATABASE failed: 127.0.0.1:PORT fails (status 500), and {NO_DATABASE}. {LOOK_AT_DATABASE}"),
        (404, "a: HTTP failed: 127.0.0.1:PORT/x answers with status 500. Look at the service's log."),
    ],
)
def test_a_failure_of_evolution_without_its_database_is_the_databases(
    write: WriteFile,
    port: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    unknown_instance: int,
    said: str,
) -> None:
    """With the global key it lists instances, or fails."""
    monkeypatch.setattr(_Answers, "refusal", 500)
    monkeypatch.setattr(_Answers, "unknown_instance", unknown_instance)
    assert _run(write, [{"kind": "evolution", "name": "a", "url": f"http://127.0.0.1:{port}/x"}]) == 1
    assert said in capsys.readouterr().out.replace(str(port), "PORT")


def test_evolution_that_does_not_say_in_time_is_without_its_database(
    write: WriteFile, port: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its driver waits for a lost server; who waits as long here would be told nothing at all."""
    hanging = threading.Event()

    def wait(answers: _Answers) -> None:
        if answers.path == UNKNOWN_INSTANCE:
            hanging.wait(5)
        answers.send_response(401)
        answers.end_headers()

    monkeypatch.setattr(_Answers, "do_GET", wait)
    monkeypatch.setattr(connections, "ATTEMPT_SECONDS", 0.2)
    monkeypatch.setattr(connections, "LAST_SECONDS", 0.2)
    _run(write, [{"kind": "evolution", "name": "a", "url": f"http://127.0.0.1:{port}/x"}])
    hanging.set()
    assert "a: DATABASE failed: " in capsys.readouterr().out


def test_a_database_that_comes_back_in_between_is_no_failure(
    write: WriteFile, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was refused because of it is asked again."""
    statuses = iter((401, 404, 200))

    def recovers(answers: _Answers) -> None:
        answers.send_response(next(statuses))
        answers.end_headers()

    monkeypatch.setattr(_Answers, "do_GET", recovers)
    assert _run(write, [{"kind": "evolution", "name": "a", "url": f"http://127.0.0.1:{port}/x"}]) == 0


def test_all_good_is_success(write: WriteFile, port: int) -> None:
    """Exit code 0."""
    assert _run(write, [{"kind": "tcp", "name": "d", "host": "127.0.0.1", "port": port}]) == 0


@pytest.mark.parametrize("row", [{"kind": "ftp"}, {"kind": "tcp", "name": "x", "host": "h", "port": 1, "more": 2}])
def test_a_wrong_settings_file_is_one_error(write: WriteFile, row: dict[str, object]) -> None:
    """Unknown kinds and keys are mistakes of whoever wrote it."""
    with pytest.raises(ProbeError, match=r"c\.json: connections\.0"):
        _run(write, [row])


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ('FATAL:  password authentication failed for user "app"', "AUTH"),
        ('FATAL:  role "app" does not exist', "AUTH"),
        ('FATAL:  database "shop" does not exist', "DATABASE"),
        ('FATAL:  permission denied for database "shop"', "PERMISSION"),
        ('FATAL:  role "app" is not permitted to log in', "PERMISSION"),
        (f"something else with {SECRET}", "AUTH"),
    ],
)
def test_postgres(monkeypatch: pytest.MonkeyPatch, said: str, step: str) -> None:
    """What the server says decides; a server that is starting is asked again."""
    answers = ["FATAL:  the database system is starting up", said]

    def refuse(**_options: object) -> None:
        raise psycopg.OperationalError(answers.pop(0))

    monkeypatch.setattr(psycopg, "connect", refuse)
    with pytest.raises(StepError, match=f"^{step} failed") as failed:
        stores.postgres(POSTGRES)
    assert SECRET not in str(failed.value)


@pytest.mark.parametrize(
    ("error", "step"),
    [
        (redis.exceptions.AuthenticationError("WRONGPASS"), "AUTH"),
        (redis.exceptions.NoPermissionError("NOPERM"), "PERMISSION"),
        (redis.exceptions.ResponseError("DB index is out of range"), "DATABASE"),
        (redis.exceptions.ResponseError("NOAUTH"), "AUTH"),
        (redis.exceptions.ConnectionError("closed"), "AUTH"),
    ],
)
def test_redis(monkeypatch: pytest.MonkeyPatch, error: Exception, step: str) -> None:
    """By the library's own exceptions."""
    answers = [redis.exceptions.BusyLoadingError("LOADING"), error]

    def refuse(_client: object) -> None:
        raise answers.pop(0)

    monkeypatch.setattr(redis.Redis, "ping", refuse)
    with pytest.raises(StepError, match=f"^{step} failed"):
        stores.redis(REDIS)


@pytest.mark.parametrize(
    ("error", "step"),
    [
        (pika.exceptions.ProbableAuthenticationError(403, "refused"), "AUTH"),
        (pika.exceptions.ProbableAccessDeniedError(530, "no"), "VHOST"),
        (pika.exceptions.ConnectionClosedByBroker(530, "NOT_ALLOWED"), "VHOST"),
        (pika.exceptions.AMQPConnectionError("closed"), "AUTH"),
    ],
)
def test_amqp(monkeypatch: pytest.MonkeyPatch, error: Exception, step: str) -> None:
    """A missing virtual host is told from a wrong password."""

    def refuse(_parameters: object) -> None:
        raise error

    monkeypatch.setattr(pika, "BlockingConnection", refuse)
    with pytest.raises(StepError, match=f"^{step} failed"):
        stores.amqp(AMQP)


def test_proofs_load_no_client_library(write: WriteFile) -> None:
    """They run before every start of every consumer, and what they import is most of their time."""
    settings = write("c.json", {"consumer": "app", "connections": []})
    script = (
        "import sys; from probe.cli import main; main(['connections', '--settings', sys.argv[1]]); "
        "print(sorted({'httpx', 'pika', 'psycopg', 'redis', 'probe.smoke'} & set(sys.modules)))"
    )
    source = str(Path(connections.__file__).parent.parent)
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", script, str(settings)],
        check=True,
        capture_output=True,
        env={"PYTHONPATH": source},
        text=True,
    )
    assert done.stdout == "[]\n"
