"""Where sentences end, in several languages and in lists, tables and hard-wrapped text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.answering.sentences import LONGEST, sentence_spans


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Dr. Smith paid $3.50. He left.", ["Dr. Smith paid $3.50.", "He left."]),
        ("J. K. Rowling wrote it. See p. 7 for more.", ["J. K. Rowling wrote it.", "See p. 7 for more."]),
        ("Der Vertrag endet am 3. Oktober 2024. Danach gilt § 5.", None),
        ("Er kostet z. B. 5 €. Das ist viel.", ["Er kostet z. B. 5 €.", "Das ist viel."]),
        ("第一句话。第二句话！第三句？", ["第一句话。", "第二句话！", "第三句？"]),
        ("Steps:\n1. Open it.\n2. Close it.", ["Steps:", "1. Open it.", "2. Close it."]),
        ("- one thing\n- another thing", ["- one thing", "- another thing"]),
        ("“It ends.” She went on.", ["“It ends.”", "She went on."]),
        ("name,age,city\nAda,36,London\nBob,40,Paris", ["name,age,city", "Ada,36,London", "Bob,40,Paris"]),
        ("# Title\nText under it.", ["# Title", "Text under it."]),
    ],
)
def test_cuts(text: str, sentences: list[str] | None) -> None:
    assert cut(text) == (sentences or ["Der Vertrag endet am 3. Oktober 2024.", "Danach gilt § 5."])


def test_a_hard_wrapped_sentence_stays_whole() -> None:
    text = "This is a sentence that was wrapped by somebody at about\nseventy characters a line. And another."
    first, second = cut(text)
    assert first.endswith("a line.")
    assert second == "And another."


def test_endless_text_is_cut_at_weak_marks() -> None:
    pieces = cut("word, " * 1000)
    assert max(map(len, pieces)) <= LONGEST


@given(st.text(alphabet="ab. \n!?。1-#|,;A„“", max_size=300))
def test_every_character_but_white_space_is_in_one_sentence(text: str) -> None:
    outside, last = "", 0
    for start, end in sentence_spans(text):
        assert last <= start < end
        outside += text[last:start]
        last = end
    assert not (outside + text[last:]).strip()
