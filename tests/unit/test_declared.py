"""What is declared on a server, compared with what it has."""

import io
import tarfile
from types import SimpleNamespace
from typing import Any, cast

import pytest
from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from components.base import declared, naming
from components.base.declared import Answer, ask, compare, look_of
from components.base.spec import LOOK_REFUSED, ServerLook

GONE = -1
ROLE = {"login": True, "member of": ["a", "b"], "acts as": {"shop": "owner"}}
DECLARED = {"role app": ROLE}


@pytest.mark.parametrize(
    ("there", "different"),
    [
        (ROLE, []),
        ({**ROLE, "created": "today"}, []),
        ({**ROLE, "member of": ["b", "a"]}, []),
        ({**ROLE, "login": False}, ["role app differs (login)"]),
        ({**ROLE, "member of": ["a"]}, ["role app differs (member of)"]),
        ({**ROLE, "member of": ["a", "b", "c"]}, ["role app differs (member of)"]),
        ({**ROLE, "acts as": {}}, ["role app differs (acts as.shop)"]),
        ({"login": False}, ["role app differs (login, member of, acts as)"]),
        (None, ["role app is missing"]),
    ],
)
def test_what_differs_is_named_without_its_value(there: dict[str, Any] | None, different: list[str]) -> None:
    """A value may be secret; the order of a list and what nobody declared do not matter."""
    assert compare(DECLARED, {"role app": there, "role other": {}}) == Answer(different=tuple(different))


def test_a_thing_of_which_the_server_says_nothing_is_missing() -> None:
    """And others are nobody's business."""
    assert compare(DECLARED, {"role other": {}}).different == ("role app is missing",)


def test_what_needs_a_person_is_a_sentence_and_no_difference() -> None:
    """No `up` could make it go away."""
    answer = compare(
        {"number": {"linked": True, "token": "x"}}, {"number": {"linked": False, "token": "x"}}, {"linked": "Scan."}
    )
    assert answer == Answer(by_hand=("number: Scan.",))


def test_a_look_is_read_as_it_was_written() -> None:
    """What is declared stays out of the label."""
    look = ServerLook(by_hand={"linked": "Scan."}, command=("ask", "me"), declared="secret", server="db")
    label = declared.label(look)
    assert "secret" not in label
    assert look_of({naming.LOOK_LABEL: label}) == {
        "by_hand": {"linked": "Scan."},
        "command": ["ask", "me"],
        "server": "db",
    }
    assert look_of({}) == {}


class Server:
    """An engine with one container, in which one command ends as is said here."""

    def __init__(self, code: int, out: str = "", err: str = "", file: str | None = "{}") -> None:
        """Takes the command's end and the file of what is declared."""
        self.api, self.id = self, "id"
        self.labels = {
            naming.SERVICE_LABEL: "db",
            naming.LOOK_LABEL: declared.label(ServerLook(command=("ask",), declared="")),
        }
        self.ran: list[str] = []
        self._code, self._output, self._file = code, (out.encode() or None, err.encode() or None), file

    def get_archive(self, id_: str, path: str) -> tuple[list[bytes], dict[str, Any]]:
        """Returns the file."""
        assert (id_, path) == ("id", "/run/secrets/db/.declared.json")
        if self._file is None:
            raise NotFound(path)
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            entry = tarfile.TarInfo("file")
            entry.size = len(self._file)
            tar.addfile(entry, io.BytesIO(self._file.encode()))
        return [buffer.getvalue()], {}

    def exec_create(self, id_: str, command: list[str]) -> dict[str, str]:
        """Takes the command; the container ends before one that ends with GONE."""
        assert id_ == "id"
        if self._code == GONE:
            raise APIError("409", explanation="container is not running")
        self.ran = command
        return {"Id": "exec"}

    def exec_start(self, id_: str, *, demux: bool) -> tuple[bytes | None, bytes | None]:
        """Returns what it prints."""
        assert (id_, demux) == ("exec", True)
        return self._output

    def exec_inspect(self, id_: str) -> dict[str, int]:
        """Returns its exit code."""
        assert id_ == "exec"
        return {"ExitCode": self._code}


@pytest.mark.parametrize(
    ("server", "answer"),
    [
        (Server(0, '{"role app": {"login": true}}', file='{"role app": {"login": true}}'), Answer()),
        (Server(0, '{"role app": null}', file='{"role app": {}}'), Answer(different=("role app is missing",))),
        (Server(LOOK_REFUSED), Answer(different=("it refuses its administrator's password",))),
        (
            Server(2, err="psql: error\nthe database system is starting up\n"),
            Answer(unknown="the database system is starting up"),
        ),
        (Server(3), Answer(unknown="exit 3")),
        (Server(GONE), Answer(unknown="container is not running")),
        (Server(124), Answer(unknown="no answer within 5 s")),
        (Server(0, "<html>"), Answer(unknown="its answer is no JSON")),
        (Server(0, file=None), Answer(unknown="its file of what is declared is missing")),
    ],
)
def test_a_server_that_cannot_be_asked_is_unknown(server: Server, answer: Answer) -> None:
    """Its reason is kept; only an answer, or a refusal of what is declared, is a difference."""
    assert ask(cast("DockerClient", server), cast("Container", server), cast("Container", server)) == answer


def test_a_look_has_a_limit_of_its_own() -> None:
    """The engine has no way to end a command that hangs."""
    server = Server(0, "{}")
    ask(cast("DockerClient", server), cast("Container", server), cast("Container", server))
    assert server.ran == ["timeout", "5", "ask"]


def test_the_server_of_a_look_is_found_by_labels() -> None:
    """One that asks its own container needs no search."""
    labels = {naming.STACK_LABEL: "p/s", naming.SYSTEM_LABEL: "y", naming.SERVICE_LABEL: "job"}
    asked: list[list[str]] = []
    found = cast("Container", SimpleNamespace())

    def listed(*, filters: dict[str, list[str]]) -> list[Any]:
        asked.append(filters["label"])
        return [found]

    client = cast("DockerClient", SimpleNamespace(containers=SimpleNamespace(list=listed)))
    own = cast(
        "Container",
        SimpleNamespace(labels={**labels, naming.LOOK_LABEL: declared.label(ServerLook(command=("x",), declared=""))}),
    )
    other = cast(
        "Container",
        SimpleNamespace(
            labels={**labels, naming.LOOK_LABEL: declared.label(ServerLook(command=("x",), declared="", server="db"))}
        ),
    )
    nobody = cast("Container", SimpleNamespace(labels=labels))
    assert declared.server_of(client, own) is own
    assert declared.server_of(client, nobody) is None
    assert not asked
    assert declared.server_of(client, other) is found
    assert asked == [["zapstack.stack=p/s", "zapstack.system=y", "zapstack.service=db", "zapstack.role=service"]]
