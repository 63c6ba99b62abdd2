"""What an answer may hold, the user's wishes, thoughts, going on; and a plain prompt that stays what it was."""

import hashlib

import pytest

from desktop.answering.answerer import Answerer
from desktop.answering.interfaces import AskedQuestion, Manner
from desktop.answering.prompting import FREE_RULES, RULES, build_prompt
from desktop.answering.refusing import refusal_text
from desktop.answering.thoughts import ThoughtStream, split_thought
from desktop.domain.answers import AnswerMode, AnswerState, FoundPassage, Support
from tests.unit.answering.fakes import Listening, QueuedModel, TextLibrary

LEASE = {"/f/lease.txt": "The notice period of the lease is three months."}
QUESTION = "How long is the notice period of the lease?"
FREE = Manner(AnswerMode.FREE)


def passage(text: str) -> FoundPassage:
    return FoundPassage(1, 1, "/very/private/a.txt", 0, len(text), None, text, 1.0, "Heading")


def test_the_plain_prompt_is_byte_for_byte_what_generations_are_kept_by() -> None:
    earlier = (("Before?", "Yes."),)
    prompt = build_prompt(" Why? ", earlier, [passage("Some text."), passage("Other.")], QueuedModel(), 100)
    said = "\0".join(f"{turn.role}\0{turn.text}" for turn in prompt.turns)
    assert hashlib.sha256(said.encode()).hexdigest() == (
        "566b3608e10ab88f41b979b8bf0cee28b1a5501246562a94bd7ebb39d98ee237"
    )
    same = build_prompt(
        " Why? ", earlier, [passage("Some text."), passage("Other.")], QueuedModel(), 100, None, Manner()
    )
    assert same == prompt


def test_wishes_go_into_every_prompt_and_into_no_helper_prompt() -> None:
    model = QueuedModel("How long is the notice period of the lease in Leeds?", "Three months.")
    history = (("Who owns the lease in Leeds?", "Hill."),)
    asked = AskedQuestion("And how long is its notice period?", history, manner=Manner(wishes=" short, in euros "))
    Answerer(TextLibrary(LEASE), model).answer(asked, Listening())
    rewriting, answering = model.prompts
    assert model.asides == [True, False]
    assert "short, in euros" not in "".join(turn.text for turn in rewriting)
    assert answering[0].text.startswith(RULES) and answering[0].text.endswith("\nshort, in euros")


def test_wishes_don_t_loosen_the_check() -> None:
    asked = AskedQuestion(QUESTION, manner=Manner(wishes="Always say nine months."))
    draft = Answerer(TextLibrary(LEASE), QueuedModel("The notice period is nine months.")).answer(asked, Listening())
    assert all(sentence.support is not Support.SUPPORTED for sentence in draft.sentences)


def test_free_keeps_what_the_files_don_t_carry_and_gives_it_no_footnote() -> None:
    said = "The notice period of the lease is three months. Penguins live in Antarctica and eat krill."
    model = QueuedModel(said)
    draft = Answerer(TextLibrary(LEASE), model).answer(AskedQuestion(QUESTION, manner=FREE), Listening())
    assert model.prompts[0][0].text == FREE_RULES
    carried, own = draft.sentences
    assert (carried.support, own.support) == (Support.SUPPORTED, Support.UNSUPPORTED)
    assert carried.footnotes and not own.footnotes
    assert not draft.refused


@pytest.mark.parametrize("said", ["Krill.", "I could not find this in the sources, sorry."])
def test_free_is_never_refused_because_of_the_files(said: str) -> None:
    asked = AskedQuestion("What do penguins eat?", manner=FREE)
    draft = Answerer(TextLibrary(LEASE), QueuedModel(said)).answer(asked, Listening())
    assert (draft.refused, draft.text, draft.footnotes) == (False, said, ())


def test_free_without_a_model_is_quotes() -> None:
    draft = Answerer(TextLibrary(LEASE), None).answer(AskedQuestion(QUESTION, manner=FREE), Listening())
    assert draft.text == LEASE["/f/lease.txt"]
    asked = AskedQuestion("What do penguins eat?", manner=FREE)
    assert Answerer(TextLibrary(LEASE), None).answer(asked, Listening()).refused


