"""An application that puts each order into Postgres, Redis and RabbitMQ, and a worker that marks it done."""

import http.server
import json
import os
import signal
import sys
import threading
from pathlib import Path

import pika
import psycopg
import redis

FILES = Path(os.environ["FILES"])
QUEUE = "orders"
TABLE = "CREATE TABLE IF NOT EXISTS orders (id bigserial PRIMARY KEY, done boolean NOT NULL DEFAULT false)"
stopping = threading.Event()


def database() -> psycopg.Connection:
    """Open a connection of its own for each request: the example is about wiring, not about pools."""
    return psycopg.connect((FILES / "database_url").read_text(), autocommit=True)


def channel() -> pika.adapters.blocking_connection.BlockingChannel:
    """Open a channel with the queue declared."""
    opened = pika.BlockingConnection(pika.URLParameters((FILES / "broker_url").read_text())).channel()
    opened.queue_declare(QUEUE, durable=True)
    return opened


def cache() -> redis.Redis:
    """Return a client."""
    return redis.Redis.from_url((FILES / "cache_url").read_text())


class Handler(http.server.BaseHTTPRequestHandler):
    """The routes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Health, readiness, serving, totals."""
        if self.path in {"/health", "/ready"}:
            self.answer(200, {})
        elif self.path == "/up":
            self.answer(503 if stopping.is_set() else 200, {})
        else:
            with database() as session:
                total, done = session.execute("SELECT count(*), count(*) FILTER (WHERE done) FROM orders").fetchone()
            answer = {"cached": int(cache().get("orders") or 0), "done": done, "release": os.environ["RELEASE"]}
            self.answer(200, {**answer, "total": total})

    def do_POST(self) -> None:
        """One order."""
        self.rfile.read(int(self.headers.get("content-length") or 0))
        with database() as session:
            (number,) = session.execute("INSERT INTO orders DEFAULT VALUES RETURNING id").fetchone()
        cache().incr("orders")
        opened = channel()
        opened.basic_publish("", QUEUE, str(number).encode(), pika.BasicProperties(delivery_mode=2))
        opened.connection.close()
        self.answer(201, {"order": number})

    def answer(self, status: int, body: dict[str, object]) -> None:
        """Send JSON."""
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing for each request."""


class Server(http.server.ThreadingHTTPServer):
    """A thread for each connection, all of them waited for at the end."""

    daemon_threads = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Show what went wrong, which a proxy that hangs up after a check is not."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def serve() -> None:
    """Run the application; at SIGTERM running requests end first."""
    with database() as session:
        session.execute(TABLE)
    server = Server(("", 8000), Handler)

    def stop(_signal: int, _frame: object) -> None:
        stopping.set()
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    server.serve_forever()


def work() -> None:
    """Mark orders done."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    opened = channel()

    def mark(_channel: object, method: pika.spec.Basic.Deliver, _properties: object, body: bytes) -> None:
        with database() as session:
            session.execute("UPDATE orders SET done = true WHERE id = %s", (int(body),))
        opened.basic_ack(method.delivery_tag)

    opened.basic_consume(QUEUE, mark)
    Path("/tmp/consuming").touch()  # noqa: S108 its own tmpfs
    opened.start_consuming()


if __name__ == "__main__":
    if os.environ.get("FAIL"):
        print("no licence found")  # noqa: T201 the last line a person is shown
        sys.exit(3)
    {"app": serve, "worker": work}[sys.argv[1]]()
