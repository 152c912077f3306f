"""The load: contacts who write to the assistant at a steady pace, each answered once."""

import threading
import uuid
from collections.abc import Callable
from typing import TypeVar

from tests.engine.flagship import Conversation, write_paced

PER_SECOND = 20
SECONDS = 30
ANSWERS_SECONDS = 120
"""Time the last answer may take."""

Seen = TypeVar("Seen")


def contacts() -> list[str]:
    """Returns new contacts, as many as write."""
    area = uuid.uuid4().int % 90 + 10
    return [f"55{area}9{number:08d}" for number in range(PER_SECOND * SECONDS)]


def while_writing(talk: Conversation, look: Callable[[], Seen]) -> tuple[Seen, int, int]:
    """Looks at something while all contacts write.

    Args:
        talk: With whom.
        look: What is done meanwhile.

    Returns:
        What was seen; how many contacts have written, and how many have been answered exactly once.
    """
    writing = contacts()
    area = uuid.uuid4().hex
    thread = threading.Thread(
        target=write_paced, args=(talk, writing), kwargs={"area": area, "per_second": PER_SECOND}, daemon=True
    )
    thread.start()
    seen = look()
    thread.join()
    answers = talk.wait_for_answers(writing, ANSWERS_SECONDS)
    return seen, len(writing), sum(count == 1 for count in answers.values())
