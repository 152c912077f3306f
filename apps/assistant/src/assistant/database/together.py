"""Many rows as the parameters of one statement: an array for each column.

The statement stays the same however many rows it is given, so that it is composed and planned once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, TableValuedAlias, bindparam, func
from sqlalchemy.types import TypeEngine

PLACE = "place"


def together(columns: Mapping[str, TypeEngine[Any]]) -> TableValuedAlias:
    """The rows as a table that a statement can read, with their place as given, from 1, in the column `place`.

    Args:
        columns: Name to type.
    """
    arrays = [bindparam(_parameter(name), type_=ARRAY(kind)) for name, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*columns, with_ordinality=PLACE).render_derived(name="batch")


def as_columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The parameters of a statement made with `together`; at least one row."""
    return {_parameter(name): [row[name] for row in rows] for name in rows[0]}


def _parameter(column: str) -> str:
    """SQLAlchemy keeps the columns' own names for itself."""
    return f"batch_{column}"
