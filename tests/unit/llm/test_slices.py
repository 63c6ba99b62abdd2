"""A device that can't be interrupted gets its prompt in slices that are short enough to stop between."""

import pytest

from desktop.llm.generation import SLICE_SECONDS, SMALLEST_SLICE, next_slice
from desktop.llm.loaded_model import BATCH


def slices(tokens: int, a_token: float) -> list[int]:
    """The sizes of the slices of a prompt on a device that takes `a_token` seconds for each token."""
    sizes: list[int] = []
    size = SMALLEST_SLICE
    while sum(sizes) < tokens:
        sizes.append(size)
        size = next_slice(size, size * a_token)
    return sizes


def test_a_fast_device_soon_gets_whole_batches() -> None:
    assert slices(4000, 0.00005)[3:-1] == [BATCH] * 7


@pytest.mark.parametrize("a_token", [0.0005, 0.001, 0.002, 0.004, 0.01, 0.02])
def test_a_slow_device_gets_slices_that_stop_in_time(a_token: float) -> None:
    """From the first one on."""
    sizes = slices(2000, a_token)
    assert max(sizes) * a_token <= SLICE_SECONDS + 0.05
    assert min(sizes) >= SMALLEST_SLICE


def test_the_slowest_one_still_gets_on() -> None:
    assert slices(200, 1.0)[-1] == SMALLEST_SLICE
