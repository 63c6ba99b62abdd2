"""When the stores are tidied."""

from types import SimpleNamespace
from typing import Any

from desktop.indexing.tidying import Tidying
from desktop.storage.index_versions import KEEP_VERSIONS


class Stores:
    """Counts how often it was tidied."""

    def __init__(self) -> None:
        self.times = 0
        self.asked: list[tuple[bool, bool]] = []  # (at rest, all versions)
        upkeep = SimpleNamespace(compare=lambda: None, heal=lambda _: None, tidy=self._tidy)
        self.parts: Any = SimpleNamespace(upkeep=upkeep, recognition=SimpleNamespace(tidy=lambda: None))

    def _tidy(self, at_rest: bool, all_versions: bool) -> None:
        self.times += 1
        self.asked.append((at_rest, all_versions))


def test_nothing_written_nothing_tidied_but_what_the_engine_before_left() -> None:
    stores, tidying = Stores(), Tidying(lambda: 0.0)
    tidying.wrote(0)
    assert not tidying.tidy(stores.parts)
    tidying.finish(stores.parts)
    tidying.finish(stores.parts)
    assert stores.asked == [(True, True)]


def test_versions_left_for_questions_are_dropped_once_they_are_old() -> None:
    now = 100.0
    stores, tidying = Stores(), Tidying(lambda: now)
    tidying.wrote(3)
    assert tidying.tidy(stores.parts)
    tidying.finish(stores.parts)
    assert stores.times == 1
    now += KEEP_VERSIONS.total_seconds() + 2
    tidying.finish(stores.parts)
    tidying.finish(stores.parts)
    assert stores.asked == [(False, True), (True, False)]


def test_many_small_writes_are_not_left_until_the_end() -> None:
    tidying = Tidying(lambda: 0.0)
    for _ in range(400):
        tidying.wrote(1)
    assert tidying.due


def test_many_rows_are_not_left_until_the_end() -> None:
    tidying = Tidying(lambda: 0.0)
    tidying.wrote(15_000)
    assert not tidying.due
    tidying.wrote(15_000)
    assert tidying.due
