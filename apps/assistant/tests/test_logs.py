"""Logs: one line of JSON, and nothing a customer wrote."""

import json
import logging
import sys

from assistant.logs import JsonFormatter


def record(*, failing: bool) -> logging.LogRecord:
    """A record with fields, perhaps with an exception that quotes a message."""
    error = ValueError("olá, meu CPF é …")
    try:
        raise error
    except ValueError:
        info = sys.exc_info() if failing else None
    made = logging.LogRecord("assistant", logging.ERROR, __file__, 1, "it %s", ("broke",), info)
    made.assistant_fields = {"message_id": "M1"}
    return made


def test_a_record_is_one_line_with_its_fields() -> None:
    """Fields stand beside the message."""
    line = JsonFormatter().format(record(failing=False))
    assert "\n" not in line
    assert {"message": "it broke", "message_id": "M1", "level": "error"}.items() <= json.loads(line).items()


def test_an_exception_is_type_and_place_only() -> None:
    """Its message may quote a row or a request."""
    line = JsonFormatter().format(record(failing=True))
    assert json.loads(line)["error"] == "ValueError"
    assert "test_logs.py" in json.loads(line)["at"][0]
    assert "CPF" not in line
