"""A question becomes a draft of an answer: understand, find, fit, write, check. Stores and shows nothing."""

from collections.abc import Sequence

from desktop.answering.evidence import Evidence
from desktop.answering.footnoting import CheckedAnswer, checked_answer, quoted_answer, without_markers, without_torn_end
from desktop.answering.forms.form import Form
from desktop.answering.forms.keeping import NO_FORM, in_form
from desktop.answering.interfaces import AnswerLimits, AskedQuestion, Draft, Finder, Generator, Listener
from desktop.answering.prompting import Prompt, build_prompt
from desktop.answering.quoting import best_sentences
from desktop.answering.refusing import (
    are_quotes_enough,
    can_quote_instead,
    is_answered,
    is_too_far,
    model_refuses,
    refusal_text,
)
from desktop.answering.thoughts import unfinished
from desktop.answering.understanding import understood
from desktop.answering.writing import write
from desktop.domain.answers import AnswerMode, AnswerState, FoundPassage, Sentence, Support
from desktop.protocol.runner_messages import Generated, Turn


class Answerer:
    """`generator` None: quote mode, answers are the files' own sentences."""

    def __init__(self, finder: Finder, generator: Generator | None, limits: AnswerLimits | None = None) -> None:
        self._finder = finder
        self._generator = generator
        self._limits = limits or AnswerLimits()

    def answer(self, question: AskedQuestion, listener: Listener) -> Draft:
        """Stages told: finding, reading, thinking, writing, checking. Raises what finder and generator raise."""
        listener.stage("finding", "")
        standalone, found = understood(question, self._finder, self._generator, self._limits)
        listener.stage("finding", standalone)
        return _Answering(self._finder, self._generator, self._limits, question, standalone, found, listener).draft()


