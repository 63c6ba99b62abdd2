"""Words kept to a JSON Schema by the real small model, which would not keep to it by itself."""

import json

import pytest

from desktop.answering.forms.json_form import json_problems, read_schema
from desktop.llm.client import ModelRunner
from desktop.llm.guiding import guiding_schema
from desktop.protocol.runner_messages import Turn

LEASE = {
    "type": "object",
    "properties": {
        "tenant": {"type": "string", "maxLength": 40},
        "months": {"type": "integer"},
        "kind": {"enum": ["shop", "home"]},
        "format": {"type": ["string", "null"]},
    },
    "required": ["tenant", "months", "kind"],
    "additionalProperties": False,
}
ASKED = (Turn("user", "Hill Ltd rents a shop for three months. Who rents what, and for how long?"),)


def test_the_text_follows_the_schema(runner: ModelRunner) -> None:
    free = runner.generate(ASKED, max_tokens=120)
    assert json_problems(free.text, read_schema(json.dumps(LEASE)))
    guided = runner.generate(ASKED, max_tokens=120, json_schema=json.dumps(LEASE))
    assert guided.reason == "stop"
    found = json.loads(guided.text)
    assert set(found) <= set(LEASE["properties"]) and type(found["months"]) is int and found["kind"] in ("shop", "home")
    # and nothing is left of it
    assert runner.generate(ASKED, max_tokens=120).text == free.text


@pytest.mark.parametrize(
    "schema",
    ["", "{", "[]", '{"$ref": "https://example.org/x"}', '{"$ref": "#/none"}', '{"type": "nonsense"}', "{" * 5_000],
)
def test_what_can_not_be_followed_guides_nothing(runner: ModelRunner, schema: str) -> None:
    free = runner.generate(ASKED, max_tokens=8)
    assert runner.generate(ASKED, max_tokens=8, json_schema=schema).text == free.text


def test_counts_and_patterns_guide_nothing() -> None:
    huge = {"type": "array", "minItems": 10**9, "items": {"type": "string", "pattern": "(a+)+$", "maxLength": 10**9}}
    assert json.loads(guiding_schema(json.dumps(huge))) == {"type": "array", "items": {"type": "string"}}
    named = {"properties": {"pattern": {"type": "string"}, "format": {"minLength": 4}}}
    kept = {"properties": {"pattern": {"type": "string"}, "format": {}}}
    assert json.loads(guiding_schema(json.dumps(named))) == kept
    with pytest.raises(ValueError):
        guiding_schema("[]")
