"""Another machine for engine tests: a network namespace of this one, with an engine and an sshd of its own.

Nothing is shared with this machine's engine but the kernel and the docker command. The sshd has its stock limits.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker

from components.base.docker_api import connect
from components.base.lock import CHECKOUT
from scripts.setup import debian

NAME = "zapstack-e2e"
"""Of the namespace, and how ssh knows the host."""

NETWORK, HERE, THERE = "10.213.7.0/24", "10.213.7.1", "10.213.7.2"
LINK, LINK_THERE = "zapstack-e2e0", "zapstack-e2e1"
START_SECONDS = 60
STOP_SECONDS = 60
SSHD_PATH = "/usr/sbin:/usr/local/sbin"
SSHD_CONFIG = """ListenAddress {there}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/key.pub
PidFile {folder}/sshd.pid
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
SetEnv DOCKER_HOST=unix://{folder}/docker.sock
"""


@dataclass(frozen=True, kw_only=True)
class OtherMachine:
    """A machine that is reached by ssh.

    Attributes:
        engine: Its engine, by a way that only the tests have.
        folder: Everything it consists of.
    """

    engine: docker.DockerClient
    folder: Path

    @property
    def address(self) -> str:
        """What a stack's file names."""
        return f"ssh://{NAME}"

    @property
    def programs(self) -> Path:
        """First on PATH: an `ssh` that reads this folder's configuration where a person's reads `~/.ssh`."""
        return self.folder / "bin"

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """Takes the cable out; what is under way stays as it is."""
        run("ip", "link", "set", LINK, "down")
        try:
            yield
        finally:
            run("ip", "link", "set", LINK, "up")

    @contextmanager
    def stranger(self) -> Iterator[None]:
        """Takes the key away from the list of those that may log in, and ends the connection there is."""
        allowed = self.folder / "key.pub"
        line = allowed.read_text()
        allowed.write_text("")
        leave(self.folder)
        try:
            yield
        finally:
            allowed.write_text(line)


def run(*command: str) -> str:
    """Runs a command that has to succeed, and returns what it printed."""
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


@contextmanager
def other_machine() -> Iterator[OtherMachine]:
    """Makes the machine; nothing of it is left at the end."""
    assert os.geteuid() == 0, "a network namespace needs root"
    sshd = _sshd()
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(dir="/var/lib", prefix=f"{NAME}-"))  # sshd trusts no key below /tmp
        stack.callback(_remove, folder)
        _connect(stack)
        _keys(folder)
        stack.callback(leave, folder)
        _start(stack, folder, "sshd", [sshd, "-D", "-e", "-f", str(folder / "sshd_config")])
        _start(stack, folder, "dockerd", _dockerd(folder))
        yield OtherMachine(engine=_answering(folder), folder=folder)


def _sshd() -> str:
    """Returns the program; installed where it is missing, and never started by its package."""
    found = shutil.which("sshd", path=SSHD_PATH)
    if not found:
        policy = Path("/usr/sbin/policy-rc.d")  # asked by every package that would start something
        mine = not policy.exists()
        if mine:
            policy.write_text("#!/bin/sh\nexit 101\n")
            policy.chmod(0o755)
        try:
            debian.install("tests", ("openssh-server",), "The engine over ssh cannot be tested.")
        finally:
            if mine:
                policy.unlink()
        found = shutil.which("sshd", path=SSHD_PATH)
    assert found
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    return found


def _connect(stack: ExitStack) -> None:
    """Makes the namespace and its cable; builds there reach package mirrors through this machine."""
    run("ip", "netns", "add", NAME)
    stack.callback(run, "ip", "netns", "delete", NAME)
    stack.callback(_end_processes)
    run("ip", "link", "add", LINK, "type", "veth", "peer", "name", LINK_THERE, "netns", NAME)
    run("ip", "address", "add", f"{HERE}/24", "dev", LINK)
    run("ip", "link", "set", LINK, "up")
    for line in (f"address add {THERE}/24 dev {LINK_THERE}", f"link set {LINK_THERE} up", "link set lo up"):
        run("ip", "-n", NAME, *line.split())
    run("ip", "-n", NAME, "route", "add", "default", "via", HERE)
    for chain, *rule in (
        ("POSTROUTING", "-t", "nat", "-s", NETWORK, "!", "-o", LINK, "-j", "MASQUERADE"),
        ("FORWARD", "-i", LINK, "-j", "ACCEPT"),
        ("FORWARD", "-o", LINK, "-j", "ACCEPT"),
    ):
        run("iptables", "--wait", "-I", chain, *rule)
        stack.callback(run, "iptables", "--wait", "-D", chain, *rule)