class _Answering:
    """One answer under way."""

    def __init__(
        self,
        finder: Finder,
        generator: Generator | None,
        limits: AnswerLimits,
        question: AskedQuestion,
        standalone: str,
        found: tuple[FoundPassage, ...],
        listener: Listener,
    ) -> None:
        self._finder, self._generator, self._limits = finder, generator, limits
        self._question, self._standalone, self._found, self._listener = question, standalone, found, listener
        mode = question.manner.mode
        if mode is AnswerMode.QUOTES:
            self._generator = None
        # what the model adds of its own is told from what the files carry, and refused by neither
        self._free = mode is AnswerMode.FREE and generator is not None
        self._thought = ""

    def draft(self) -> Draft:
        sources = widened(self._found, self._finder, self._limits)
        evidence = self._evidence(sources)
        if self._listener.cancelled():
            return self._stopped(self._question.begun, evidence)
        weak = not sources or is_too_far(evidence)
        form = self._question.form
        if weak and not self._free and (form is None or form.needs_files or self._generator is None):
            return self._refused()
        if self._generator is None:
            return self._quoted(evidence)
        return self._written(sources, self._generator)

    def _evidence(self, sources: tuple[FoundPassage, ...]) -> Evidence:
        return Evidence(sources, self._standalone, self._finder.likeness)

    def _written(self, sources: tuple[FoundPassage, ...], generator: Generator) -> Draft:
        self._listener.stage("reading", self._standalone)
        asked, form = self._question, self._question.form
        earlier = () if asked.standalone else asked.history
        begun = asked.begun or (unfinished(asked.begun_thought) if asked.begun_thought else "")
        tokens = self._limits.answer_tokens
        prompt = build_prompt(self._standalone, earlier, sources, generator, tokens, form, asked.manner, begun)
        if not prompt.sources and not self._free and (form is None or form.needs_files):
            return self._quoted(self._evidence(sources))
        generated = self._generated(prompt.turns, generator)
        if form is not None:
            return self._shaped(form, prompt, generator, generated)
        self._listener.stage("checking", self._standalone)
        return self._judged(generated, self._evidence(prompt.sources))

    def _generated(self, turns: tuple[Turn, ...], generator: Generator, json_schema: str = "") -> Generated:
        """What the model answers; what it thought before that is kept apart."""
        reader = _Writing(self._listener, self._standalone)
        tokens, attempt = self._limits.answer_tokens, self._question.attempt
        written = write(turns, generator, tokens, attempt, reader, json_schema)
        self._thought = written.thought or self._question.begun_thought
        return written.generated

    def _judged(self, generated: Generated, evidence: Evidence) -> Draft:
        """What was written, with footnotes; a refusal where the model refuses or the files carry nothing of it."""
        text = without_markers(generated.text)
        if generated.reason == "cancelled":
            return self._stopped(text, evidence)
        cut = generated.reason == "length"
        text = without_torn_end(text) if cut else text
        refuses = not self._free and model_refuses(text)
        if refuses or not (text or (cut and self._thought)):
            return self._instead(evidence)
        checked = checked_answer(text, evidence, self._finder.place_of)
        if text and not self._free and not is_answered(evidence, checked.checks):
            return self._instead(evidence)
        return self._draft(checked, AnswerState.CUT if cut else AnswerState.FINISHED)

    def _shaped(self, form: Form, prompt: Prompt, generator: Generator, first: Generated) -> Draft:
        """What was written, in its form; what it claims is checked as sentences are."""

        def again(turns: tuple[Turn, ...]) -> Generated:
            self._listener.text("\n\n")
            return self._generated(turns, generator, form.json_schema)

        written = in_form(form, prompt.turns, first, again)
        self._listener.stage("checking", self._standalone)
        evidence = self._evidence(prompt.sources)
        if written.refuses and not written.cancelled and not self._free:
            return self._refused()
        claims = form.claims(written.text, self._standalone)
        checked = checked_answer(written.text, evidence, self._finder.place_of, claims)
        if written.cancelled:
            return self._draft(checked, AnswerState.STOPPED)
        if form.needs_files and not self._free and not is_answered(evidence, checked.checks):
            return self._refused()
        state = AnswerState.CUT if first.reason == "length" else AnswerState.FINISHED
        return self._draft(checked, state, problems=written.problems)

    def _stopped(self, text: str, evidence: Evidence) -> Draft:
        """What was written until then stays, checked like any answer; stopping is no refusal."""
        return self._draft(checked_answer(text, evidence, self._finder.place_of), AnswerState.STOPPED)

    def _quoted(self, evidence: Evidence) -> Draft:
        units = best_sentences(self._standalone, evidence, self._limits.quotes)
        if not are_quotes_enough(evidence, units):
            return self._refused()
        problems = (NO_FORM,) if self._question.form is not None else ()
        quoted = quoted_answer(units, evidence, self._finder.place_of)
        return self._draft(quoted, AnswerState.FINISHED, problems=problems, by_quote=True)

    def _instead(self, evidence: Evidence) -> Draft:
        """The files' own words where they come near enough to the question, else a refusal."""
        return self._quoted(evidence) if can_quote_instead(evidence) else self._refused()

    def _refused(self) -> Draft:
        text = refusal_text(self._question.question)
        refusal = CheckedAnswer(text, (Sentence(text, Support.NONE, ()),), (), ())
        return self._draft(refusal, AnswerState.FINISHED, refused=True)

    def _draft(
        self,
        checked: CheckedAnswer,
        state: AnswerState,
        *,
        refused: bool = False,
        problems: tuple[str, ...] = (),
        by_quote: bool = False,
    ) -> Draft:
        return Draft(
            text=checked.text,
            refused=refused,
            state=state,
            standalone=self._standalone,
            sentences=checked.sentences,
            footnotes=checked.footnotes,
            passages=self._found,
            coverage=self._finder.coverage(),
            problems=problems,
            thought=self._thought,
            by_quote=by_quote,
        )


class _Writing:
    """Tells the listener of the stage once the first words are there, and of the words."""

    def __init__(self, listener: Listener, standalone: str) -> None:
        self._listener, self._standalone = listener, standalone
        self._stage = ""

    def take(self, thought: str, words: str) -> None:
        stage = "writing" if words else "thinking" if thought else self._stage
        if stage != self._stage:
            self._listener.stage(stage, self._standalone)
            self._stage = stage
        if thought:
            self._listener.thought(thought)
        if words:
            self._listener.text(words)


def widened(found: Sequence[FoundPassage], finder: Finder, limits: AnswerLimits) -> tuple[FoundPassage, ...]:
    """The best passages with their surroundings; what is already read in a better one is not read again."""
    kept: list[FoundPassage] = []
    for passage in found:
        wide = finder.around(passage, limits.source_characters)
        if not any(_overlaps(wide, other) for other in kept):
            kept.append(wide)
        if len(kept) == limits.sources:
            break
    return tuple(kept)


def _overlaps(one: FoundPassage, other: FoundPassage) -> bool:
    return one.file_id == other.file_id and one.start < other.end and other.start < one.end
