"""Foreign text in Markdown: whoever proposes a change chooses it, so it never becomes markup, a link or a mention."""

import json
import re

CELL_CHARACTERS = 120
"""Longest value inside a table; the whole of it is in the folded difference."""
CONTEXT_CHARACTERS = 20
"""What is kept of the equal beginning of two long values."""

_DIGEST = re.compile(r"(sha256:[0-9a-f]{8})[0-9a-f]{56}")


def code(value: object) -> str:
    """Returns a value as a code span that is safe in a table.

    Args:
        value: Text, or any JSON.
    """
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = _DIGEST.sub(r"\g<1>…", " ".join(text.split()))
    if len(text) > CELL_CHARACTERS:
        text = text[: CELL_CHARACTERS - 1] + "…"
    # A backtick would end the span, a bar the cell.
    return "`" + (text.replace("`", "'").replace("|", "\\|") or " ") + "`"


def moved(before: object, after: object) -> str:
    """Returns `before → after`; of long values that begin alike, from where they differ."""
    texts = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in (before, after)]
    if max(map(len, texts)) > CELL_CHARACTERS:
        pairs = enumerate(zip(*texts, strict=False))
        alike = next((index for index, (old, new) in pairs if old != new), min(map(len, texts)))
        start = alike - CONTEXT_CHARACTERS
        texts = [f"…{text[start:]}" for text in texts] if start > 0 else texts
    return f"{code(texts[0])} → {code(texts[1])}"
