"""How far, and how long still: arithmetic on measured speed."""

import pytest

from desktop.indexing.progress import Pace, RoundProgress


def test_a_pace_follows_what_is_measured() -> None:
    pace = Pace()
    pace.measure(5.0, 0)
    assert pace.seconds is None
    pace.measure(4.0, 2)
    assert pace.seconds == 2.0
    pace.measure(12.0, 1)
    assert pace.seconds == pytest.approx(3.0)


def test_the_files_of_a_round_are_counted() -> None:
    progress = RoundProgress()
    progress.file_done(1.0, 3)
    progress.file_done(1.0, 3)
    report = progress.report("reading", 5, 0, "/a")
    assert (report.phase, report.done, report.total, report.current) == ("reading", 2, 7, "/a")
    progress.round_over()
    assert (progress.report("idle", 0, 0).done, progress.report("idle", 0, 0).total) == (0, 0)


def test_the_time_left_is_unknown_until_both_paces_are() -> None:
    progress = RoundProgress()
    assert progress.report("reading", 4, 0).seconds_left is None
    progress.file_done(2.0, 10)
    assert progress.report("reading", 4, 10).seconds_left is None
    progress.embedding.measure(1.0, 10)
    # 4 files of 2 s, and (10 waiting + 4 files of 10) passages of 0.1 s
    assert progress.report("reading", 4, 10).seconds_left == pytest.approx(13.0)
    assert progress.report("embedding", 0, 10).seconds_left == pytest.approx(1.0)
    assert progress.report("idle", 0, 0).seconds_left == 0.0
