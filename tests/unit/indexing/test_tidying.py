"""When the stores are tidied."""

from types import SimpleNamespace
from typing import Any

import pytest

from desktop.indexing.tidying import Tidying
from desktop.storage.hindrances import Hindrance
from desktop.storage.index_versions import KEEP_VERSIONS


class Stores:
    """Notes how it was tidied, and lets a tidying take `seconds` of its clock. `lost`: something is to be mended."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.now, self.seconds, self.lost = 100.0, seconds, False
        self.full = False
        self.asked: list[tuple[bool, bool]] = []  # (at rest, all versions)
        upkeep = SimpleNamespace(compare=lambda: self.lost, heal=self._heal, tidy=self._tidy)
        self.parts: Any = SimpleNamespace(upkeep=upkeep, recognition=SimpleNamespace(tidy=lambda: None))

    def clock(self) -> float:
        return self.now

    def _heal(self, _: object) -> None:
        self.lost = False

    def _tidy(self, at_rest: bool, all_versions: bool) -> None:
        if self.full:
            raise Hindrance("The disk is full.")
        self.now += self.seconds
        self.asked.append((at_rest, all_versions))


WRITTEN, RESTED = (False, False), (True, False)
LONG_ENOUGH = KEEP_VERSIONS.total_seconds() + 2


def test_nothing_written_nothing_tidied_but_what_the_engine_before_left() -> None:
    stores = Stores()
    tidying = Tidying(stores.clock)
    tidying.wrote(0)
    for _ in range(3):
        assert not tidying.rest(stores.parts)
        stores.now += LONG_ENOUGH
    assert stores.asked == [(True, True)]


def test_versions_left_for_questions_are_dropped_once_they_are_old() -> None:
    stores = Stores()
    tidying = Tidying(stores.clock)
    tidying.wrote(3)
    tidying.rest(stores.parts)
    tidying.rest(stores.parts)
    assert stores.asked == [(False, True)]
    stores.now += LONG_ENOUGH
    tidying.rest(stores.parts)
    tidying.rest(stores.parts)
    assert stores.asked == [(False, True), RESTED]


def test_saves_that_follow_each_other_are_tidied_together() -> None:
    stores = Stores()
    tidying = Tidying(stores.clock)
    for _ in range(40):
        tidying.wrote(1)
        tidying.rest(stores.parts)
        stores.now += 0.25
    assert len(stores.asked) == 2
    stores.now += LONG_ENOUGH
    tidying.rest(stores.parts)
    assert stores.asked[2:] == [WRITTEN]


def test_tidying_that_takes_long_is_done_seldom() -> None:
    stores = Stores(seconds=2.0)
    tidying = Tidying(stores.clock)
    until = stores.now + 3600
    while stores.now < until:
        tidying.wrote(1)
        tidying.rest(stores.parts)
        stores.now += 30
    assert 5 <= len(stores.asked) <= 10
    assert stores.asked.count(RESTED) == 1, "every half an hour all of it"
    stores.now += 600
    tidying.rest(stores.parts)
    stores.now += LONG_ENOUGH
    tidying.rest(stores.parts)
    assert stores.asked[-1] == RESTED


def test_what_the_user_took_out_is_not_left_for_later() -> None:
    stores = Stores(seconds=2.0)
    tidying = Tidying(stores.clock)
    tidying.wrote(1)
    tidying.rest(stores.parts)
    tidying.removed()
    tidying.rest(stores.parts)
    tidying.wrote(1)
    tidying.rest(stores.parts)
    assert len(stores.asked) == 2


def test_what_the_user_took_out_is_gone_for_good_though_saves_go_on() -> None:
    stores = Stores(seconds=2.0)
    tidying = Tidying(stores.clock)
    tidying.removed()
    tidying.rest(stores.parts)
    for _ in range(3):
        tidying.wrote(1)
        for _ in range(5):
            tidying.rest(stores.parts)
            stores.now += 2
    assert stores.asked == [(False, True), RESTED]


def test_saves_without_end_do_not_keep_it_from_finishing() -> None:
    stores = Stores()
    tidying = Tidying(stores.clock)
    for _ in range(3_600):
        tidying.wrote(1)
        tidying.rest(stores.parts)
        stores.now += 1
    assert stores.asked.count(RESTED) in (1, 2)


def test_nor_do_so_many_that_tidying_is_due() -> None:
    stores = Stores(seconds=9.0)
    tidying = Tidying(stores.clock)
    tidying.removed()
    tidying.rest(stores.parts)
    for _ in range(1_000):
        tidying.wrote(1)
        if tidying.due:
            tidying.tidy(stores.parts)
        tidying.rest(stores.parts)
        stores.now += 2
    assert stores.asked[:2] == [(False, True), RESTED]


def test_a_full_disk_puts_it_off() -> None:
    stores = Stores()
    tidying = Tidying(stores.clock)
    tidying.rest(stores.parts)
    stores.now += LONG_ENOUGH
    tidying.removed()
    stores.full = True
    with pytest.raises(Hindrance):
        tidying.rest(stores.parts)
    stores.now += LONG_ENOUGH
    with pytest.raises(Hindrance):
        tidying.rest(stores.parts)
    stores.full = False
    tidying.rest(stores.parts)
    assert stores.asked == [(True, True), RESTED]


def test_it_says_when_something_had_to_be_mended() -> None:
    stores = Stores()
    tidying = Tidying(stores.clock)
    tidying.wrote(1)
    stores.lost = True
    assert tidying.rest(stores.parts)
    assert not tidying.rest(stores.parts)


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


def test_however_long_it_takes_it_is_done_now_and_then() -> None:
    stores = Stores(seconds=60.0)
    tidying = Tidying(stores.clock)
    for _ in range(2):
        tidying.wrote(1)
        tidying.rest(stores.parts)
        stores.now += 1_800
    assert len(stores.asked) == 2
