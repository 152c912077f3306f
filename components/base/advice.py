"""Commands that containers and contracts name without knowing the stack: made complete where a person reads them.

Deliberately not: other programs' commands; `pulumi` keeps the stack that the last verb has chosen.
"""

import re
from collections.abc import Mapping
from typing import Final

from components.base import naming

_VERB: Final = re.compile(r"(?<=')make [a-z-]+(?=(?: (?!STACK=)[A-Z_]+=[^' ]+)*')")
"""A verb in quotes that names no stack; an English sentence about making something is none."""


def for_stack(text: str, stack: str) -> str:
    """Returns a text in which each quoted `make` verb acts on a stack; without its name it would act on another one.

    Args:
        text: What a person is told.
        stack: Name of the stack it is about.
    """
    return _VERB.sub(lambda verb: f"{verb[0]} STACK={stack}", text)


def stack_of(labels: Mapping[str, str]) -> str:
    """Returns the name of the stack that an object is of.

    Args:
        labels: Its labels on the engine.
    """
    return labels[naming.STACK_LABEL].rpartition("/")[2]
