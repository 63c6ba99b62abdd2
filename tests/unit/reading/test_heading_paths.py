"""The headings of a passage lead back to its words: they stand above it in the source, in that order."""

import re
from collections.abc import Callable

import pytest

from desktop.domain.documents import PassageSpan
from desktop.indexing.passage_maker import WordOffsets
from desktop.indexing.splitting import split
from desktop.reading.pictures import PictureReader, Pictures
from desktop.reading.read_content import read_content
from tests.unit.reading.samples import docx_of, paragraph, zip_of
from tests.unit.reading.test_further_formats import BOOK
from tests.unit.reading.test_open_documents import odf_of

NUMBER = re.compile(r"\bheron(\d+)\b")
SENTENCES, EACH = 48, 6
STYLES = (
    '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    + "".join(f'<w:style w:styleId="H{level}"><w:name w:val="heading {level}"/></w:style>' for level in (1, 2, 3))
    + "</w:styles>"
)
Heading = Callable[[int, str], str]


def path_of(n: int) -> list[str]:
    """The headings above sentence n: the book, one of its parts, one of the part's two places."""
    place = n // EACH
    return ["The birds of the bay", f"Marsh {place // 2}", f"Pool {place} in spring"]


def sentence(n: int) -> str:
    return f"The heron{n} stands where the river bends and waits for a fish of {n} inches."


def written(heading: Heading, body: Callable[[str], str], join: str = "\n\n") -> str:
    """All sentences below their headings, each heading once."""
    lines: list[str] = []
    above: list[str] = []
    for n in range(SENTENCES):
        path = path_of(n)
        same = next((i for i, (one, other) in enumerate(zip(path, above, strict=False)) if one != other), len(above))
        lines += [heading(level, path[level - 1]) for level in range(same + 1, 4)]
        lines.append(body(sentence(n)))
        above = path
    return join.join(lines)


def plain(words: str) -> str:
    return words


def page(text: str) -> str:
    return f"<html><body>{text}</body></html>"


def book(text: str) -> bytes:
    return zip_of({**BOOK, "O/two.xhtml": page(text), "O/one .xhtml": page("<p>An afterword.</p>")})


def underlined(level: int, words: str) -> str:
    return f"{words}\n{'=-~'[level - 1] * len(words)}"


def html(level: int, words: str) -> str:
    return f"<h{level}>{words}</h{level}>"


def samples() -> dict[str, bytes]:
    tags, web = "section subsection subsubsection".split(), written(html, lambda words: f"<p>{words}</p>", "")
    opened = '<text:h text:outline-level="{}">{}</text:h>'
    return {
        "a.md": written(lambda level, words: f"{'#' * level} {words}", plain).encode(),
        "b.md": written(lambda level, words: underlined(level, words) if level < 3 else f"### {words}", plain).encode(),
        "a.rst": written(underlined, plain).encode(),
        "a.adoc": written(lambda level, words: f"{'=' * level} {words}", plain).encode(),
        "a.org": written(lambda level, words: f"{'*' * level} {words}", plain).encode(),
        "a.tex": written(lambda level, words: f"\\{tags[level - 1]}{{{words}}}\n\\label{{sec:x}}", plain).encode(),
        "a.html": page(web).encode(),
        "a.docx": docx_of(written(lambda level, words: paragraph(words, f"H{level}"), paragraph), {"styles": STYLES}),
        "a.odt": odf_of("text", written(opened.format, lambda words: f"<text:p>{words}</text:p>")),
        "a.epub": book(web),
    }


SAMPLES = samples()


def assert_put_there(passages: tuple[PassageSpan, ...]) -> None:
    """All sentences are there, each below the headings where it was put."""
    seen: list[int] = []
    for passage in passages:
        numbers = [int(found[1]) for found in NUMBER.finditer(passage.text)]
        seen += numbers
        for n in numbers:
            assert passage.heading.split(" > ") == path_of(n), passage.text
    assert seen == list(range(SENTENCES))


def passages_of(name: str) -> tuple[str, tuple[PassageSpan, ...]]:
    document = read_content(name, SAMPLES[name], PictureReader(Pictures({})))
    return document.text, split(document, WordOffsets())


@pytest.mark.parametrize("name", SAMPLES)
def test_a_passage_names_the_headings_below_which_its_words_were_put(name: str) -> None:
    assert_put_there(passages_of(name)[1])


@pytest.mark.parametrize("name", SAMPLES)
def test_the_headings_of_a_passage_stand_above_its_words_in_that_order(name: str) -> None:
    text, passages = passages_of(name)
    for passage in passages:
        for found in NUMBER.finditer(passage.text):
            at = 0
            for heading in passage.heading.split(" > "):
                at = text.index(heading, at) + len(heading)
            between = text[at : passage.start + found.start()]
            assert len(NUMBER.findall(between)) < EACH, "no other place's sentences stand between"
