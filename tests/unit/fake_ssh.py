"""Stands for `ssh`: an engine, or whatever goes wrong on the way to one, behind standard input and output.

`FAKE_SSH` says how it behaves; each start adds a line with its arguments to the file `FAKE_SSH_LOG`.
"""

import json
import os
import sys
import time
from pathlib import Path

WORDS = {
    "refused": ("root@shop: Permission denied (publickey).", 255),
    "down": ("ssh: connect to host shop port 22: Connection timed out", 255),
    "no docker": ("bash: line 1: docker: command not found", 127),
    "no engine": ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", 1),
}
DROPPED = "kex_exchange_identification: read: Connection reset by peer"


def answer(status: str, body: bytes) -> None:
    """Sends one answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    sys.stdout.buffer.write(head.encode() + body)
    sys.stdout.buffer.flush()


def serve() -> None:
    """Answers requests until the other side closes."""
    while request := sys.stdin.buffer.readline().decode().split():
        while sys.stdin.buffer.readline().strip():
            pass
        path = request[1]
        if path == "/_ping":
            answer("200 OK", b"OK")
        elif path.endswith("/version"):
            answer("200 OK", json.dumps({"ApiVersion": "1.41", "Arch": "amd64", "Os": "linux"}).encode())
        elif path.endswith("/wait"):
            time.sleep(30)  # a container that does not end
        else:
            answer("200 OK", json.dumps({"asked": path}).encode())


def main() -> int:
    """Behaves as it is told."""
    log = Path(os.environ["FAKE_SSH_LOG"])
    with log.open("a") as lines:
        lines.write(" ".join(sys.argv[1:]) + "\n")
    how = os.environ.get("FAKE_SSH", "")
    if how in WORDS:
        words, code = WORDS[how]
        print(f"a banner\n{words}", file=sys.stderr)  # noqa: T201 what ssh prints is read by the one under test
        return code
    if how == "silent":
        time.sleep(30)
    if how.startswith("dropped") and len(log.read_text().splitlines()) <= int(how.split()[1]):
        print(DROPPED, file=sys.stderr)  # noqa: T201
        return 255
    serve()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
