"""Where lines of words stand on a picture: from a map of how likely each pixel is part of one to boxes at any angle.

The map comes from a network of the DB kind (Liao et al., "Real-time Scene Text Detection with Differentiable
Binarization", 2020), which draws lines thinner than they are. Runs no network and reads no words.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Point: TypeAlias = tuple[float, float]

SURE_PIXEL = 0.3
SURE_LINE = 0.5
GROW = 1.6  # what the network took away, as a share of area by edge
THINNEST = 3.0
MOST_LINES = 1_500
UPRIGHT = 1.5  # how much taller than wide a box is that is read downwards


@dataclass(frozen=True, slots=True)
class LineBox:
    """Four corners in reading direction: begin of the top, end of the top, end of the bottom, begin of the bottom."""

    corners: tuple[Point, Point, Point, Point]

    @property
    def length(self) -> float:
        return math.dist(self.corners[0], self.corners[1])

    @property
    def height(self) -> float:
        return math.dist(self.corners[0], self.corners[3])

    @property
    def downwards(self) -> bool:
        """Read from top to bottom rather than across."""
        (left, top), (right, bottom) = self.corners[0], self.corners[1]
        return abs(bottom - top) > abs(right - left)


def line_boxes(likely: Any, width: int, height: int) -> list[LineBox]:
    """Boxes on a picture of that size. `likely`: float32 [rows, columns], 0 to 1."""
    rows, columns = likely.shape
    stretch = (width / columns, height / rows)
    boxes: list[LineBox] = []
    for runs in _patches(likely > SURE_PIXEL):
        found = _box(runs, likely)
        if found is not None:
            boxes.append(_in_reading_direction(found, stretch))
        if len(boxes) == MOST_LINES:
            break
    return boxes


def _patches(mask: Any) -> Iterator[Any]:
    """Pixels that touch each other, also by their corners, as runs: int [n, 3] of row, first and last column."""
    edges = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1] - 1
    runs = np.stack((rows, starts, ends), axis=1)
    labels = np.array(_labels(runs.tolist()), dtype=np.int64)
    order = np.argsort(labels, kind="stable")
    breaks = np.nonzero(np.diff(labels[order]))[0] + 1
    if len(runs):
        yield from np.split(runs[order], breaks)


def _labels(runs: Sequence[Sequence[int]]) -> list[int]:
    """For each run the number of the first one of its patch; runs are in order of rows, then columns."""
    parents = list(range(len(runs)))

    def first_of(number: int) -> int:
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    above = 0
    for number, (row, start, end) in enumerate(runs):
        while runs[above][0] < row - 1 or (runs[above][0] == row - 1 and runs[above][2] < start - 1):
            above += 1
        other = above
        while runs[other][0] == row - 1 and runs[other][1] <= end + 1:
            left, right = first_of(other), first_of(number)
            parents[max(left, right)] = min(left, right)
            other += 1
    return [first_of(number) for number in range(len(runs))]


def _box(runs: Any, likely: Any) -> tuple[Point, float, float, float] | None:
    """(centre, angle, length, thickness) of the patch, grown to what it stands for; None when it is hardly a line."""
    points = np.concatenate((runs[:, (1, 0)], runs[:, (2, 0)])).astype(np.float64)
    centre, angle, across, along = _smallest_rectangle(_hull(points))
    if min(across, along) < THINNEST:
        return None
    total = sum(float(likely[row, start : end + 1].sum()) for row, start, end in runs)
    if total / ((across + 1) * (along + 1)) < SURE_LINE:
        return None
    more = 2 * GROW * across * along / (2 * (across + along))
    return centre, angle, across + more, along + more


def _hull(points: Any) -> Any:
    """The corners of the smallest convex shape around the points (Andrew's monotone chain)."""
    ordered = sorted({(x, y) for x, y in points.tolist()})
    if len(ordered) < 3:
        return np.array(ordered)
    halves = (_half_hull(ordered), _half_hull(ordered[::-1]))
    return np.array(halves[0][:-1] + halves[1][:-1])


def _half_hull(ordered: Sequence[Point]) -> list[Point]:
    half: list[Point] = []
    for x, y in ordered:
        while len(half) > 1:
            (ax, ay), (bx, by) = half[-2], half[-1]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            half.pop()
        half.append((x, y))
    return half


def _smallest_rectangle(hull: Any) -> tuple[Point, float, float, float]:
    """(centre, angle, size along the angle, size across it): one side of it lies on a side of the hull."""
    sides = np.roll(hull, -1, axis=0) - hull
    angles = np.unique(np.mod(np.arctan2(sides[:, 1], sides[:, 0]), math.pi / 2))
    turns = np.stack((np.cos(angles), np.sin(angles)))
    along = hull @ turns
    across = hull @ np.stack((-turns[1], turns[0]))
    spans = np.ptp(along, axis=0), np.ptp(across, axis=0)
    best = int(np.argmin(spans[0] * spans[1]))
    middle = (along[:, best].max() + along[:, best].min()) / 2, (across[:, best].max() + across[:, best].min()) / 2
    cosine, sine = float(turns[0, best]), float(turns[1, best])
    centre = middle[0] * cosine - middle[1] * sine, middle[0] * sine + middle[1] * cosine
    return centre, float(angles[best]), float(spans[0][best]), float(spans[1][best])


def _in_reading_direction(found: tuple[Point, float, float, float], stretch: Point) -> LineBox:
    (x, y), angle, along, across = found
    if angle > math.pi / 4:  # nearer to upright: the other side is the one across the page
        angle, along, across = angle - math.pi / 2, across, along
    right = math.cos(angle) * along / 2, math.sin(angle) * along / 2
    down = -math.sin(angle) * across / 2, math.cos(angle) * across / 2
    corners = [
        ((x + i * right[0] + j * down[0] + 0.5) * stretch[0], (y + i * right[1] + j * down[1] + 0.5) * stretch[1])
        for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    if across > UPRIGHT * along:  # its words run downwards, letters lying on their backs: the right side is their top
        corners = corners[1:] + corners[:1]
    return LineBox((corners[0], corners[1], corners[2], corners[3]))
