"""Which passages are shown whole: those of the same paragraph stand together, as far as that is not too long."""

from collections.abc import Sequence

from desktop.answering.arranging import LONGEST, WHOLE, Hit, arrange
from desktop.storage.passage_ledger import LedgerPassage


class Shelf:
    """A file of passages of one length, and what stands around each; `gaps` are those between them."""

    def __init__(self, length: int, gaps: Sequence[str], headings: Sequence[str] = (), file_id: int = 1) -> None:
        self.rows: list[LedgerPassage] = []
        start = 0
        for n, gap in enumerate(["", *gaps]):
            start += len(gap)
            heading = headings[n] if headings else ""
            text = f"{file_id}.{n} ".ljust(length, chr(ord("a") + n))
            place = (file_id * 100 + n, file_id, f"{file_id}.txt", n, start, start + length, None, heading)
            self.rows.append(LedgerPassage(*place, text, f"{file_id}.{n}", gap, "", "", "english"))
            start += length

    def near(self, row: LedgerPassage) -> list[LedgerPassage]:
        return [other for other in self.rows if other.end > row.start - LONGEST and other.start < row.end + LONGEST]


def shown(shelf: Shelf, *scores: tuple[float, int], limit: int = 10) -> list[list[int]]:
    """The places of the rows of each result, given scores with places."""
    hits: list[Hit] = [(score, shelf.rows[n]) for score, n in scores]
    return [[row.ordinal for row in result.rows] for result in arrange(hits, limit, shelf.near)]


def test_a_first_result_becomes_its_whole_paragraph() -> None:
    shelf = Shelf(300, ["\n\n", " ", "\n", "\n \n", " "])
    assert shown(shelf, (9.0, 2)) == [[1, 2, 3]]


def test_another_section_is_no_part_of_the_paragraph() -> None:
    shelf = Shelf(300, [" ", " "], ["Rent", "Rent", "Keys"])
    assert shown(shelf, (9.0, 0)) == [[0, 1]]


def test_the_rest_of_a_paragraph_that_is_too_long_comes_later_what_follows_before_what_precedes() -> None:
    shelf = Shelf(300, [" "] * 5)
    assert shown(shelf, (9.0, 2)) == [[2], [3, 4, 5], [0, 1]]
    others = [(1.0, 8), (0.9, 10), (0.8, 12), (0.7, 14), (0.6, 16), (0.5, 4)]
    shelf = Shelf(300, [*[" "] * 6, *["\n\n"] * 12])
    assert shown(shelf, (9.0, 2), *others) == [[2], [8], [10], [12], [14], [3, 4, 5, 6], [0, 1], [16]]
    assert shown(shelf, (9.0, 2), *others, limit=5) == [[2], [8], [10], [12], [14]]


def test_no_part_of_a_long_paragraph_is_longer_than_a_result_may_be() -> None:
    shelf = Shelf(400, [" "] * 20)
    for rows in shown(shelf, (9.0, 10)):
        assert shelf.rows[rows[-1]].end - shelf.rows[rows[0]].start <= LONGEST
        assert rows == list(range(rows[0], rows[-1] + 1))


def test_what_went_into_a_paragraph_is_not_shown_again_and_another_takes_its_place() -> None:
    shelf = Shelf(300, [" ", "\n\n", "\n\n", "\n\n"])
    assert shown(shelf, (9.0, 0), (1.0, 3), (0.9, 1), (0.5, 4), limit=3) == [[0, 1], [3], [4]]


def test_later_results_stay_as_they_were_found() -> None:
    shelf = Shelf(300, ["\n\n", " "] * 5)
    scores = [(9.0 - 3 * n, 2 * n + 1) for n in range(WHOLE + 1)]
    assert shown(shelf, *scores)[WHOLE - 1 :] == [[5, 6], [7]]


def test_without_what_stands_around_them_results_stay_as_they_were_found() -> None:
    shelf = Shelf(300, [" ", " "])
    assert [[row.ordinal for row in result.rows] for result in arrange([(9.0, shelf.rows[1])], 10)] == [[1]]
