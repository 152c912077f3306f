"""How gates wait, with a container made of paper."""

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from docker import DockerClient
from docker.errors import APIError, NotFound

from components.base import declared, memory, naming, readiness
from components.base.failure import Halt, ServiceFailedError
from components.base.readiness import GateRequest, run_job, wait_ready
from components.base.repair import Joined
from components.base.spec import ServerLook

MIB = 1024 * 1024


class PaperContainer:
    """A container whose states are given in advance, one for each look."""

    def __init__(self, states: list[dict[str, Any]]) -> None:
        """Takes the states; the last one stays."""
        self.id = "abc"
        self.name = "paper"
        self.labels = {naming.STACK_LABEL: "zapstack/shop"}
        self.calls: list[str] = []
        self.counters: bytes | None = b"oom_kill_disable 0\nunder_oom 0\noom_kill 0\n"
        self._states = states
        self.attrs: dict[str, Any] = states[0]

    def reload(self) -> None:
        """Moves to the next state."""
        if len(self._states) > 1:
            self._states.pop(0)
        self.attrs = self._states[0]

    def logs(self, tail: int) -> bytes:
        """Returns last lines."""
        assert tail > 0
        return b"the last words: 'make logs SERVICE=x'"

    def start(self) -> None:
        """Notes the call."""
        self.calls.append("start")

    def unpause(self) -> None:
        """Notes the call."""
        self.calls.append("unpause")

    def stop(self, timeout: int) -> None:
        """Notes the call."""
        self.calls.append(f"stop within {timeout}")

    def restart(self, timeout: int) -> None:
        """Notes the call."""
        self.calls.append(f"restart within {timeout}")

    def exec_run(self, command: list[str], *, stderr: bool) -> SimpleNamespace:
        """Returns the counters of killed processes."""
        assert command == ["cat", *memory.COUNTERS]
        assert not stderr
        return SimpleNamespace(output=self.counters)


class PaperEngine:
    """An engine with one container; its probe succeeds after some failures."""

    def __init__(self, container: PaperContainer | None, failures: int = 0, code: int = 1) -> None:
        """Takes the container, the number of failing probes and their exit code."""
        self.code = code
        self.container = container
        self.failures = failures
        self.containers = self
        self.api = self

    def get(self, _id: str) -> PaperContainer:
        """Returns the container."""
        if self.container is None:
            raise NotFound("gone")
        return self.container

    def exec_create(self, _id: str, _command: list[str]) -> dict[str, str]:
        """Accepts a probe."""
        return {"Id": "probe"}

    def exec_start(self, _id: str, *, detach: bool) -> None:
        """Runs it."""
        assert detach

    def exec_inspect(self, _id: str) -> dict[str, int]:
        """Returns its end."""
        self.failures -= 1
        return {"ExitCode": self.code if self.failures >= 0 else 0}


