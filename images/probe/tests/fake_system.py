"""Evolution's routes and an application's, as far as the commands use them."""

import base64
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]
HANG_SECONDS = 0.5
CONVERTER_KEY = "made-up-key"
GLOBAL_KEY = "global"
SECRET = "hook"


class FakeSystem:
    """What the server answers from; tests change it."""

    def __init__(self) -> None:
        """Begin without instances, with an application that does all it should at once."""
        self.converter: Answer | None = None
        self.converter_asks = True
        self.converted: dict[str, bytes] = {"mp4": b"\0\0\0\x20ftypmp42", "ogg": b"OggS\0"}
        self.comes_back = False
        self.created: list[dict[str, Any]] = []
        self.database = True
        self.done = {"stored": True, "queued": True, "taken": True, "seen": True}
        self.findings: Answer | None = None
        self.filed_under = "5511900000000"
        self.forms: list[bytes] = []
        self.hangs = False
        self.hidden = False
        self.injected: list[dict[str, Any]] = []
        self.instances: dict[str, dict[str, Any]] = {}
        self.keeps_replies = True
        self.late = ""
        self.races = False
        self.ready: Answer = 200, {"database": "ok", "rabbitmq": "ok"}
        self.replies = 1
        self.kept: list[dict[str, Any]] = []
        self.settings: dict[str, Any] = {}
        self.status: Answer | None = None
        self.url = ""
        self.webhooks: dict[str, Any] = {}

    def handle(self, method: str, path: str, headers: dict[str, str], body: Any) -> Answer:  # noqa: ANN401 - any JSON
        """Answer one request."""
        if path == "/process-audio":
            return self._convert(headers.get("apikey"), body)
        if path == "/ready" or path.startswith("/messages/"):
            return self.ready if path == "/ready" else self.status or self._status(path, headers)
        if path == "/webhook/evolution":
            return self._receive(body)
        return self._guarded(method, path, headers.get("apikey"), body)

    def _guarded(self, method: str, path: str, key: str | None, body: Any) -> Answer:  # noqa: ANN401 - any JSON
        """In the real order: whether the instance exists, which memory or the database knows; then the key."""
        name = path.removeprefix("/instance/connectionState/")
        if self.hangs and (name in self.instances or not self.database):
            time.sleep(HANG_SECONDS)
        if name != path and name not in self.instances:
            if not self.database:
                return 500, {"status": 500, "response": {"message": "Can't reach database server"}}
            return 404, {"status": 404, "response": {"message": [f'The "{name}" instance does not exist']}}
        if key != GLOBAL_KEY and (key != "token-1" or not self.database):
            self.database = self.database or self.comes_back
            return 401, {"status": 401, "error": "Unauthorized", "response": {"message": "Unauthorized"}}
        return self._evolution(method, path, body)

    def _evolution(self, method: str, path: str, body: Any) -> Answer:  # noqa: ANN401 - any JSON
        match method, path.split("/")[1:]:
            case "POST", ["chat", _, "bot"]:
                return self._messages(body)
            case "GET", ["instance", "connectionState", name]:
                return 200, {"instance": {"instanceName": name, "state": "open"}}
            case "GET", ["instance", "fetchInstances"]:
                return 200, [] if self.hidden else list(self.instances.values())
            case "POST", ["instance", "create"]:
                return self._create(body)
            case "POST", ["settings" | "webhook" as what, "set", name]:
                kept, content = (self.settings, body) if what == "settings" else (self.webhooks, body["webhook"])
                kept[name] = content
                return 201, {}
        return 500, {"response": {"message": "unknown route"}}

    def _messages(self, body: Any) -> Answer:  # noqa: ANN401 - any JSON
        if self.findings is not None:
            return self.findings
        here = self.keeps_replies and body["where"]["key"]["remoteJid"] == self.filed_under
        return 200, {"messages": {"records": self.kept[::-1] if here else []}}

    def _convert(self, key: str | None, form: bytes) -> Answer:
        if self.converter_asks and key != CONVERTER_KEY:
            return 401, {"error": "Invalid API_KEY" if key else "API_KEY not provided"}
        self.forms.append(form)
        kind = "mp4" if b'name="format"' in form else "ogg"
        made = base64.b64encode(self.converted[kind]).decode()
        return self.converter or (200, {"audio": made, "duration": 1, "format": kind})

    def _status(self, path: str, headers: dict[str, str]) -> Answer:
        if headers.get("authorization") != f"Bearer {SECRET}":
            return 401, {"detail": "no"}
        assert any(path == f"/messages/bot/{message['key']['id']}" for message in self.injected)
        reply_id = self.kept[-1]["key"]["id"] if self.replies else None
        return 200, {**self.done, "reply_id": reply_id, "more": "is allowed"}

    def _receive(self, message: dict[str, Any]) -> Answer:
        if all(row["number"] != message["numberId"] for row in self.instances.values()):
            return 200, None
        self.injected.append(message)
        self.kept.append({name: message[name] for name in ("key", "message", "messageType")})
        if self.late:
            self.send(self.late)
        text = f"Mensagem {len(self.injected)} recebida: {message['message']['conversation']}"
        self.send(text, times=self.replies)
        return 200, {"status": "success"}

    def send(self, text: str, *, times: int = 1) -> None:
        """Keep messages of the instance to the contact."""
        for _ in range(times):
            key = {"id": f"R{sum(record['key']['fromMe'] for record in self.kept) + 1}", "fromMe": True}
            self.kept.append({"key": key, "message": {"conversation": text}, "messageType": "conversation"})

    def _create(self, body: dict[str, Any]) -> Answer:
        name = body["instanceName"]
        row = {"name": name, **{key: body.get(key) for key in ("token", "integration", "number")}}
        if self.races:
            self.instances[name] = row
        if name in self.instances:
            return 403, {"response": {"message": [f'This name "{name}" is already in use.']}}
        self.created.append(body)
        self.instances[name] = row
        return 201, {"hash": body["token"]}


def _encoded(content: Any) -> bytes:  # noqa: ANN401 - any JSON, a page, a file
    if isinstance(content, bytes):
        return content
    return content.encode() if isinstance(content, str) else b"" if content is None else json.dumps(content).encode()


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
        sent = self.rfile.read(length)
        form = self.headers.get("content-type", "").startswith("multipart/form-data")
        body = sent if form else json.loads(sent) if sent else None
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, content = self.server.system.handle(self.command, self.path, headers, body)
        page = isinstance(content, str)
        encoded = _encoded(content)
        self.send_response(status)
        self.send_header("content-length", str(len(encoded)))
        self.send_header("content-type", "text/html" if page else "application/json")
        self.end_headers()
        self.wfile.write(encoded)

    do_GET = _answer  # noqa: N815 - names given by the standard library
    do_POST = _answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests' output is theirs."""
