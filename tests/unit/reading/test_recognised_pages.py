"""What was recognised is kept by the file's hash, and lost with its file, another network, or a cut-off line alone."""

from pathlib import Path

import pytest

from desktop.protocol.codec import ProtocolError
from desktop.reading.recognised import RecognisedLine, RecognisedPage, RecognisedWord, page_as_json, page_of_json
from desktop.reading.recognised_pages import RecognisedPages, read_pages, write_pages

PAGE = RecognisedPage(100, 200, (RecognisedLine((RecognisedWord("Größe", 1, 2, 30, 12),), 0.5),))


def test_pages_come_back_as_they_were_added(tmp_path: Path) -> None:
    kept = RecognisedPages(tmp_path / "kept")
    assert kept.pages("ab12") == {}
    kept.add("ab12", "1", PAGE, "one")
    kept.add("ab12", "2/7", None, "one")
    assert RecognisedPages(tmp_path / "kept").pages("ab12") == {"1": PAGE, "2/7": None}
    assert kept.pages("cd34") == {}
    assert (tmp_path / "kept" / "ab12.words").stat().st_mode & 0o077 == 0


def test_what_others_made_is_shown_until_it_is_replaced(tmp_path: Path) -> None:
    kept = RecognisedPages(tmp_path)
    assert not kept.any
    kept.add("ab12", "1", PAGE, "one")
    assert kept.any and kept.pages("ab12", "one") == kept.pages("ab12") == {"1": PAGE}
    assert kept.pages("ab12", "two") == {}
    kept.add("ab12", "2", PAGE, "two")
    assert (kept.pages("ab12", "two"), kept.pages("ab12", "one")) == ({"2": PAGE}, {})


def test_a_line_that_was_cut_off_costs_one_page(tmp_path: Path) -> None:
    kept = RecognisedPages(tmp_path)
    for key in ("1", "2"):
        kept.add("ab12", key, PAGE, "one")
    place = tmp_path / "ab12.words"
    place.write_bytes(place.read_bytes()[:-20])
    kept.add("ab12", "3", PAGE, "one")
    assert set(kept.pages("ab12")) == {"1", "3"}


def test_pages_of_files_that_are_gone_are_deleted(tmp_path: Path) -> None:
    kept = RecognisedPages(tmp_path)
    assert kept.keep_only(set()) == 0
    for sha256 in ("ab12", "cd34"):
        kept.add(sha256, "1", PAGE, "one")
    assert kept.keep_only({"cd34", "ef56"}) == 1
    assert (kept.pages("ab12"), kept.pages("cd34")) == ({}, {"1": PAGE})


def test_no_hash_leads_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="letters"):
        RecognisedPages(tmp_path).add("../ab12", "1", PAGE, "one")


def test_between_processes(tmp_path: Path) -> None:
    write_pages({"1": PAGE, "2": None}, tmp_path / "pages")
    assert read_pages(tmp_path / "pages") == {"1": PAGE, "2": None}


@pytest.mark.parametrize(
    "value",
    [None, [], [1, 2], [0, 5, []], [9, 9, [[0.5]]], [9, 9, [[0.5, ["", 1, 2, 3, 4]]]], [9, 9, [[0.5, ["a", 1, 2]]]]],
)
def test_what_is_no_page_is_refused(value: object) -> None:
    with pytest.raises(ProtocolError):
        page_of_json(value)
    assert page_of_json(page_as_json(PAGE)) == PAGE