def state(*, restarts: int = 0, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 any JSON
    """Returns what inspect says of a running container, with changes."""
    running = {"ExitCode": 0, "OOMKilled": False, "Paused": False, "Restarting": False, "Running": True}
    return {
        "HostConfig": {"Memory": 64 * MIB, "MemorySwap": 64 * MIB, "PidsLimit": 256},
        "NetworkSettings": {"Networks": {"data": {}}},
        "RestartCount": restarts,
        "State": {**running, **changes},
    }


def request(**changes: Any) -> GateRequest:  # noqa: ANN401 any of its values
    """Returns a gate's question, with changes."""
    usual = GateRequest(
        budget_seconds=5,
        command=("true",),
        container="abc",
        grace_seconds=7,
        memory_mib=64,
        networks=(Joined(name="data", aliases=("db",)),),
        pids=256,
        service="db",
    )
    return replace(usual, **changes)


def client(engine: PaperEngine) -> DockerClient:
    """Passes paper for an engine."""
    return cast("DockerClient", engine)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are not what is tested."""
    monkeypatch.setattr(readiness, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(readiness, "LONGEST_PAUSE_SECONDS", 0.001)


def test_waits_for_the_first_success() -> None:
    """Failures of the probe are no failures of the service."""
    engine = PaperEngine(PaperContainer([state()]), failures=3)
    wait_ready(client(engine), request(), Halt())
    assert engine.failures == -1


@pytest.mark.parametrize(
    ("first", "calls"),
    [
        (state(Running=False), ["start"]),
        (state(Paused=True), ["unpause"]),
        (state(Restarting=True), ["stop within 7", "start"]),
        (state(), []),
    ],
    ids=["stopped", "paused", "restarting", "running"],
)
def test_repairs_what_is_wrong(first: dict[str, Any], calls: list[str]) -> None:
    """One repair for each state."""
    container = PaperContainer([first, state()])
    wait_ready(client(PaperEngine(container)), request(), Halt())
    assert container.calls == calls


UNHEALTHY = {"FailingStreak": 3, "Status": "unhealthy"}


def test_a_stateless_service_that_is_unhealthy_is_restarted_at_once() -> None:
    """It keeps nothing."""
    container = PaperContainer([state(Health=UNHEALTHY)])
    wait_ready(client(PaperEngine(container)), request(restart_at_once=True), Halt())
    assert container.calls == ["restart within 7"]


def test_a_process_that_does_not_recover_from_a_fault_is_restarted() -> None:
    """At once when it keeps nothing; not when it answers, not when its process is new, not without a fault."""
    stuck = PaperContainer([state()])
    wait_ready(client(PaperEngine(stuck, failures=1)), request(restart_at_once=True, troubled=True), Halt())
    assert stuck.calls == ["restart within 7"]
    store = PaperContainer([state()])
    wait_ready(client(PaperEngine(store, failures=2)), request(budget_seconds=0, troubled=True), Halt())
    assert store.calls == ["restart within 7"]
    answering = PaperContainer([state()])
    wait_ready(client(PaperEngine(answering)), request(restart_at_once=True, troubled=True), Halt())
    assert answering.calls == []
    new = PaperContainer([state(Running=False), state()])
    wait_ready(client(PaperEngine(new, failures=1)), request(restart_at_once=True, troubled=True), Halt())
    assert new.calls == ["start"]
    starting = PaperContainer([state()])
    wait_ready(client(PaperEngine(starting, failures=1)), request(restart_at_once=True), Halt())
    assert starting.calls == []


def test_a_store_is_restarted_only_after_a_whole_budget() -> None:
    """One that answers is left alone; one that does not gets one restart and another budget."""
    answering = PaperContainer([state(Health=UNHEALTHY)])
    wait_ready(client(PaperEngine(answering)), request(), Halt())
    assert answering.calls == []
    hanging = PaperContainer([state(Health=UNHEALTHY)])
    wait_ready(client(PaperEngine(hanging, failures=1)), request(budget_seconds=0), Halt())
    assert hanging.calls == ["restart within 7"]


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (
            state(Running=False, ExitCode=3),
            r"db: exited \(exit 3\) after .*words: 'make logs STACK=shop SERVICE=x'",
        ),
        (state(Running=False, ExitCode=137, OOMKilled=True), r"exit 137, OOM.*limit is 64 MiB: raise its memoryMib"),
        (state(Running=False, ExitCode=137), r"exit 137\).*without OOM: it was killed from outside"),
        (state(Restarting=True, ExitCode=1), r"exited \(exit 1\)"),
        (state(restarts=1), r"restarted by itself after"),
        (state(restarts=1, OOMKilled=True), r"restarted by itself \(OOM\)"),
    ],
)
def test_fails_at_once_without_hope(later: dict[str, Any], said: str) -> None:
    """With exit code and last lines, long before the budget ends; and the others are told."""
    halt = Halt()
    engine = PaperEngine(PaperContainer([state(), state(), later]), failures=1000)
    with pytest.raises(ServiceFailedError, match=f"(?s){said}"):
        wait_ready(client(engine), request(budget_seconds=1000), halt)
    with pytest.raises(ServiceFailedError, match="app: stopped waiting, because db failed"):
        halt.pause(1000, "app")


def test_fails_when_the_budget_ends() -> None:
    """And says how long it was."""
    engine = PaperEngine(PaperContainer([state()]), failures=1_000_000)
    with pytest.raises(ServiceFailedError, match="not ready within 0 s"):
        wait_ready(client(engine), request(budget_seconds=0), Halt())


RELOAD = {"reload": ("/bin/take",), "reload_hint": "Set the earlier one."}


def failed_reload(code: int, counters: bytes | None) -> str:
    """Returns what is told of a reload that ended with a code in a container that lives on."""
    container = PaperContainer([state()])
    container.counters = counters
    engine = PaperEngine(container, failures=1, code=code)
    with pytest.raises(ServiceFailedError) as told:
        wait_ready(client(engine), request(command=("true",), **RELOAD), Halt())
    return str(told.value)


def test_a_killed_reload_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the limit and what to raise; the hint is about a command that refused, and would mislead."""
    monkeypatch.setattr(readiness, "succeeds", lambda *_: True)
    killed = failed_reload(137, b"low 0\noom 3\noom_kill 2\n")
    assert "/bin/take failed with exit 137 after" in killed
    assert "2 of its processes were killed for want of memory (OOM)" in killed
    assert "Its memory limit is 64 MiB: raise its memoryMib" in killed
    assert "Set the earlier one" not in killed
    by_hand = failed_reload(137, b"oom_kill 0\n")
    assert "not at its own memory limit" in by_hand
    refused = failed_reload(3, b"oom_kill 0\n")
    assert re.search(r"failed with exit 3 after \S+ s\. Set the earlier one\. What depends", refused)
    assert "memory" not in refused
    both = failed_reload(1, b"oom_kill 1\n")  # a child of it was killed, so it failed by itself
    assert "Set the earlier one." in both
    assert "1 of its processes were killed" in both
    assert "OOM" not in failed_reload(1, None)  # an image without the program that reads the counter


def test_a_worker_that_is_killed_behind_a_living_process_1_is_told() -> None:
    """The engine's own flag says nothing of it; the service is merely never ready."""
    container = PaperContainer([state()])
    container.counters = b"oom_kill_disable 0\nunder_oom 0\noom_kill 7\n"
    with pytest.raises(ServiceFailedError, match=r"not ready within 0 s.*7 of its processes.*OOM"):
        wait_ready(client(PaperEngine(container, failures=1_000_000)), request(budget_seconds=0), Halt())


def test_a_container_that_is_gone() -> None:
    """Is named as such."""
    with pytest.raises(ServiceFailedError, match="its container is gone"):
        wait_ready(client(PaperEngine(None)), request(), Halt())


def test_a_job_must_end_well() -> None:
    """Exit code 0 passes, another one fails with its last lines."""
    good = PaperContainer([state(), state(), state(Running=False)])
    run_job(client(PaperEngine(good)), request(command=()), Halt())
    assert good.calls == ["start"]
    bad = PaperContainer([state(), state(), state(Running=False, ExitCode=4)])
    with pytest.raises(ServiceFailedError, match=r"(?s)exit 4\).*the last words"):
        run_job(client(PaperEngine(bad)), request(command=()), Halt())


def test_a_job_must_end_in_time() -> None:
    """A job that hangs is a failure too."""
    with pytest.raises(ServiceFailedError, match="not ready within 0 s"):
        run_job(client(PaperEngine(PaperContainer([state()]))), request(budget_seconds=0, command=()), Halt())


@pytest.mark.parametrize("wait", [wait_ready, run_job])
def test_a_repair_that_leaves_a_difference_has_failed(wait: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401 two functions
    """It is looked at again, and only after trouble."""
    differs = declared.Answer(different=("role app differs (password)",))
    monkeypatch.setattr(declared, "ask", lambda *_: differs)
    container = PaperContainer([state(Running=wait is wait_ready)])
    container.labels |= {naming.LOOK_LABEL: declared.label(ServerLook(command=("look",), declared=""))}
    wait(client(PaperEngine(container)), request(), Halt())
    halt = Halt()
    with pytest.raises(
        ServiceFailedError, match=re.escape("db: is still not as declared: role app differs (password)")
    ):
        wait(client(PaperEngine(container)), request(troubled=True), halt)
    with pytest.raises(ServiceFailedError, match="because db failed"):
        halt.pause(0, "another")
    monkeypatch.setattr(declared, "ask", lambda *_: declared.Answer(unknown="starting up"))
    wait(client(PaperEngine(container)), request(troubled=True), Halt())


@pytest.mark.parametrize("status", [400, 404, 409, 500])
def test_a_container_that_has_ended_answers_nothing(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine says it in several ways; whoever waits looks why it ended. Another error is one."""
    engine = PaperEngine(PaperContainer([state()]))

    def refuse(_id: str, *, detach: bool) -> None:
        assert detach
        raise APIError("", response=SimpleNamespace(status_code=refused))  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "exec_start", refuse)
    refused = status
    assert readiness.ended_with(client(engine), cast("Any", engine.container), ("true",), 1) is None
    ending = SimpleNamespace(exec_run=lambda *_, **__: refuse("", detach=True))
    assert memory.killed(cast("Any", ending)) == 0
    refused = 403
    with pytest.raises(APIError):
        memory.killed(cast("Any", ending))
    with pytest.raises(APIError):
        readiness.ended_with(client(engine), cast("Any", engine.container), ("true",), 1)
