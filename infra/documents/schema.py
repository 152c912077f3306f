"""The JSON Schema of `Pulumi.<stack>.yaml`, by which editors complete and check it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from infra.checks.keys import PROVIDER_KEYS
from infra.models import DOCKER_HOST, DOCKER_HOST_DESCRIPTION, stack_model
from infra.places import PROJECT
from stacks.base import System

SCHEMA_FILE: Final = "docs/configuration.schema.json"

ENCRYPTED: Final[JsonSchemaValue] = {
    "additionalProperties": False,
    "description": "Written by 'pulumi config set --secret'.",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "type": "object",
}


class _Schema(GenerateJsonSchema):
    """Pulumi's own form of a secret: never plain text."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002, ANN401 the base's own signature
        return False  # a key says as much

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        found = super().function_after_schema(schema)
        return ENCRYPTED if found.get("format") == "password" else found


def schema(kinds: Mapping[str, System]) -> str:
    """Returns the schema as text.

    Args:
        kinds: The kinds of systems a stack may hold.
    """
    model = stack_model(kinds).model_json_schema(by_alias=True, schema_generator=_Schema)
    definitions = model.pop("$defs")
    own = {f"{PROJECT}:{key}": _as_rewritten(value) for key, value in model["properties"].items()}
    config: dict[str, Any] = {
        "additionalProperties": False,
        "patternProperties": {"^pulumi:": {}, f"^{PROJECT}:[A-Z][A-Z0-9_]*$": ENCRYPTED},
        "properties": {
            **{key: {} for key in sorted(PROVIDER_KEYS)},
            DOCKER_HOST: {
                "description": DOCKER_HOST_DESCRIPTION,
                "pattern": "^(unix:///|tcp://|ssh://)",
                "type": "string",
            },
            **own,
        },
        "required": [f"{PROJECT}:{key}" for key in model["required"]],
        "type": "object",
    }
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": definitions,
        "properties": {"config": config},
        "required": ["config"],
        "title": "Pulumi.<stack>.yaml of zapstack",
        "type": "object",
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _as_rewritten(value: JsonSchemaValue) -> JsonSchemaValue:
    """Returns the schema of a key that Pulumi may have rewritten: `true` becomes `"true"` there."""
    if {"type": "boolean"} not in value.get("anyOf", []):
        return value
    return {"default": value["default"], "description": value["description"], "enum": [True, False, "true", "false"]}
