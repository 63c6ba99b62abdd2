"""Splitting: nothing is lost, nothing is too large, and an edit moves only its neighbours."""

import random
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.documents import Block, BlockKind, Document, PageSpan, PassageSpan, TableSpan
from desktop.domain.places import json_of
from desktop.indexing.passage_context import embedding_text
from desktop.indexing.same_passages import ids_of_same
from desktop.indexing.splitting import USUAL_SIZES, split
from desktop.storage.passage_rows import LedgerPassage

_TOKENS = re.compile(r"\w{1,6}|[^\w\s]")


class PieceCounter:
    """A tokenizer as a test needs it: pieces of words, and every other sign by itself."""

    def offsets(self, text: str) -> Sequence[int]:
        return [match.start() for match in _TOKENS.finditer(text)]


def as_document(text: str, *, title: str = "", tables: tuple[TableSpan, ...] = ()) -> Document:
    """Paragraphs by blank lines, headings by `# `, list items by `- `, rows by `| `."""
    kinds = {"#": BlockKind.HEADING, "-": BlockKind.LIST_ITEM, "|": BlockKind.TABLE_ROW}
    blocks: list[Block] = []
    for match in re.finditer(r"[^\n]+(?:\n[^\n]+)*", text):
        kind = kinds.get(match.group()[0], BlockKind.PARAGRAPH)
        level = len(match.group()) - len(match.group().lstrip("#")) if kind is BlockKind.HEADING else 0
        blocks.append(Block(kind, match.start(), match.end(), level))
    return Document(text, title, "md", True, tuple(blocks), (), tables)


def spans_of(text: str) -> tuple[PassageSpan, ...]:
    return split(as_document(text), PieceCounter())


def assert_whole(document: Document, spans: Sequence[PassageSpan]) -> None:
    text, reached = document.text, 0
    for span in spans:
        assert span.text == text[span.start : span.end] == span.text.strip() != ""
        assert not text[reached : span.start].strip()
        reached = span.end
    assert not text[reached:].strip()


def assert_fitting(document: Document, spans: Sequence[PassageSpan]) -> None:
    counter = PieceCounter()
    for span in spans:
        embedded = embedding_text(document.title, span.heading, span.header, span.text)
        assert len(counter.offsets(embedded)) <= USUAL_SIZES.embedded
        assert len(counter.offsets(span.text)) <= USUAL_SIZES.most
        assert len(span.text) <= USUAL_SIZES.characters


words = st.text(st.characters(categories=["Ll", "Lu", "Nd", "Lo", "Mn"]), min_size=1, max_size=9)
marks = st.sampled_from(
    [". ", " ", "\n", "\n\n", "! ", "。", "，", "\r\n", "\t", "\n# ", "\n- ", "\n| ", ": ", "\u2029"]
)
texts = st.lists(st.tuples(st.one_of(words, st.just("x" * 400), st.just("字" * 300)), marks), max_size=150).map(
    lambda parts: "".join(word + mark for word, mark in parts)
)


@settings(max_examples=150, deadline=None)
@given(text=texts, title=st.text(max_size=300), cuts=st.lists(st.floats(0, 1), min_size=3, max_size=9))
def test_every_text_is_kept_and_fits(text: str, title: str, cuts: list[float]) -> None:
    places = sorted(int(cut * len(text)) for cut in cuts)
    tables = tuple(TableSpan(*places[i : i + 3]) for i in range(0, len(places) - 2, 3))
    document = as_document(text, title=title, tables=tables)
    spans = split(document, PieceCounter())
    assert_whole(document, spans)
    assert_fitting(document, spans)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=400))
def test_any_characters_without_blocks_are_kept(text: str) -> None:
    document = Document(text, "", "txt", True, (), ())
    assert_whole(document, split(document, PieceCounter()))


@pytest.mark.parametrize("text", ["", "   \n\n\t ", "\n" * 5000])
def test_no_words_make_no_passages(text: str) -> None:
    assert spans_of(text) == ()


