"""The metadata values of a GGUF file and GGUF's numbers for their kinds. Reads nothing."""

import struct
from dataclasses import dataclass

UINT32, INT32, FLOAT32, BOOL, TEXT, ARRAY = 4, 5, 6, 7, 8, 9
SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
WIDTHS = {kind: struct.calcsize(form) for kind, form in SCALARS.items()}
INTEGERS = frozenset({0, 1, 2, 3, 4, 5, 10, 11})


@dataclass(frozen=True, slots=True)
class Fact:
    """One metadata value. An array's `value` is its length, and `items` the kind of what it holds."""

    kind: int
    value: str | int | float | bool
    items: int | None = None
