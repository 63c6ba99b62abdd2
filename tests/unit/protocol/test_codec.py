"""The strict decoder: every kind of value that it knows, and every way to be wrong."""

import contextlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.protocol.codec import ProtocolError, decode, encode


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Inner:
    number: int


@dataclass(frozen=True, slots=True)
class Outer:
    text: str
    share: float
    flag: bool
    colour: Colour
    inner: Inner
    many: tuple[Inner, ...]
    pair: tuple[int, str]
    table: dict[str, int]
    maybe: int | None


GOOD: dict[str, Any] = {
    "text": "Zürich \U0001f600",
    "share": 0.5,
    "flag": True,
    "colour": "red",
    "inner": {"number": 1},
    "many": [{"number": 2}, {"number": 3}],
    "pair": [4, "four"],
    "table": {"five": 5},
    "maybe": None,
}


def test_all_kinds_both_ways() -> None:
    message = decode(Outer, GOOD)
    assert message.colour is Colour.RED
    assert message.many == (Inner(2), Inner(3))
    assert message.pair == (4, "four")
    assert encode(message) == GOOD


def test_a_whole_number_may_stand_for_a_float() -> None:
    share = decode(Outer, {**GOOD, "share": 1}).share
    assert type(share) is float and share == 1.0


def test_an_optional_value_may_be_there() -> None:
    assert decode(Outer, {**GOOD, "maybe": 7}).maybe == 7


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("text", 1, "message.text"),
        ("text", None, "message.text"),
        ("share", "0.5", "message.share"),
        ("share", True, "message.share"),
        ("flag", 1, "message.flag"),
        ("colour", "blue", "message.colour"),
        ("inner", [], "message.inner"),
        ("inner", {"number": True}, "message.inner.number"),
        ("inner", {"number": 1.0}, "message.inner.number"),
        ("many", {}, "message.many"),
        ("many", [{"number": 1}, {"number": "2"}], r"message.many\[1\].number"),
        ("pair", [4], "message.pair"),
        ("pair", ["4", "four"], r"message.pair\[0\]"),
        ("table", [], "message.table"),
        ("table", {"five": "5"}, "message.table.five"),
        ("maybe", "7", "message.maybe"),
    ],
)
def test_a_wrong_value_is_refused_and_its_place_named(key: str, value: object, place: str) -> None:
    with pytest.raises(ProtocolError, match=place):
        decode(Outer, {**GOOD, key: value})


@pytest.mark.parametrize("value", [None, 1, "text", [], [["number", 1]]])
def test_what_is_not_an_object_is_no_message(value: object) -> None:
    with pytest.raises(ProtocolError, match="expected an object"):
        decode(Inner, value)


def test_unknown_and_missing_keys_are_named_together() -> None:
    with pytest.raises(ProtocolError, match=r"unknown keys \['nummer'\], missing keys \['number'\]"):
        decode(Inner, {"nummer": 1})


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=8))
def test_nothing_but_a_protocol_error_comes_of_any_value(value: object) -> None:
    for key in GOOD:
        with contextlib.suppress(ProtocolError):
            decode(Outer, {**GOOD, key: value})
