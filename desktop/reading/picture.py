"""A picture in memory, as readers hand it on. Reads and writes no format."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """`pixels` are rows of RGB bytes without padding."""

    width: int
    height: int
    pixels: bytes
