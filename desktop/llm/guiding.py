"""What of a JSON Schema may guide the model's words. The rest is left out: the answer is held against all of it later.

A count of a million would make a grammar of a million rules, so that counts, patterns and formats guide nothing.
"""

import json
from typing import Any

_LEFT_OUT = frozenset(
    {"minItems", "maxItems", "minLength", "maxLength", "pattern", "patternProperties", "format"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
)
_NAMED = ("properties", "$defs", "definitions")


def guiding_schema(schema: str) -> str:
    """The same schema without what could take for ever. Raises ValueError for text that is no JSON object."""
    value = json.loads(schema)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return json.dumps(_kept(value))


def _kept(value: Any) -> Any:
    if isinstance(value, list):
        return [_kept(item) for item in value]
    if not isinstance(value, dict):
        return value
    # under `properties` stand names, not words of the schema
    return {
        key: {name: _kept(part) for name, part in inner.items()}
        if key in _NAMED and isinstance(inner, dict)
        else _kept(inner)
        for key, inner in value.items()
        if key not in _LEFT_OUT
    }
