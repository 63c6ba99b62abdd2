"""What could be reached at best with the passages that the two legs find: someone who knows the answers orders them.

The order is made passage by passage, each the one that adds most. A metric's ceiling is the best of what two such
orders (by gold places, by gold characters) reach, each as it is and with neighbours joined as the finder joins them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from desktop.answering.arranging import arrange
from desktop.storage.passage_ledger import LedgerPassage
from tests.benchmarks.finding.libraries import Library
from tests.benchmarks.finding.scoring import METRICS, RESULTS, Outcome, Passage, QuestionSet, Row, Span

DEPTH = 50  # of each leg
ORACLE = f"oracle over {DEPTH} + {DEPTH}"
Gain = Callable[[Sequence[int]], float]  # what these candidates are worth together


def ceiling(questions: QuestionSet, library: Library) -> Outcome:
    """An outcome whose rows hold, for each question and metric, what the best order reaches."""
    variants: list[list[list[Passage]]] = []
    for text, gold in zip(questions.texts, questions.gold, strict=True):
        rows = library.best_of_each_leg(text, DEPTH)
        spans = questions.spans([_passage([row]) for row in rows])
        gains = (_places(questions, spans, gold), _characters(spans, gold))
        orders = [[rows[i] for i in best_order(len(rows), gain, RESULTS)] for gain in gains]
        variants.append([variant for order in orders for variant in (_plain(order), _arranged(order))])
    scored = [questions.rows([variant[i] for variant in variants]) for i in range(4)]
    return Outcome(questions.name, ORACLE, [_best(rows) for rows in zip(*scored, strict=True)], [], [])


def best_order(count: int, gain: Gain, wanted: int) -> list[int]:
    """Numbers of candidates, each time the one that adds most to those before; last those that are worth nothing."""
    order: list[int] = []
    left = [i for i in range(count) if gain([i]) > 0]
    rest = [i for i in range(count) if i not in left]
    while left and len(order) < wanted:
        best = max(left, key=lambda i: (gain([*order, i]), -i))
        order.append(best)
        left.remove(best)
    return [*order, *rest][:wanted]


def _places(questions: QuestionSet, spans: Sequence[Span], gold: Sequence[dict[str, Any]]) -> Gain:
    hit = [{g for g, place in enumerate(gold) if questions.hits(span, place)} for span in spans]
    held = _held(spans, gold)

    def gain(chosen: Sequence[int]) -> float:
        places = set[int]().union(*(hit[i] for i in chosen))
        characters = set[tuple[int, int]]().union(*(held[i] for i in chosen))
        return sum(gold[g].get("grade", 1) for g in places) + len(characters) / 1e6

    return gain


def _characters(spans: Sequence[Span], gold: Sequence[dict[str, Any]]) -> Gain:
    held = _held(spans, gold)
    lengths = [(span[2] or 0) - (span[1] or 0) for span in spans]

    def gain(chosen: Sequence[int]) -> float:
        characters = set[tuple[int, int]]().union(*(held[i] for i in chosen))
        return len(characters) - sum(lengths[i] for i in chosen) / 1e6

    return gain


def _held(spans: Sequence[Span], gold: Sequence[dict[str, Any]]) -> list[set[tuple[int, int]]]:
    """For each span the characters of gold that it holds."""
    return [
        {
            (g, character)
            for g, place in enumerate(gold)
            if place["doc"] == document and start is not None and end is not None
            for character in range(max(start, place["start"]), min(end, place["end"]))
        }
        for document, start, end in spans
    ]


def _plain(order: Sequence[LedgerPassage]) -> list[Passage]:
    return [_passage([row]) for row in order]


def _arranged(order: Sequence[LedgerPassage]) -> list[Passage]:
    return [_passage(result.rows) for result in arrange([(1.0, row) for row in order], RESULTS)]


def _passage(rows: Sequence[LedgerPassage]) -> Passage:
    text = rows[0].text + "".join(row.gap + row.text for row in rows[1:])
    return rows[0].path, rows[0].start, rows[-1].end, text


def _best(rows: Sequence[Row]) -> Row:
    return {"qid": rows[0]["qid"], **{metric: max(row[metric] for row in rows) for metric in METRICS}}