@pytest.mark.parametrize(
    "line",
    ["x" * 1_000_000, "word " * 200_000, " " * 1_000_000 + "x", "字" * 1_000_000, "." * 1_000_000, ".)" * 500_000],
    ids=["one word", "words", "spaces", "no spaces in the script", "dots", "marks"],
)
@pytest.mark.timeout(60)
def test_a_megabyte_on_one_line_is_kept_and_fits(line: str) -> None:
    document = Document(line, "", "txt", True, (Block(BlockKind.PARAGRAPH, 0, len(line)),), ())
    spans = split(document, PieceCounter())
    assert_whole(document, spans)
    assert_fitting(document, spans)


def test_no_cut_is_made_inside_a_word() -> None:
    text = " ".join(f"{'long' * (n % 9 + 1)}{n}" for n in range(4000))
    assert [word for span in spans_of(text) for word in span.text.split()] == text.split()


# -- an edit moves only its neighbours


def _sentence(chance: random.Random) -> str:
    words = [chance.choice(["lease", "tenant", "rent", "notice", "month", "key", "door", "letter"]) for _ in range(9)]
    return f"{' '.join(words).capitalize()} {chance.randrange(1000)}."


def short_paragraphs(chance: random.Random) -> str:
    return "\n\n".join(" ".join(_sentence(chance) for _ in range(chance.randint(1, 5))) for _ in range(200))


def long_lines(chance: random.Random) -> str:
    return "\n\n".join(" ".join(_sentence(chance) for _ in range(150)) for _ in range(12))


def long_log(chance: random.Random) -> str:
    return "\n".join(f"2024-03-{n // 500 + 1:02} INFO worker {chance.randrange(90)} done {n}" for n in range(3000))


def rows(chance: random.Random) -> str:
    return "\n\n".join(f"| {n} | {chance.randrange(10**6)} | {chance.choice('abcdef')} | open |" for n in range(1500))


def same_lines(_: random.Random) -> str:
    return "Intro of its own.\n\n" + "\n".join(["2024-03-01 INFO nothing new"] * 3000)


def wrapped_prose(chance: random.Random) -> str:
    flow = " ".join(_sentence(chance).lower().replace(".", "") for _ in range(1500))
    return "\n".join(flow[i : i + 72] for i in range(0, len(flow), 72))


KINDS = [short_paragraphs, long_lines, long_log, rows, same_lines, wrapped_prose]


def new_passages(before: Sequence[PassageSpan], after: Sequence[PassageSpan]) -> int:
    """How many get no vector of those that were there."""
    stored = [
        LedgerPassage(
            n, 1, "", n, p.start, p.end, None, p.heading, p.text, p.digest, "", "", p.header, "", json_of(p.places)
        )
        for n, p in enumerate(before, 1)
    ]
    return ids_of_same(stored, after).count(0)


TOPS = {
    "paragraph": ("A paragraph that was not there before. It says something new about the lease.\n\n", ""),
    "title": ("Notes 2024\n\n", "Notes 2024"),
    "heading": ("# Notes 2024\n\n", "Notes 2024"),
}


