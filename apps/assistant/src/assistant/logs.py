"""One JSON object per line on standard output, without message bodies, telephone numbers or secrets.

Exceptions are written as their type and the lines of code they passed: their messages may quote a database row or a
request, and with it what a customer wrote.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

_FIELDS = "assistant_fields"
# Made once: `json.dumps` would make one for each line.
_ENCODER = json.JSONEncoder(default=str, ensure_ascii=False)


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without a trailing newline."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])
            line["error"] = record.exc_info[0].__qualname__
            line["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return _ENCODER.encode(line)


def configure_logging(level: int = logging.INFO) -> None:
    """Send every logger of the process through the formatter."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # One line per outgoing request, address included, says nothing that our own events do not.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # The AMQP client reports every failed attempt to connect as an error; `assistant.broker` says it once.
    for client in ("aiormq", "aio_pika"):
        logging.getLogger(client).setLevel(logging.CRITICAL)


def log_event(logger: logging.Logger, level: int, message: str, **fields: object) -> None:
    """Log a message with named fields of their own in the line."""
    logger.log(level, message, extra={_FIELDS: fields})
