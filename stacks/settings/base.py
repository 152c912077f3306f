"""What the settings of all systems have in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

ROTATION = (
    "Raise by one to change the generated password: the server then accepts the earlier one as well, until the next "
    "rotation. Never lower it: the password in use would be made anew while consumers still have the earlier one. 0, "
    "because nothing has been rotated yet."
)


class Settings(BaseModel):
    """Base of all settings: read-only, unknown keys refused, offending values never printed."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        strict=True,
    )

    @classmethod
    def filled(cls, tree: dict[str, Any]) -> dict[str, Any]:
        """Returns what was written, with the defaults that follow from it.

        Before it is checked, so what is wrong in it is still there, to be refused.

        Args:
            tree: Settings as written, keys in camel case.
        """
        return tree
