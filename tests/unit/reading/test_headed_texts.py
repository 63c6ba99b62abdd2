"""reStructuredText, AsciiDoc, Org and TeX: headings at their exact places, and nothing that only looks like one."""

import pytest

from desktop.domain.documents import BlockKind, Document
from desktop.reading import asciidoc, org, restructured_text, tex

RST = """======
Herons
======

Intro words.

Nesting
-------

They nest.
Still here: not a heading
in reed.

Feeding
-------

On frogs
^^^^^^^^

Few.

::

    ---
"""
ADOC = """= Herons

Intro words.

== Nesting ==

----
== not a heading
----

Feeding
~~~~~~~

They feed.

====
An example, no rule.
====
"""
ORG = """#+TITLE: On herons
Intro words.
* TODO [#A] Nesting                      :birds:reed:
They nest.
** Feeding
*bold* is no heading
"""
TEX = r"""\documentclass{article}
\title{On \emph{herons}}
\begin{document}
\section{Nesting}
They nest. % \section{not this}
\subsection*{Feeding \textbf{well}}
They feed.
\end{document}
"""


def headings(document: Document) -> list[tuple[int, str]]:
    blocks = [block for block in document.blocks if block.kind is BlockKind.HEADING]
    return [(block.level, document.text[block.start : block.end]) for block in blocks]


def test_restructured_text() -> None:
    document = restructured_text.read(RST.encode())
    assert headings(document) == [(1, "Herons"), (2, "Nesting"), (2, "Feeding"), (3, "On frogs")]
    assert (document.title, document.is_source, document.text) == ("Herons", True, RST)


def test_asciidoc() -> None:
    document = asciidoc.read(ADOC.encode())
    assert headings(document) == [(1, "Herons"), (2, "Nesting"), (3, "Feeding")]
    assert document.title == "Herons"


def test_org() -> None:
    document = org.read(ORG.encode())
    assert headings(document) == [(1, "Nesting"), (2, "Feeding")]
    assert document.title == "On herons"


def test_tex() -> None:
    document = tex.read(TEX.encode())
    assert headings(document) == [(3, "Nesting"), (4, r"Feeding \textbf{well}")]
    assert document.title == r"On \emph{herons}"


@pytest.mark.parametrize(
    ("module", "text"), [(restructured_text, RST), (asciidoc, ADOC), (org, ORG), (tex, TEX), (asciidoc, "----\n" * 3)]
)
def test_every_word_is_in_one_block_or_a_mark(module, text: str) -> None:  # type: ignore[no-untyped-def]  # parametrized
    document: Document = module.read(text.encode())
    position = 0
    for block in document.blocks:
        assert position <= block.start < block.end <= len(text)
        position = block.end
    inside = set[int]().union(*(range(block.start, block.end) for block in document.blocks))
    assert not any(text[i].isalnum() for i in range(len(text)) if i not in inside and _is_words(text, i))


def _is_words(text: str, place: int) -> bool:
    """Letters outside of the line of a heading's own marks."""
    line = text[text.rfind("\n", 0, place) + 1 : text.find("\n", place)]
    return not line.startswith(("*", "\\", "="))