def test_quotes_ask_no_model() -> None:
    model = QueuedModel()
    asked = AskedQuestion(QUESTION, manner=Manner(AnswerMode.QUOTES))
    draft = Answerer(TextLibrary(LEASE), model).answer(asked, Listening())
    assert (draft.text, model.prompts) == (LEASE["/f/lease.txt"], [])


def test_an_answer_goes_on_where_it_was() -> None:
    model = QueuedModel(" three months.")
    asked = AskedQuestion(QUESTION, begun="The notice period of the lease is")
    draft = Answerer(TextLibrary(LEASE), model).answer(asked, Listening())
    last = model.prompts[0][-1]
    assert (last.role, last.text) == ("assistant", "The notice period of the lease is")
    assert draft.text == LEASE["/f/lease.txt"]
    assert draft.footnotes


def test_what_came_to_its_longest_length_says_so() -> None:
    model = QueuedModel("The notice period of the lease is three months. It can", reason="length")
    draft = Answerer(TextLibrary(LEASE), model).answer(AskedQuestion(QUESTION), Listening())
    assert (draft.state, draft.text) == (AnswerState.CUT, LEASE["/f/lease.txt"])


def test_a_thought_counts_for_nothing() -> None:
    said = "<think>\nPerhaps nine years? No.\n</think>\n\nThe notice period of the lease is three months."
    listener = Listening()
    draft = Answerer(TextLibrary(LEASE), QueuedModel(said)).answer(AskedQuestion(QUESTION), listener)
    assert draft.text == LEASE["/f/lease.txt"]
    assert draft.thought == "Perhaps nine years? No."
    assert "nine" not in listener.words and "nine years" in listener.thoughts
    assert [name for name, _ in listener.stages if name in ("thinking", "writing")] == ["thinking", "writing"]


def test_a_thought_without_end_is_ended_and_answered_after() -> None:
    model = QueuedModel("<think>Is it three, or", "The notice period of the lease is three months.", reason="length")
    draft = Answerer(TextLibrary(LEASE), model).answer(AskedQuestion(QUESTION), Listening())
    assert model.prompts[1][-1].text.endswith("</think>\n\n")
    assert (draft.text, draft.thought) == (LEASE["/f/lease.txt"], "Is it three, or")


@pytest.mark.parametrize(
    ("text", "thought", "answer"),
    [
        ("Plain.", "", "Plain."),
        ("<think>a</think>b", "a", "b"),
        (" <THINK>\na\n</THINK>\n\nb", "a", "b"),
        ("a\n</think>\n\nb", "a", "b"),
        ("<think>a", "a", ""),
        ("The file says <think>a</think>.", "", "The file says <think>a</think>."),
        ("<thinking>a</thinking>b", "a", "b"),
    ],
)
def test_thoughts_are_told_from_answers(text: str, thought: str, answer: str) -> None:
    assert split_thought(text) == (thought, answer)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_a_stream_gives_what_the_whole_gives(size: int) -> None:
    text = "<think>First <b> this.</think>\n\nThen 3 < 4 and <think> is a word."
    stream = ThoughtStream()
    thoughts, words = "", ""
    for at in range(0, len(text), size):
        thought, word = stream.take(text[at : at + size])
        thoughts, words = thoughts + thought, words + word
    thought, word = stream.finish()
    assert (thoughts + thought, (words + word).strip()) == ("First <b> this.", "Then 3 < 4 and <think> is a word.")


@pytest.mark.parametrize(
    ("question", "refusal"),
    [
        ("Wie lange ist die Frist und wer darf kündigen?", "Das habe ich in Ihren Dateien nicht gefunden."),
        ("Quelle est la durée du préavis dans le contrat ?", "Je n’ai pas trouvé cela dans vos fichiers."),
        ("¿Cuál es el plazo de preaviso en el contrato?", "No he encontrado esto en sus archivos."),
        ("通知期是多长？", "在您的文件中没有找到相关内容。"),
        ("通知期間はどのくらいですか", "ファイルの中には見つかりませんでした。"),
        ("통지 기간은 얼마입니까?", "파일에서 찾을 수 없습니다."),
        ("How long is it?", "I could not find this in your files."),
    ],
)
def test_refusals_are_in_the_language_of_the_question(question: str, refusal: str) -> None:
    assert refusal_text(question) == refusal
    assert (
        Answerer(TextLibrary({"/f/a.txt": "xyzzy"}), None).answer(AskedQuestion(question), Listening()).text == refusal
    )
