"""Where a text is its own source, the marks of a heading stay with it: no passage ends in `##` or begins without it."""

import random
from collections.abc import Callable

import pytest

from desktop.domain.documents import Document
from desktop.indexing.passage_maker import WordOffsets
from desktop.indexing.splitting import split
from desktop.reading import asciidoc, markdown, org, restructured_text, tex

CHANCE = random.Random(1)
WORDS = "amber basalt cedar delta ember fjord garnet harbour island juniper kelp lagoon".split()

KINDS: dict[str, tuple[Callable[[bytes], Document], Callable[[int], str]]] = {
    "marks before": (markdown.read, lambda n: f"## Part {n}"),
    "marks around": (markdown.read, lambda n: f"## Part {n} ##"),
    "a line below": (markdown.read, lambda n: f"Part {n}\n----------"),
    "lines around": (restructured_text.read, lambda n: f"==========\nPart {n:5}\n=========="),
    "equals": (asciidoc.read, lambda n: f"== Part {n}"),
    "stars": (org.read, lambda n: f"** TODO Part {n}"),
    "a command": (tex.read, lambda n: f"\\subsection*{{Part {n}}}\\label{{sec:{n}}}"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_passages_begin_with_whole_headings(kind: str) -> None:
    read, heading = KINDS[kind]
    sections = [f"{heading(n)}\n\n{' '.join(CHANCE.choices(WORDS, k=45)).capitalize()}.\n" for n in range(12)]
    document = read("\n".join(sections).encode())
    spans = split(document, WordOffsets())
    begun = [span.text for span in spans if "Part" in span.text]
    assert len(begun) == 12
    for number, text in enumerate(begun):
        assert text.startswith(heading(number)), text[:40]
        assert len(text) > len(heading(number)) + 20, "a heading alone"
    for span in spans:
        assert span.text[-1] == ".", span.text[-20:]
