"""Draws shares against a threshold as an SVG, with the standard library alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT, _LEFT, _TOP, _BELOW, _GAP = 300, 200, 44, 56, 64, 36
_STEPS = 120
_FONT = 'font-family="sans-serif" font-size="11" fill="#333"'


@dataclass(frozen=True, slots=True)
class Curve:
    """How much of `values` lies below a threshold; `dashed` for what should lie below it."""

    name: str
    values: Sequence[float]
    colour: str
    dashed: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """A measure of questions with what lies below each value of it. `marks` are thresholds by name, the first one first
    told of in the key.
    """

    title: str
    marks: Mapping[str, float]
    most: float
    curves: Sequence[Curve]


def share_below(values: Sequence[float], threshold: float) -> float:
    return sum(value < threshold for value in values) / len(values) if values else 0.0


def drawn(title: str, panels: Sequence[Panel]) -> str:
    """The panels side by side; the y axis is the share that is refused, 0 to 1."""
    width = _LEFT + len(panels) * (_WIDTH + _GAP + _LEFT)
    lines = max(len(panel.curves) for panel in panels)
    height = _TOP + _HEIGHT + _BELOW + 14 * lines
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20" {_FONT} font-weight="bold">{escape(title)}</text>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, _LEFT + number * (_WIDTH + _GAP + _LEFT))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(panel: Panel, left: float) -> list[str]:
    bottom = _TOP + _HEIGHT
    parts = [
        f'<text x="{left}" y="{_TOP - 12}" {_FONT}>{escape(panel.title)}</text>',
        f'<rect x="{left}" y="{_TOP}" width="{_WIDTH}" height="{_HEIGHT}" fill="none" stroke="#999"/>',
    ]
    for tenth in range(0, 11, 2):
        y, x = bottom - _HEIGHT * tenth / 10, left + _WIDTH * tenth / 10
        parts.append(f'<line x1="{left}" x2="{left + _WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#eee"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" {_FONT} text-anchor="end">{tenth / 10:g}</text>')
        value = panel.most * tenth / 10
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" {_FONT} text-anchor="middle">{value:.2g}</text>')
    for place, (name, value) in enumerate(panel.marks.items()):
        x, y = left + _WIDTH * value / panel.most, bottom - 8 - 13 * place
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}" stroke="#333" stroke-dasharray="2 3"/>'
        )
        parts.append(f'<text x="{x + 4:.1f}" y="{y}" {_FONT}>{escape(name)} {value:g}</text>')
    for place, curve in enumerate(panel.curves):
        parts += _curve(curve, panel, left, bottom + 36 + 14 * place)
    return parts


def _curve(curve: Curve, panel: Panel, left: float, key: float) -> list[str]:
    points = " ".join(
        f"{left + _WIDTH * step / _STEPS:.1f},"
        f"{_TOP + _HEIGHT * (1 - share_below(curve.values, panel.most * step / _STEPS)):.1f}"
        for step in range(_STEPS + 1)
    )
    dashes = ' stroke-dasharray="6 4"' if curve.dashed else ""
    stroke = f'fill="none" stroke="{curve.colour}" stroke-width="1.8"{dashes}'
    at = ", ".join(f"{share_below(curve.values, value):.2f}" for value in panel.marks.values())
    told = f"{curve.name} ({len(curve.values)}): {at}"
    return [
        f'<polyline points="{points}" {stroke}/>',
        f'<line x1="{left}" x2="{left + 26}" y1="{key}" y2="{key}" {stroke}/>',
        f'<text x="{left + 32}" y="{key + 4}" {_FONT}>{escape(told)}</text>',
    ]
