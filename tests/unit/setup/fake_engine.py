"""Something that answers like a Docker engine."""

import json
import socketserver
from http.server import BaseHTTPRequestHandler
from pathlib import Path


class FakeEngine(socketserver.ThreadingUnixStreamServer):
    """Listens on a socket file and gives the answers a test puts in.

    Attributes:
        host: Its address, as in DOCKER_HOST.
        answers: Status and body of each path.
    """

    def __init__(self, path: Path) -> None:
        """Listen; ``serve_forever`` answers."""
        self.host = f"unix://{path}"
        self.answers: dict[str, tuple[int, dict[str, str]]] = {"/version": (200, {"Version": "28.2.2"})}
        super().__init__(str(path), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: FakeEngine

    def do_GET(self) -> None:
        status, answer = self.server.answers.get(self.path, (404, {}))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Stay silent."""
