"""Every message of the protocol against its golden line: both directions, and strict about every key."""

import copy
import dataclasses
import importlib
import json
import pkgutil
import typing
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import desktop.protocol
from desktop.protocol.codec import ProtocolError, decode, encode
from desktop.protocol.download_messages import FetchProgressed
from desktop.protocol.engine_messages import EVENTS
from desktop.protocol.lines import (
    Event,
    Fault,
    Method,
    Reply,
    Request,
    error_line,
    event_line,
    event_name,
    fault_of,
    parse_line,
    request_line,
    result_line,
)
from desktop.protocol.runner_messages import TextGenerated

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))
ALL_EVENTS = {event_name(kind): kind for kind in (*EVENTS, TextGenerated, FetchProgressed)}


def message_modules() -> list[ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(desktop.protocol.__path__)]
    return [importlib.import_module(f"desktop.protocol.{n}") for n in names if n.endswith("_messages")]


def methods() -> dict[str, Method[Any, Any]]:
    return {
        value.name: value for module in message_modules() for value in vars(module).values() if type(value) is Method
    }


def types_within(kind: Any) -> Iterator[type]:
    """`kind` and every dataclass that its fields are made of."""
    for arm in typing.get_args(kind):
        yield from types_within(arm)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        yield kind
        for hint in typing.get_type_hints(kind).values():
            yield from types_within(hint)


def places_of_objects(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where in the encoded form of `value` its dataclasses stand (a `dict` may have any key and is left out)."""
    if dataclasses.is_dataclass(value):
        yield place
        for field in dataclasses.fields(value):
            yield from places_of_objects(getattr(value, field.name), (*place, field.name))
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from places_of_objects(item, (*place, i))


def object_at(value: Any, place: tuple[str | int, ...]) -> dict[str, Any]:
    for step in place:
        value = value[step]
    return value


def check_payload(kind: type, payload: Any) -> object:
    """Decodes and encodes `payload`, then takes and adds keys everywhere; returns the message."""
    message = decode(kind, payload)
    assert encode(message) == payload
    for place in places_of_objects(message):
        for key in object_at(payload, place):
            poorer = copy.deepcopy(payload)
            del object_at(poorer, place)[key]
            with pytest.raises(ProtocolError, match="missing keys"):
                decode(kind, poorer)
        richer = copy.deepcopy(payload)
        object_at(richer, place)["surprise"] = 1
        with pytest.raises(ProtocolError, match="unknown keys"):
            decode(kind, richer)
    return message


def line_of(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


def test_every_method_has_an_example_and_every_example_a_method() -> None:
    assert set(GOLDEN["methods"]) == set(methods())


def test_every_event_has_an_example_and_every_example_an_event() -> None:
    assert set(GOLDEN["events"]) == set(ALL_EVENTS)


def test_every_message_type_is_sent_by_something() -> None:
    sent = [kind for method in methods().values() for kind in (method.params, method.result)]
    known = {inner for kind in (*sent, *ALL_EVENTS.values()) for inner in types_within(kind)}
    for module in message_modules():
        for value in vars(module).values():
            if dataclasses.is_dataclass(value) and isinstance(value, type) and value is not Method:
                assert value in known, f"{value.__name__} belongs to no method and no event"


@pytest.mark.parametrize("name", sorted(GOLDEN["methods"]))
def test_request(name: str) -> None:
    golden = GOLDEN["methods"][name]["request"]
    request = parse_line(line_of(golden))
    assert isinstance(request, Request) and request.method == name
    message = check_payload(methods()[name].params, request.params)
    assert json.loads(request_line(request.id, name, message)) == golden


@pytest.mark.parametrize("name", sorted(GOLDEN["methods"]))
def test_reply(name: str) -> None:
    golden = GOLDEN["methods"][name]["reply"]
    reply = parse_line(line_of(golden))
    assert isinstance(reply, Reply) and reply.error is None
    assert reply.id == GOLDEN["methods"][name]["request"]["id"]
    message = check_payload(methods()[name].result, reply.result)
    assert json.loads(result_line(reply.id, message)) == golden


@pytest.mark.parametrize("name", sorted(GOLDEN["events"]))
def test_event(name: str) -> None:
    golden = GOLDEN["events"][name]
    event = parse_line(line_of(golden))
    assert isinstance(event, Event) and event.name == name
    message = check_payload(ALL_EVENTS[name], event.params)
    assert json.loads(event_line(name, message)) == golden


@pytest.mark.parametrize("kind", sorted(GOLDEN["errors"]))
def test_error(kind: str) -> None:
    golden = GOLDEN["errors"][kind]
    reply = parse_line(line_of(golden))
    assert isinstance(reply, Reply) and reply.result is None and reply.error is not None
    assert reply.error.kind == kind
    check_payload(Fault, golden["error"])
    assert json.loads(error_line(reply.id, reply.error)) == golden


@pytest.mark.parametrize("kind", ["user", "engine", "file"])
def test_an_error_comes_back_as_it_was_raised(kind: str) -> None:
    fault = decode(Fault, GOLDEN["errors"][kind]["error"])
    assert fault_of(fault.to_error()) == fault
