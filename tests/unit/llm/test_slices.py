"""A device that can't be interrupted gets its prompt in slices that are short enough to stop between."""

from desktop.llm.generation import FIRST_SLICE, SLICE_SECONDS, SMALLEST_SLICE, next_slice
from desktop.llm.llama import BATCH


def slices(tokens: int, a_token: float) -> list[int]:
    """The sizes of the slices of a prompt on a device that takes `a_token` seconds for each token."""
    sizes: list[int] = []
    size = FIRST_SLICE
    while sum(sizes) < tokens:
        sizes.append(size)
        size = next_slice(size, size * a_token)
    return sizes


def test_a_fast_device_soon_gets_whole_batches() -> None:
    assert slices(4000, 0.00005)[3:-1] == [BATCH] * 6


def test_a_slow_device_gets_slices_that_stop_in_time() -> None:
    later = slices(2000, 0.004)[2:]
    assert max(later) * 0.004 <= SLICE_SECONDS + 0.05
    assert min(later) >= SMALLEST_SLICE


def test_the_slowest_one_still_gets_on() -> None:
    assert slices(200, 1.0)[-1] == SMALLEST_SLICE