@pytest.mark.parametrize("top", TOPS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_comes_on_top_makes_next_to_nothing_new(kind, top: str) -> None:  # type: ignore[no-untyped-def]  # parametrized
    text = kind(random.Random(3))
    words, title = TOPS[top]
    before, after = spans_of(text), split(as_document(words + text, title=title), PieceCounter())
    assert len(before) > 20
    assert new_passages(before, after) <= 3
    assert new_passages(after, before) <= 3


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_edit_in_the_middle_makes_few_new_passages(kind) -> None:  # type: ignore[no-untyped-def]  # parametrized
    chance = random.Random(5)
    text = kind(chance)
    before = spans_of(text)
    changes: list[int] = []
    for _ in range(12):
        place = chance.randrange(len(text) // 4, len(text) * 3 // 4)
        place = text.index(" ", place)
        for edited in (
            text[:place] + " newly" + text[place:],
            text[:place] + text[text.index(" ", place + 1) :],
            text[:place] + " new. One more sentence stands here now." + text[place:],
        ):
            changes.append(new_passages(before, spans_of(edited)))
    assert sorted(changes)[len(changes) // 2] <= 2
    assert max(changes) <= 3


# -- structure


def test_headings_begin_passages_and_name_their_path() -> None:
    body = " ".join(_sentence(random.Random(1)) for _ in range(6))
    text = f"# Lease\n\n## Rent\n\n{body}\n\n## Notice\n\n{body}\n\n### Form\n\n{body}\n\n# Annex\n\n{body}"
    spans = spans_of(text)
    assert [span.heading for span in spans] == ["Lease > Rent", "Lease > Notice", "Lease > Notice > Form", "Annex"]
    assert [span.text.split("\n")[0] for span in spans] == ["# Lease", "## Notice", "### Form", "# Annex"]


def test_table_rows_stay_whole() -> None:
    text = rows(random.Random(2))
    lines = {line for line in text.split("\n") if line}
    assert {line for span in spans_of(text) for line in span.text.split("\n") if line} == lines


def test_a_passage_is_on_the_page_where_it_starts_and_ends_with_a_finished_page() -> None:
    chance = random.Random(4)
    sides = [" ".join(_sentence(chance) for _ in range(30)) + "\n" for _ in range(5)]
    starts = [sum(map(len, sides[:n])) for n in range(6)]
    pages = tuple(PageSpan(n + 1, starts[n], starts[n + 1]) for n in range(5))
    text = "".join(sides)
    blocks = tuple(Block(BlockKind.PARAGRAPH, page.start, page.end) for page in pages)
    spans = split(Document(text, "", "pdf", False, blocks, pages), PieceCounter())
    for span in spans:
        assert span.page is not None
        page = pages[span.page - 1]
        assert page.start <= span.start and span.end <= page.end


def test_without_pages_there_is_no_page() -> None:
    assert [span.page for span in spans_of("One.")] == [None]


def test_prose_makes_passages_of_a_readable_size() -> None:
    lengths = sorted(len(span.text) for span in spans_of(short_paragraphs(random.Random(8))))
    assert 250 <= lengths[len(lengths) // 2] <= 900


# -- what is embedded


def test_the_digest_covers_all_that_is_embedded() -> None:
    rows = "".join(f"\n\n| Cedar {n} | {n * 7} francs |" for n in range(80))
    document = table_of("| House | Rent |", rows)
    plain = split(document, PieceCounter())[-1].digest
    others = [
        replace(document, title="Another"),
        table_of("| House | Room |", rows),
        table_of("| House | Rent |", rows, "# Rants"),
        table_of("| House | Rent |", rows.replace("| Cedar 79", "| Elm 79")),
    ]
    digests = {split(other, PieceCounter())[-1].digest for other in others}
    assert plain not in digests and len(digests) == 4


def table_of(header: str, rows: str, heading: str = "# Rents") -> Document:
    text = f"{heading}\n\n{header}{rows}"
    start = text.index("|")
    return as_document(text, title="Lease", tables=(TableSpan(start, start + len(header), len(text)),))


def test_rows_carry_the_header_of_their_own_table() -> None:
    first, second = (f"| {name} |" + "".join(f"\n\n| {n} |" for n in range(150)) for name in ("Tree", "River"))
    text = f"Before.\n\n{first}\n\n{second}\n\nAfterwards there is a walk to the mill."
    ends = [(text.index(table), text.index(table) + len(table)) for table in (first, second)]
    tables = tuple(TableSpan(start, text.index("\n", start), end) for start, end in ends)
    spans = split(as_document(text, tables=tables), PieceCounter())
    assert {span.header for span in spans} == {"", "| Tree |", "| River |"}
    for span in spans:
        (above,) = [t for t in tables if t.header_end <= span.start < t.end] or [None]
        assert span.header == (text[above.start : above.header_end] if above else "")
        assert span.text == text[span.start : span.end]


@pytest.mark.parametrize(
    ("title", "heading", "header", "expected"),
    [
        ("", "", "", "words"),
        ("Lease", "", "", "Lease\nwords"),
        ("Lease", "Lease > Rent", "", "Lease > Rent\nwords"),
        ("Lease", "Rent > Form", "", "Lease > Rent > Form\nwords"),
        ("", "", "name,age", "name,age\nwords"),
        ("People", "", "name,age", "People\nname,age\nwords"),
        ("Lease", "A" * 90 + " > " + "B" * 90, "", "Lease > " + "B" * 90 + "\nwords"),
    ],
)
def test_embedding_text_puts_the_place_before_the_words(title: str, heading: str, header: str, expected: str) -> None:
    assert embedding_text(title, heading, header, "words") == expected
