"""One measured figure with the limit it has to keep, and many of them as lines to read. Measures nothing."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """`limit` None: the figure alone. `least`: the limit is the smallest value allowed, else the largest."""

    part: str
    name: str
    value: float
    unit: str = ""
    limit: float | None = None
    least: bool = False

    @property
    def kept(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.least else self.value <= self.limit

    @property
    def limit_text(self) -> str:
        if self.limit is None:
            return ""
        return f"{'at least' if self.least else 'at most'} {shown(self.limit)}"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "kept": self.kept}


def shown(value: float) -> str:
    """Three digits that count, thousands apart."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.4f}" if 0.99 < value < 1 else f"{value:.3g}"


def load_text() -> str:
    """The load averages of 1, 5 and 15 minutes; empty where the system has none."""
    return " ".join(f"{load:.1f}" for load in os.getloadavg()) if hasattr(os, "getloadavg") else ""


def lines(figures: Sequence[Figure]) -> list[str]:
    width = max((len(figure.name) for figure in figures), default=0)
    found: list[str] = []
    for figure in figures:
        verdict = "" if figure.limit is None else "kept" if figure.kept else "BROKEN"
        value = f"{shown(figure.value)} {figure.unit}".strip()
        found.append(
            f"{figure.part:<10} {figure.name:<{width}}  {value:>18}  {figure.limit_text:<18} {verdict}".rstrip()
        )
    return found
