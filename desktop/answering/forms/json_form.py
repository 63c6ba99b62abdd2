"""Answers as JSON by a schema that the user gives: checked against it, and each value against the files.

Nothing is fetched: a schema that points outside itself is refused.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry
from referencing.exceptions import Unresolvable

from desktop.answering.forms.form import Claim, line_spans, without_fence
from desktop.answering.forms.simple_pattern import is_simple
from desktop.domain.errors import UserError

LONGEST_SCHEMA = 12_000
_DEEPEST = 40
_MOST_PROBLEMS = 5
_LINE = re.compile(r'(?:"((?:[^"\\]|\\.)*)":\s*)?(.*?),?')
_NAMED = ("properties", "$defs", "definitions", "dependentSchemas")
_TITLE = "This is no JSON Schema."


def read_schema(text: str) -> dict[str, Any]:
    """Raises UserError, with the reason, for one that can't be used."""
    if len(text) > LONGEST_SCHEMA:
        raise UserError("The schema is too long.", f"It has {len(text)} characters; {LONGEST_SCHEMA} may be used.")
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(_TITLE, f"It can't be read: {error}.") from None
    if not isinstance(schema, dict):
        raise UserError(_TITLE, "It must be an object, such as {“type”: “object”, “properties”: {…}}.")
    for path, value in _keywords(schema, ()):
        problem = _problem(path[-1], value)
        if problem:
            raise UserError("This schema can't be used.", f"{_place(path)}: {problem}")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise UserError(_TITLE, f"{_place(error.absolute_path)}: {error.message[:200]}") from None
    return schema


def _problem(keyword: str, value: Any) -> str:
    """Why this can't be followed, or nothing."""
    if keyword in ("$ref", "$dynamicRef") and not (isinstance(value, str) and value.startswith("#")):
        return f"it points outside itself, to {str(value)[:200]}"
    if keyword == "patternProperties":
        return f"“{keyword}” can't be checked. Name the properties, or leave it out."
    if keyword == "pattern" and isinstance(value, str) and not is_simple(value):
        return (
            f"the “pattern” {value[:100]} may take too long to check. It must begin with ^, have no groups and no |, "
            "and repeat without end (* or +) once at most."
        )
    return ""


def _keywords(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each keyword with the way to it, and its value."""
    if len(path) > _DEEPEST:
        raise UserError("This schema can't be used.", f"It is nested more than {_DEEPEST} deep.")
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _keywords(inner, (*path, str(number)))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), inner
            if key in _NAMED and isinstance(inner, dict):
                # what is named `pattern` under `properties` is a property, unless it is no schema at all
                for name, part in inner.items():
                    if isinstance(part, str):
                        yield (*path, key, name), part
                    yield from _keywords(part, (*path, key, name))
            else:
                yield from _keywords(inner, (*path, key))


def tidy_json(text: str) -> str:
    """The first JSON value in the text, a line for each of its values; the text as it is where there is none."""
    plain = without_fence(text)
    found = _first_value(plain)
    return plain if found is None else json.dumps(found[0], indent=2, ensure_ascii=False)


def _first_value(text: str) -> tuple[Any] | None:
    decoder = json.JSONDecoder()
    for match in re.finditer(r"[{\[]", text):
        try:
            return (decoder.raw_decode(text, match.start())[0],)
        except (ValueError, RecursionError):
            continue
    return None


def json_problems(text: str, schema: dict[str, Any]) -> tuple[str, ...]:
    """What the schema has against it, at most five sentences."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        return (f"It is no JSON: {error}.",)
    validator = Draft202012Validator(schema, registry=Registry())
    try:
        errors = sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
    except (Unresolvable, RecursionError) as error:
        return (f"The schema can't be followed: {str(error)[:200]}",)
    return tuple(f"{_place(error.absolute_path)}: {error.message[:200]}" for error in errors[:_MOST_PROBLEMS])


def _place(path: Any) -> str:
    return ".".join(map(str, path)) or "As a whole"


def json_claims(text: str, _question: str) -> tuple[Claim, ...]:
    """Each value on its line; names of fields lend their words to numbers, and to true and false."""
    return tuple(Claim(start, end, _says(text[start:end])) for start, end in line_spans(text))


def _says(line: str) -> str:
    match = _LINE.fullmatch(line)
    if match is None:
        return line
    name, written = " ".join(re.findall(r"[^\W_]+", _spread(match[1] or ""))), match[2]
    try:
        value = json.loads(written)
    except ValueError:
        return ""
    if isinstance(value, bool):
        return name if value else f"not {name}"
    if isinstance(value, str):
        return value
    return f"{name} {written}" if isinstance(value, int | float) else ""


def _spread(name: str) -> str:
    """`noticePeriod` as two words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
