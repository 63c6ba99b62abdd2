"""The kept figures as a page in Markdown, and their growth as a plot in SVG. Everything in it was measured."""

import html
import math
import re
from collections.abc import Iterator
from typing import Any

from tests.benchmarks.indexing.figures import Figure, shown

HEAD = """\
# What keeping a library current costs

Written by `python3 -m installer bench index --page FILE`. Text is made of random words; PDF and office files are those
of a corpus beside the checkout that is not part of the project. Medians; ratios are taken inside one run, in turn.
Timings on a computer shared with other work are worse than on a quiet one: the loads stand beside them.
"""
WIDTH, HEIGHT, LEFT, TOP = 720, 420, 64, 24
COLOURS = ("#1b5e9c", "#b3541e", "#2e7d32", "#7b3fa0", "#b00020", "#00796b", "#5d4037")
_GROWTH = re.compile(r"([\d,]+) files: (.*)")


def page(kept: dict[str, Any]) -> str:
    machine = kept["machine"]
    told = f"{machine['system']}, {machine['cores']} cores, Python {machine['python']}. {machine['processor']}."
    return "\n".join([HEAD, told, "", *_table(kept["parts"]), "", *_loads(kept["parts"]), ""])


def _table(parts: dict[str, Any]) -> Iterator[str]:
    yield "| part | what | measured | limit | |"
    yield "|---|---|---|---|---|"
    for part in parts.values():
        for row in part["figures"]:
            figure = Figure(**{key: value for key, value in row.items() if key != "kept"})
            verdict = "" if figure.limit is None else "kept" if figure.kept else "**broken**"
            value = f"{shown(figure.value)} {figure.unit}".strip()
            yield f"| {figure.part} | {figure.name} | {value} | {figure.limit_text} | {verdict} |"


def _loads(parts: dict[str, Any]) -> Iterator[str]:
    yield "| run | seconds | load before | load after |"
    yield "|---|---|---|---|"
    for name, part in parts.items():
        yield f"| {name} | {part['seconds']} | {part['load'][0]} | {part['load'][1]} |"


def growth_plot(kept: dict[str, Any]) -> str:
    """Each cost by the number of files, both axes logarithmic, each line beside its value at the fewest files."""
    series = _series(kept["parts"]["growth"]["figures"])
    sizes = sorted({size for points in series.values() for size in points})
    ratios = [value / points[sizes[0]] for points in series.values() for value in points.values()]
    top = math.ceil(math.log10(max(ratios)))
    low = math.floor(math.log10(min(ratios)))

    def at(size: int, ratio: float) -> tuple[float, float]:
        across = math.log10(size / sizes[0]) / math.log10(sizes[-1] / sizes[0])
        up = (math.log10(ratio) - low) / (top - low)
        return LEFT + across * (WIDTH - 320), TOP + (1 - up) * (HEIGHT - 80)

    lines = [*_axes(sizes, low, top, at)]
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [at(size, points[size] / points[sizes[0]]) for size in sizes]
        lines.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" '
            f'points="{" ".join(f"{x:.0f},{y:.0f}" for x, y in places)}"/>'
        )
        lines.append(_text(WIDTH - 240, TOP + 12 + number * 22, name, colour))
    style = 'font-family="sans-serif" font-size="12"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {style}>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n' + "\n".join(lines) + "\n</svg>\n"
    )


def _series(rows: list[dict[str, Any]]) -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = {}
    for row in rows:
        if match := _GROWTH.fullmatch(row["name"]):
            name = f"{match[2]}, {row['unit']}"
            found.setdefault(name, {})[int(match[1].replace(",", ""))] = row["value"]
    return {f"{name} ({shown(points[min(points)])} at first)": points for name, points in found.items()}


def _axes(sizes: list[int], low: int, top: int, at: Any) -> Iterator[str]:
    for size in sizes:
        x, y = at(size, 10.0**low)
        yield _text(x, y + 20, f"{size:,} files", "#333", "middle")
        yield f'<line x1="{x:.0f}" y1="{TOP}" x2="{x:.0f}" y2="{y:.0f}" stroke="#ddd"/>'
    for power in range(low, top + 1):
        x, y = at(sizes[0], 10.0**power)
        yield _text(x - 8, y + 4, f"{10.0**power:g}×", "#333", "end")
        yield f'<line x1="{x:.0f}" y1="{y:.0f}" x2="{at(sizes[-1], 1)[0]:.0f}" y2="{y:.0f}" stroke="#ddd"/>'


def _text(x: float, y: float, text: str, colour: str, anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="{colour}" text-anchor="{anchor}">{html.escape(text)}</text>'
