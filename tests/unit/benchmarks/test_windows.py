"""How peers' windows lie in a document, and what counts as too slow."""

from pathlib import Path

import pytest

from tests.benchmarks.finding.libraries import BOTH
from tests.benchmarks.finding.peers import SHARED, WINDOW, windows
from tests.benchmarks.finding.timing import BARE, Times, broken_times, in_turn, times


@pytest.mark.parametrize("length", [1, SHARED, WINDOW, WINDOW + 1, 3 * WINDOW])
def test_windows_cover_the_document_and_share_their_edges(tmp_path: Path, length: int) -> None:
    document = tmp_path / "ä.txt"
    text = "".join(chr(0x4E00 + n % 500) for n in range(length))
    document.write_text(text, encoding="utf-8")
    found = list(windows(document))
    places = [(start, end) for _, start, end, _ in found]
    assert places[0][0] == 0
    assert places[-1][1] == length
    assert all(end - start <= WINDOW for start, end in places if start is not None and end is not None)
    assert all(part == text[start:end] for _, start, end, part in found)
    assert [start for start, _ in places[1:]] == [n * (WINDOW - SHARED) for n in range(1, len(places))]


def measured(ours: float, bare: float, busy: float, busy_95: float) -> dict[str, Times]:
    taken = {BOTH: ours, BARE: bare}
    return {
        **{name: Times(median, 2 * median, 100) for name, median in taken.items()},
        "engine indexing": Times(busy, busy_95, 100),
    }


@pytest.mark.parametrize(
    ("taken", "broken"),
    [
        (measured(59.0, 40.0, 100.0, 199.0), 0),
        (measured(60.0, 40.0, 100.0, 199.0), 1),
        (measured(59.0, 39.0, 100.0, 199.0), 1),
        (measured(59.0, 40.0, 100.0, 200.0), 1),
        (measured(90.0, 40.0, 100.0, 300.0), 3),
    ],
    ids=["kept", "too slow", "slower than bare", "uneven while indexing", "all of it"],
)
def test_what_is_too_slow(taken: dict[str, Times], broken: int) -> None:
    assert len(broken_times(taken, 100_000)) == broken


def test_questions_go_to_every_work_in_turn_and_the_first_few_do_not_count() -> None:
    asked: list[tuple[str, str]] = []
    works = {name: lambda question, name=name: asked.append((name, question)) for name in ("a", "b")}
    taken = in_turn(works, [str(n) for n in range(30)])
    assert asked[:4] == [("a", "0"), ("b", "0"), ("b", "1"), ("a", "1")]
    assert {name: of.questions for name, of in taken.items()} == {"a": 10, "b": 10}


def test_the_95th_percentile_is_of_the_slow_end() -> None:
    assert times([float(n) for n in range(101)]) == Times(50.0, 95.0, 101)
