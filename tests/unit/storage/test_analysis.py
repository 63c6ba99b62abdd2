"""Words as the keyword index sees them, in documents and in questions."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import Stemmer

from desktop.storage.analysis import analyse, language_of, query_terms


@pytest.mark.parametrize(
    ("question", "languages", "terms"),
    [
        ("When did Nikola Tesla die?", ("english",), ["nikola", "tesla", "die"]),
        ("When did Nikola Tesla die?", ("english", "german"), ["nikola", "tesla", "die"]),
        ("What is the President's plan?", ("english",), ["presid", "plan"]),
        ("Wer ist der Besitzer und wo ist die Mühle?", ("german",), ["besitz", "muhl"]),
        ("Where is INV-2024-0031?", ("english",), ["inv-2024-0031", "inv", "2024", "0031"]),
        ("§ 8.2", ("english",), ["8.2", "8", "2"]),
        ("东京在哪里", ("english",), ["东京", "京在", "东", "京"]),
        ("谁的狗？", ("english",), ["的狗", "狗"]),
        ("これは何ですか", ("english",), ["これ", "れは", "こ", "れ"]),
        ("What is it?", ("english",), ["what", "is", "it"]),
        ("?!", ("english",), []),
    ],
)
def test_a_question_is_searched_by_the_words_that_carry_meaning(
    question: str, languages: tuple[str, ...], terms: list[str]
) -> None:
    assert query_terms(question, languages) == terms


def test_questions_and_documents_agree() -> None:
    for text in ("Kündigungsfristen verlängern sich", "naïve Café owners' rights", "ﬁle ①"):
        assert set(query_terms(text, ("english", "german"))) <= set(analyse(text, ("english", "german")))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The cat sat on the mat and looked at the moon.", "english"),
        ("Die Katze sitzt auf der Matte und schaut in den Mond.", "german"),
        ("Le chat est sur le tapis et il regarde la lune.", "french"),
        ("他出生在维也纳，后来搬到巴黎。" * 40 + " Ludwig van der Rohe, el Greco, de Gaulle", "english"),
        ("", "english"),
    ],
)
def test_the_language_is_told_by_its_function_words(text: str, language: str) -> None:
    assert language_of(text) == language


def test_indexing_and_a_question_at_the_same_time_get_the_same_stems() -> None:
    letters = "bcdfghklmnprst"
    words = [f"{a}o{b}a{c}ing" for a in letters for b in letters for c in letters]
    halves = [words[0::2], words[1::2]]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(2) as threads:
            found = list(threads.map(lambda half: [analyse(word) for word in half], halves))
    finally:
        sys.setswitchinterval(before)
    stemmer = Stemmer.Stemmer("english")
    assert [term for half in found for (term,) in half] == [stemmer.stemWord(word) for half in halves for word in half]
