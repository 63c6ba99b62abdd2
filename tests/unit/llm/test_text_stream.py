"""Text as it is set free: whole characters, and stop strings however the tokens cut them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.llm.text_stream import TextStream


@given(st.text(max_size=60), st.lists(st.integers(1, 5), max_size=200))
def test_any_cut_gives_the_whole_text(text: str, cuts: list[int]) -> None:
    data = text.encode()
    stream = TextStream(())
    given_out: list[str] = []
    while data:
        size = cuts.pop() if cuts else 3
        given_out.append(stream.take(data[:size]))
        data = data[size:]
    given_out.append(stream.finish())
    assert "".join(given_out) == text == stream.text
    assert not stream.ended


@given(st.text("ab\n", max_size=30), st.text("ab\n", min_size=1, max_size=4), st.integers(1, 4))
def test_a_stop_string_is_found_and_never_shown(text: str, stop: str, size: int) -> None:
    stream = TextStream((stop,))
    shown = ""
    data = text.encode()
    for at in range(0, len(data), size):
        shown += stream.take(data[at : at + size])
        assert stop not in shown
    shown += stream.finish()
    assert shown == text.split(stop)[0]
    assert stream.ended == (stop in text)


def test_half_a_character_at_the_end_is_dropped() -> None:
    stream = TextStream(())
    assert stream.take("é".encode()[:1]) == ""
    assert stream.finish() == ""


@pytest.mark.parametrize("stops", [(), ("",)])
def test_without_stop_strings_nothing_is_held_back(stops: tuple[str, ...]) -> None:
    assert TextStream(stops).take(b"abc") == "abc"