def _keys(folder: Path) -> None:
    """Writes keys, both configurations, and the `ssh` that reads this one: the README's, with this host in it."""
    for name in ("host_key", "key"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", NAME, "-f", str(folder / name))
    kind, key, _ = (folder / "host_key.pub").read_text().split()
    (folder / "known_hosts").write_text(f"{THERE} {kind} {key}\n")
    (folder / "sshd_config").write_text(SSHD_CONFIG.format(folder=folder, there=THERE))
    section = (CHECKOUT / "README.md").read_text().partition("### Another machine\n")[2].partition("\n### ")[0]
    block = re.search(r"```\w*\n(Host .*?)```", section, re.DOTALL)
    assert block
    text = block.group(1)
    for name, value in {
        "Host": NAME,
        "HostName": THERE,
        "User": "root",
        "IdentityFile": str(folder / "key"),
        "ControlPath": str(folder / "%C"),
    }.items():
        text, count = re.subn(rf"(?m)^( *{name}) .*$", rf"\1 {value}", text)
        assert count == 1, name
    strict = f"StrictHostKeyChecking yes\nUserKnownHostsFile {folder}/known_hosts\nIdentitiesOnly yes\n"
    (folder / "ssh_config").write_text(text + strict)
    (folder / "bin").mkdir()
    program = folder / "bin" / "ssh"
    program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/ssh_config "$@"\n')
    program.chmod(0o755)


def _dockerd(folder: Path) -> list[str]:
    (folder / "daemon.json").write_text("{}")
    options = {
        "config-file": "daemon.json",
        "data-root": "data",
        "exec-root": "exec",
        "pidfile": "dockerd.pid",
    }
    namespaces = [f"--containerd-namespace={NAME}", f"--containerd-plugins-namespace={NAME}-plugins"]
    paths = [f"--{name}={folder / value}" for name, value in options.items()]
    return ["dockerd", f"--host=unix://{folder}/docker.sock", *paths, *namespaces]


def _start(stack: ExitStack, folder: Path, name: str, command: list[str]) -> None:
    """Starts a program in the namespace; only the network is another one, so that it finds its control groups."""
    log = stack.enter_context((folder / f"{name}.log").open("wb"))
    process = subprocess.Popen(
        ["nsenter", f"--net=/run/netns/{NAME}", *command],
        start_new_session=True,
        stderr=log,
        stdin=subprocess.DEVNULL,
        stdout=log,
    )
    stack.callback(_stop, process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_processes() -> None:
    """Ends what sshd and engine have started and left: sessions, and what keeps containers."""
    for line in run("ip", "netns", "pids", NAME).split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(line), signal.SIGKILL)


def _answering(folder: Path) -> docker.DockerClient:
    host = f"unix://{folder}/docker.sock"
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run(["docker", "--host", host, "version"], capture_output=True, check=False).returncode:
        assert time.monotonic() < deadline, (folder / "dockerd.log").read_text()[-3000:]
        time.sleep(0.2)
    return connect(host)


def leave(folder: Path) -> None:
    """Ends the connection that ssh keeps open between commands."""
    subprocess.run([folder / "bin" / "ssh", "-O", "exit", NAME], capture_output=True, check=False)


def _remove(folder: Path) -> None:
    """Removes what an engine leaves of itself: mounts and files."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in reversed([path for path in mounts if path.startswith(f"{folder}/")]):
        subprocess.run(["umount", "--lazy", mount], check=False)
    shutil.rmtree(folder)
