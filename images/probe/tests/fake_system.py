"""Evolution's routes and an application's, as far as the commands use them."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]
GLOBAL_KEY = "global"
SECRET = "hook"


class FakeSystem:
    """What the server answers from; tests change it."""

    def __init__(self) -> None:
        """Begin without instances, with an application that stores and answers at once."""
        self.answers = True
        self.created: list[dict[str, Any]] = []
        self.filed_under = "5511900000000"
        self.hidden = False
        self.injected: list[dict[str, Any]] = []
        self.instances: dict[str, dict[str, Any]] = {}
        self.keeps_replies = True
        self.races = False
        self.stores = True
        self.url = ""
        self.webhooks: dict[str, Any] = {}

    def handle(self, method: str, path: str, headers: dict[str, str], body: Any) -> Answer:  # noqa: ANN401 - any JSON
        """Answer one request."""
        resource = path.partition("?")[0]
        if resource.startswith("/messages/"):
            return self._application(resource, headers)
        if resource == "/webhook/evolution":
            self.injected.append(body)
            return 200, {"status": "success"}
        if headers.get("apikey") not in {GLOBAL_KEY, "token-1"}:
            return 401, {"status": 401, "error": "Unauthorized", "response": {"message": "Unauthorized"}}
        return self._evolution(method, path, body)

    def _evolution(self, method: str, path: str, body: Any) -> Answer:  # noqa: ANN401 - any JSON
        resource, _, query = path.partition("?instanceName=")
        match method, resource.split("/")[1:]:
            case "GET", ["instance", "fetchInstances"]:
                row = None if self.hidden else self.instances.get(query)
                return (200, [row]) if row else (404, {"response": {"message": ["does not exist"]}})
            case "POST", ["instance", "create"]:
                return self._create(body)
            case "POST", ["webhook", "set", name]:
                self.webhooks[name] = body["webhook"]
                return 201, {}
            case "POST", ["chat", "findMessages", "bot"]:
                return 200, {"messages": {"records": self._records(body["where"]["key"]["remoteJid"])}}
        return 500, {"response": {"message": "unknown route"}}

    def _application(self, path: str, headers: dict[str, str]) -> Answer:
        if headers.get("authorization") != f"Bearer {SECRET}":
            return 401, {"detail": "no"}
        known = self.stores and any(path.endswith(message["key"]["id"]) for message in self.injected)
        return 200, {"stored": known, "reply_id": "R1" if known and self.answers else None}

    def _create(self, body: dict[str, Any]) -> Answer:
        name = body["instanceName"]
        if self.races:
            self.instances[name] = {"name": name, **{key: body[key] for key in ("token", "integration", "number")}}
        if name in self.instances:
            return 403, {"response": {"message": [f'This name "{name}" is already in use.']}}
        self.created.append(body)
        self.instances[name] = {"name": name, **{key: body.get(key) for key in ("token", "integration", "number")}}
        return 201, {"hash": body["token"]}

    def _records(self, address: str) -> list[dict[str, Any]]:
        if not self.keeps_replies or address != self.filed_under or not self.injected:
            return []
        text = f"Mensagem {len(self.injected)} recebida: {self.injected[-1]['message']['conversation']}"
        return [{"key": {"id": "R1", "fromMe": True}, "message": {"conversation": text}}]


class FakeServer(ThreadingHTTPServer):
    """Serves one fake system on a free port."""

    def __init__(self, system: FakeSystem) -> None:
        """Bind; the caller serves."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.system = system


class _Handler(BaseHTTPRequestHandler):
    server: FakeServer

    def _answer(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, content = self.server.system.handle(self.command, self.path, headers, body)
        encoded = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    do_GET = _answer  # noqa: N815 - names given by the standard library
    do_POST = _answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests' output is theirs."""
