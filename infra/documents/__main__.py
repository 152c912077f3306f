"""Writes the generated documents: `python -m infra.documents`."""

from components.base.lock import CHECKOUT
from infra.documents.files import documents

for name, text in documents().items():
    (CHECKOUT / name).write_text(text, encoding="utf-8")
