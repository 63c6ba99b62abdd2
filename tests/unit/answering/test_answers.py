"""Whole answers over a library in memory with a model that says what the test wants."""

import pytest

from desktop.answering.answerer import Answerer
from desktop.answering.interfaces import AskedQuestion, Draft
from desktop.domain.answers import AnswerState, Support
from tests.unit.answering.fakes import Listening, QueuedModel, TextLibrary

LEASE = (
    "The lease of the flat in Ghent.\n\n"
    "Either party may terminate this lease with three months' written notice. "
    "If the rent is two months late, the landlord may end it at once.\n\n"
    "The monthly rent of the flat is 950 euros and is due on the first day of the month."
)
LIBRARY = {
    "/files/lease.txt": LEASE,
    "/files/bees.txt": "Bees make honey from nectar. A hive holds up to 60,000 bees in summer.",
    "/files/miete.txt": "Die Kaution für die Wohnung beträgt zwei Monatsmieten und wird verzinst.",
}


def ask(question: str, *answers: str, reason: str = "stop", **rest: object) -> Draft:
    library = TextLibrary(LIBRARY)
    model = QueuedModel(*answers, reason=reason) if answers else None
    draft = Answerer(library, model).answer(AskedQuestion(question, **rest), Listening())  # type: ignore[arg-type]
    check_promises(draft, library)
    return draft


def check_promises(draft: Draft, library: TextLibrary) -> None:
    """What the contract says of every answer."""
    numbers = [note.n for note in draft.footnotes]
    assert numbers == list(range(1, len(numbers) + 1))
    for note in draft.footnotes:
        assert library.texts[note.file_id - 1][note.start : note.end] == note.quote
        assert note.file in {passage.file for passage in draft.passages}
        assert note.sha256 == library.place_of(note.file_id, note.start, note.end).sha256
    rest = draft.text
    for sentence in draft.sentences:
        assert rest.lstrip().startswith(sentence.text)
        rest = rest.lstrip()[len(sentence.text) :]
        carried = sentence.support in (Support.SUPPORTED, Support.PARTLY)
        assert bool(sentence.footnotes) is carried
        assert set(sentence.footnotes) <= set(numbers)
    assert not rest.strip()
    assert {n for sentence in draft.sentences for n in sentence.footnotes} == set(numbers)
    if draft.refused:
        assert draft.text
        assert not draft.footnotes


def test_an_answer_with_footnotes() -> None:
    draft = ask("What is the monthly rent of the flat?", "The monthly rent of the flat is 950 euros.")
    assert not draft.refused
    assert draft.state is AnswerState.FINISHED
    assert [s.support for s in draft.sentences] == [Support.SUPPORTED]
    assert draft.footnotes[0].quote.startswith("The monthly rent of the flat is 950 euros")
    assert draft.coverage == "all 3 files"


def test_printed_markers_go_and_prove_nothing() -> None:
    draft = ask(
        "What is the monthly rent of the flat?",
        "The monthly rent of the flat is 950 euros [2][7]. The heating is included in it (Source 1).",
    )
    assert draft.text == "The monthly rent of the flat is 950 euros. The heating is included in it."
    assert draft.sentences[1].support is Support.UNSUPPORTED


def test_one_footnote_serves_two_sentences() -> None:
    draft = ask(
        "When is the rent of the flat due?",
        "The rent of the flat is 950 euros. The rent is due on the first day of the month.",
    )
    assert draft.sentences[0].footnotes == draft.sentences[1].footnotes == (1,)


@pytest.mark.parametrize(
    "said",
    [
        "Not in the sources.",
        "I'm sorry, but the sources do not mention the monthly rent.",
        "The monthly rent of the flat is 1,250 euros.",
        "   ",
    ],
)
def test_refused_after_writing(said: str) -> None:
    draft = ask("What is the monthly rent of the flat?", said)
    assert draft.refused
    assert draft.text == "I could not find this in your files."
    assert draft.passages


def test_a_true_sentence_about_something_else_is_refused() -> None:
    assert ask("Who composed the opera about honey bees in Vienna?", "Bees make honey from nectar.").refused


def test_no_model_is_asked_when_too_little_was_found() -> None:
    assert ask("Which telescope photographed the rings of Saturn in the flat?").refused


def test_a_refusal_speaks_the_questions_language() -> None:
    assert ask("Wer hat die Oper über den Mond und die Sterne komponiert?").text.startswith("Das habe ich")
    assert ask("谁写了这本书？").text.startswith("在您的文件")


def test_nothing_found_at_all() -> None:
    draft = ask("Xylophone?")
    assert draft.refused
    assert draft.passages == ()


def test_quotes_without_a_model() -> None:
    draft = ask("How many bees does a hive hold in summer?")
    assert not draft.refused
    assert draft.text == "A hive holds up to 60,000 bees in summer."
    assert draft.footnotes[0].quote == draft.text


def test_german_quotes() -> None:
    assert "zwei Monatsmieten" in ask("Wie hoch ist die Kaution für die Wohnung?").text


def test_stopped_answers_keep_what_was_written() -> None:
    draft = ask("What is the monthly rent of the flat?", "The monthly rent of", reason="cancelled")
    assert draft.state is AnswerState.STOPPED
    assert not draft.refused
    assert draft.text == "The monthly rent of"


def test_cancelled_before_writing() -> None:
    library = TextLibrary(LIBRARY)
    listener = Listening(cancel=True)
    draft = Answerer(library, QueuedModel()).answer(AskedQuestion("What is the monthly rent of the flat?"), listener)
    assert (draft.state, draft.text, draft.refused) == (AnswerState.STOPPED, "", False)


def test_a_torn_last_sentence_is_left_out() -> None:
    said = "The monthly rent of the flat is 950 euros. It is due on the"
    assert ask("What is the monthly rent of the flat?", said, reason="length").text.endswith("950 euros.")


def test_stages_and_stream() -> None:
    listener = Listening()
    said = "The monthly rent of the flat is 950 euros."
    question = AskedQuestion("What is the monthly rent of the flat?")
    Answerer(TextLibrary(LIBRARY), QueuedModel(said)).answer(question, listener)
    names = [name for name, _ in listener.stages]
    assert names == ["finding", "finding", "reading", "writing", "checking"]
    assert listener.words == said


def test_a_follow_up_keeps_the_thread() -> None:
    history = (("How long is the notice of the lease?", "Three months."),)
    library, model = (
        TextLibrary(LIBRARY),
        QueuedModel("What is the rent of the lease?", "The monthly rent is 950 euros."),
    )
    draft = Answerer(library, model).answer(AskedQuestion("And what is its rent?", history), Listening())
    check_promises(draft, library)
    assert draft.standalone == "What is the rent of the lease?"
    assert library.asked == ["And what is its rent?", draft.standalone]
    assert "Three months." in model.prompts[1][1].text


def test_standalone_questions_are_searched_as_written() -> None:
    library = TextLibrary(LIBRARY)
    history = (("How long is the notice of the lease?", "Three months."),)
    asked = AskedQuestion("And its rent?", history, standalone=True)
    assert Answerer(library, None).answer(asked, Listening()).standalone == "And its rent?"
