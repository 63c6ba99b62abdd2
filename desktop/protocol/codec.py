"""The one strict decoder between JSON values and frozen dataclasses: unknown or missing keys are errors.

Knows str, int, float, bool, None, enums of strings, dataclasses, `tuple[T, ...]`, `dict[str, T]` and `T | None`.
"""

import dataclasses
import enum
import functools
import types
import typing
from typing import Any, TypeVar

T = TypeVar("T")


class ProtocolError(ValueError):
    """A message that is not of the agreed form; the text names the place in it."""


def encode(value: Any) -> Any:
    """A JSON value of a message: dataclasses become objects, tuples lists, enums their strings."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [encode(item) for item in typing.cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: encode(item) for key, item in typing.cast("dict[str, Any]", value).items()}
    return value


def decode(kind: type[T], value: Any, place: str = "message") -> T:
    """The message of type `kind` that `value` spells. Raises ProtocolError, naming the place, when it does not."""
    return typing.cast("T", _decode(kind, value, place))


def _decode(kind: Any, value: Any, place: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _decode_optional(kind, value, place)
    if origin is tuple:
        return _decode_tuple(kind, value, place)
    if origin is dict:
        return _decode_dict(kind, value, place)
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(typing.cast("type", kind), value, place)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        try:
            return kind(value)
        except ValueError:
            raise ProtocolError(f"{place}: {value!r} is not a {kind.__name__}") from None
    return _decode_plain(kind, value, place)


def _decode_plain(kind: Any, value: Any, place: str) -> Any:
    if kind is Any:
        return value
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ProtocolError(f"{place}: expected {kind.__name__}, got {type(value).__name__}")
    return value


def _decode_optional(kind: Any, value: Any, place: str) -> Any:
    arms = typing.get_args(kind)
    if value is None and type(None) in arms:
        return None
    rest = [arm for arm in arms if arm is not type(None)]
    if len(rest) == 1:
        return _decode(rest[0], value, place)
    for arm in rest:
        if type(value) is arm:
            return value
    raise ProtocolError(f"{place}: {type(value).__name__} fits no arm of {kind}")


def _decode_tuple(kind: Any, value: Any, place: str) -> tuple[Any, ...]:
    arms = typing.get_args(kind)
    if not isinstance(value, list):
        raise ProtocolError(f"{place}: expected a list, got {type(value).__name__}")
    items = typing.cast("list[Any]", value)
    if len(arms) == 2 and arms[1] is Ellipsis:
        return tuple(_decode(arms[0], item, f"{place}[{i}]") for i, item in enumerate(items))
    if len(items) != len(arms):
        raise ProtocolError(f"{place}: expected {len(arms)} items, got {len(items)}")
    return tuple(_decode(arm, item, f"{place}[{i}]") for i, (arm, item) in enumerate(zip(arms, items, strict=True)))


def _decode_dict(kind: Any, value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProtocolError(f"{place}: expected an object, got {type(value).__name__}")
    arm = typing.get_args(kind)[1]
    return {key: _decode(arm, item, f"{place}.{key}") for key, item in typing.cast("dict[str, Any]", value).items()}


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _decode_dataclass(kind: type, value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        raise ProtocolError(f"{place}: expected an object, got {type(value).__name__}")
    given = typing.cast("dict[str, Any]", value)
    hints = _hints(kind)
    names = [f.name for f in dataclasses.fields(kind)]
    unknown, missing = set(given) - set(names), set(names) - set(given)
    if unknown or missing:
        raise ProtocolError(f"{place}: unknown keys {sorted(unknown)}, missing keys {sorted(missing)}")
    return kind(**{name: _decode(hints[name], given[name], f"{place}.{name}") for name in names})
