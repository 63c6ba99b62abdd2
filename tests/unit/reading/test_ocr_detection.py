"""From a map of likely pixels to the boxes of lines: at any angle, grown again, without what is hardly a line."""

import math

import numpy as np
import pytest

from desktop.reading.ocr_detection import LineBox, line_boxes


def canvas() -> np.ndarray:
    return np.zeros((200, 400), dtype=np.float32)


def slanted(angle: float, length: float, thickness: float) -> np.ndarray:
    """A bar around the middle of the canvas, turned with the clock by `angle` degrees."""
    rows, columns = np.mgrid[0:200, 0:400].astype(np.float64)
    across, down = columns - 200, rows - 100
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    along, aside = across * cosine + down * sine, -across * sine + down * cosine
    return ((abs(along) <= length / 2) & (abs(aside) <= thickness / 2)).astype(np.float32)


def test_a_level_line_grows_by_what_the_network_took_away() -> None:
    likely = canvas()
    likely[50:60, 100:301] = 0.9
    (box,) = line_boxes(likely, 800, 400)  # on a picture of twice the size
    more = 1.6 * 200 * 9 / (2 * 209) * 2  # on each side
    (left, top), (right, _), (_, bottom), _ = box.corners
    assert left == pytest.approx(201 - more) and right == pytest.approx(601 + more)
    assert top == pytest.approx(101 - more) and bottom == pytest.approx(119 + more)
    assert not box.downwards and box.length > box.height


@pytest.mark.parametrize("angle", [-40, -7, 0, 3, 30, 44])
def test_slanted_lines_are_read_along_their_slant(angle: float) -> None:
    (box,) = line_boxes(slanted(angle, 150, 12), 400, 200)
    (left, top), (right, end) = box.corners[0], box.corners[1]
    assert math.degrees(math.atan2(end - top, right - left)) == pytest.approx(angle, abs=1.5)
    assert box.length > 150 and 12 < box.height < 40 and not box.downwards


@pytest.mark.parametrize("angle", [80, 90, 100])
def test_lines_that_stand_upright_are_read_downwards(angle: float) -> None:
    (box,) = line_boxes(slanted(angle, 150, 12), 400, 200)
    begin, end, _, below = box.corners
    assert box.downwards and end[1] > begin[1] and below[0] < begin[0]
    assert box.length > 150


def test_pixels_that_touch_by_their_corners_are_one_line() -> None:
    likely = canvas()
    for step in range(6):
        likely[50 + step * 8 : 58 + step * 8, 20 + step * 50 : 70 + step * 50] = 1.0
    assert len(line_boxes(likely, 400, 200)) == 1


def test_two_lines_that_only_nearly_touch_are_two() -> None:
    likely = canvas()
    likely[50:60, 20:200] = likely[62:72, 20:200] = 1.0
    assert len(line_boxes(likely, 400, 200)) == 2


def test_specks_and_unsure_patches_are_no_lines() -> None:
    likely = canvas()
    likely[10:12, 10:200] = 1.0  # too thin
    likely[50:60, 100:300] = 0.4  # unsure
    likely[100:180, 200:202] = 1.0
    assert line_boxes(likely, 400, 200) == []
    assert line_boxes(canvas(), 400, 200) == []


def test_an_open_ring_is_no_line() -> None:
    ring = slanted(0, 150, 100) - slanted(0, 130, 80)
    assert line_boxes(ring, 400, 200) == []


def test_the_length_of_a_box_is_along_its_words() -> None:
    box = LineBox(((0, 0), (30, 40), (22, 46), (-8, 6)))
    assert (box.length, box.height) == (50, 10)
