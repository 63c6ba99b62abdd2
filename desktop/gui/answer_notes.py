"""What is said about an answer beside its words: how it came to be, what it lacks, what a screen reader hears of it."""

from desktop.domain.answers import Answer, AnswerMode, AnswerState, Support
from desktop.gui.mode_chooser import mode_texts
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, shown


def notes_of(answer: Answer) -> tuple[str, ...]:
    """What a reader must know before the words."""
    notes: list[str] = []
    whole = answer.state is not AnswerState.INTERRUPTED and not answer.refused
    if whole and answer.mode is not AnswerMode.QUOTES:
        if not answer.model:
            notes.append(tr("There was no model to answer with: these are your files’ own words."))
        elif answer.by_quote:
            notes.append(tr("Your files don’t carry what the model wrote. These are their own words instead."))
    states = {
        AnswerState.STOPPED: tr("You stopped this answer."),
        AnswerState.CUT: tr("This answer came to its longest length."),
        AnswerState.INTERRUPTED: tr("This answer was interrupted."),
    }
    if answer.state in states:
        notes.append(states[answer.state])
    return tuple(notes)


def told(answer: Answer) -> str:
    """`Qwen 1.5B  ·  4 s  ·  whole library searched`; how much of it the files carry is said by the sentences."""
    parts = [file_name(answer.model).removesuffix(".gguf")] if answer.model else []
    parts += [file_name(tone.path).removesuffix(".gguf") for tone in answer.tones if tone.strength > 0]
    if answer.mode is not AnswerMode.STRICT:
        parts.append(next(name for mode, name, _ in mode_texts() if mode is answer.mode))
    if answer.seconds >= 0.5:
        parts.append(tr("{seconds} s", seconds=f"{answer.seconds:.0f}"))
    if answer.coverage:
        parts.append(shown(answer.coverage))
    return "  ·  ".join(parts)


def announcement(answer: Answer) -> str:
    """What a screen reader says when the answer is there."""
    if answer.refused:
        return tr("Not in your files. {text}", text=answer.text)
    unsupported = sum(sentence.support is Support.UNSUPPORTED for sentence in answer.sentences)
    notes = tr("{n} footnote", "{n} footnotes", len(answer.footnotes))
    if not unsupported:
        return tr("Answer finished, {notes}. {text}", notes=notes, text=answer.text)
    missing = tr("{n} sentence not found in your files", "{n} sentences not found in your files", unsupported)
    return tr("Answer finished, {notes}, {missing}. {text}", notes=notes, missing=missing, text=answer.text)
