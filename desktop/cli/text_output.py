"""What a person reads in the terminal: progress, passages, answers with their footnotes. Writes nothing itself."""

import os

from desktop.domain.answers import Answer, AnswerFormat, AnswerMode, Conversation, FootnoteLink, FoundPassage, Support
from desktop.domain.embedders import KnownModel, ShelvedModel
from desktop.domain.files import FileRow
from desktop.domain.fits import Fit, Verdict
from desktop.domain.models import FoundModel, MachineFit, Model, OfferedModel, Tone
from desktop.domain.tones import TruthMeasures, TruthReport
from desktop.protocol.engine_messages import ForgetReport, IndexingProgress, Status

_QUOTE = 160


def progress_line(progress: IndexingProgress) -> str:
    if progress.phase == "hindered":
        return f"Waiting: {progress.problem}"
    left = "" if not progress.seconds_left else f", about {_duration(progress.seconds_left)} left"
    what = {
        "scanning": "Looking for files",
        "reading": "Reading",
        "embedding": "Learning the meaning",
        "recognising": "Recognising words on pictures",
    }
    phase = what.get(progress.phase, progress.phase)
    return f"{phase}: {progress.done} of {progress.total} files{left}"


def forget_lines(report: ForgetReport) -> list[str]:
    gone = [f"{report.files:,} files and {report.passages:,} passages of {report.path} are forgotten."]
    if report.answers:
        gone.append(f"{report.answers:,} answers that were made from them are deleted.")
    if report.found_in:
        return [*gone, f"Some of its text is still in: {', '.join(report.found_in)}."]
    return [*gone, f"{report.samples} stretches of its text were looked for in the data folder; none is left."]


def passage_lines(number: int, passage: FoundPassage, *, why: bool = False) -> list[str]:
    head = f"{number}. {_place(passage.file, passage.page, passage.place)}"
    context = [f"   {passage.context}"] if passage.context else []
    reason = [f"   {_why(passage)}"] if why else []
    return [head, *context, f"   “{_short(passage.text, 300)}”", *reason, ""]


def answer_lines(answer: Answer) -> list[str]:
    """The answer with numbers behind its sentences, then its footnotes, or the nearest passages."""
    lines = [_marked(answer), ""]
    lines += [_footnote_line(footnote) for footnote in answer.footnotes]
    if answer.refused and answer.passages:
        lines.append("Nearest passages:")
        for number, passage in enumerate(answer.passages[:3], 1):
            lines += passage_lines(number, passage)
    lines += [f"Not in the form that was asked for: {plain(problem)}" for problem in answer.problems]
    if answer.coverage:
        lines += ["", f"({answer.coverage}.)"]
    return lines


def conversation_lines(conversation: Conversation) -> list[str]:
    """Its number, its title and how much was asked."""
    return [f"{conversation.id}  {plain(conversation.title)}  ({_counted(conversation.answers, 'question')})"]


def status_lines(status: Status) -> list[str]:
    total = sum(status.counts.values())
    lines = [f"{_counted(total, 'file')} in {_counted(len(status.folders), 'folder')}"]
    lines += [f"  {state.replace('_', ' ')}: {count}" for state, count in sorted(status.counts.items())]
    for folder in status.folders:
        away = f"  ({folder.missing} missing)" if folder.missing else ""
        missing = away if folder.online else "  (not there now)"
        how_far = f"{folder.indexed} of {folder.files} indexed" if folder.files else "no files in it yet"
        lines.append(f"{plain(folder.path)}: {how_far}{missing}")
    if status.progress.phase not in ("idle",):
        lines.append(progress_line(status.progress))
    return lines + [f"Note: {notice}" for notice in status.notices]


def model_lines(model: Model) -> list[str]:
    """What it is, how it fits this computer and where it is, or why it can't be used."""
    facts = f"{model.architecture}, {model.size / 1e6:,.0f} MB, {model.context:,} tokens"
    fit = [f"  {fit_text(model.fit)}"] if model.fit is not None else []
    return [f"{model.name}: {model.problem or facts}", *fit, f"  {model.path}"]


def offer_lines(offer: OfferedModel) -> list[str]:
    """What it is, and how it fits this computer; `id` is what `models get` takes."""
    size = f"{'' if offer.exact else 'about '}{offer.size / 1e9:.1f} GB"
    here = ", here already" if offer.path else ""
    return [
        f"{offer.id}: {offer.name}, {offer.parameters}, {size}, {offer.licence}{here}",
        f"  {offer.about} Languages: {', '.join(offer.languages)}.",
        f"  {fit_text(offer.fit)}",
    ]


def found_lines(model: FoundModel) -> list[str]:
    """A model that another program keeps, where it is and how it fits this computer."""
    facts = f"{plain(model.name)}: {plain(model.program)}, {model.size / 1e9:.1f} GB"
    return [facts, f"  {plain(model.path)}", f"  {fit_text(model.fit)}"]


def fit_text(fit: MachineFit) -> str:
    """`Fits, fast: about 30 tokens a second (estimated), 2.1 GB of memory.`"""
    speed = f"about {fit.tokens_per_second:.0f} tokens a second (estimated), " if fit.tokens_per_second else ""
    memory = f"{fit.needs / 1e9:.1f} GB of memory."
    reason = f" {fit.reason}" if fit.reason else ""
    return f"{fit.verdict.value.capitalize()}: {speed}{memory}{reason}"


def tone_lines(tone: Tone, fit: Fit | None, model: str) -> list[str]:
    """What it is and where, and how it fits the model of this name."""
    facts = f" ({tone.architecture}, rank {tone.rank})" if tone.architecture else ""
    if fit is None:
        how = "there is no model to compare it with"
    elif fit.verdict is Verdict.FITS:
        how = f"fits {model}"
    elif fit.verdict is Verdict.OTHER_BASE:
        how = f"same shape, other base. {fit.reason}"
    else:
        how = f"doesn't fit. {fit.reason}"
    kept = [f"  “{plain(tone.card.sample.text)}”"] if tone.card.sample else []
    kept += [f"  {truth_line(report)}" for report in tone.card.truth[:1]]
    return [f"{tone.name}{facts}: {how}", f"  {tone.path}", *kept]


def truth_line(report: TruthReport) -> str:
    """`96 % → 88 % of the sentences are in the files at 120 %; refused 1 → 2 of 10; 210 → 340 words`"""
    before, after = report.before, report.after
    shares = " → ".join(f"{_share(m)}" for m in (before, after))
    refused = f"refused {before.refused} → {after.refused} of {report.questions}"
    words = f"{before.words} → {after.words} words"
    return f"{shares} of the sentences are in the files at {report.strength:.0%}; {refused}; {words}"


def _share(measures: TruthMeasures) -> str:
    return f"{measures.supported / measures.claims:.0%}" if measures.claims else "none"


def shelved_lines(model: ShelvedModel, *, chosen: bool) -> list[str]:
    """An embedder or reranker, and why it can't be used."""
    dimension = f"{model.dimension} dimensions, {model.pooling}, " if model.dimension else ""
    about = model.problem or f"{dimension}{model.tokens} tokens, {model.size / 1e6:.0f} MB"
    return [f"  {plain(model.name)}{' (in use)' if chosen else ''}: {about}"]


def known_lines(model: KnownModel) -> list[str]:
    """A model to download: where it is, and what it is."""
    count = len(model.languages)
    languages = "many languages" if model.languages == ("mul",) else f"{count} languages" if count > 1 else "English"
    about = f"{model.parameters} parameters, {model.tokens} tokens, {languages}, {model.licence}"
    return [f"  huggingface.co/{model.repository}", f"    {about}", f"    {model.about}"]


def reason_line(file: FileRow) -> str:
    """Why a file is not indexed."""
    return f"  {plain(file.path)}: {file.state.value}. {file.reason}"


def plain(text: str) -> str:
    """One line without control characters: a file's name or words can't move the cursor or change colours."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _marked(answer: Answer) -> str:
    free = answer.mode is AnswerMode.FREE
    own = " (the model's own knowledge, not from your files)" if free else " (not found in your files)"
    parts: list[str] = []
    at = 0
    for sentence in answer.sentences:
        found = answer.text.find(sentence.text, at)
        if answer.format is not AnswerFormat.PLAIN and found >= 0:
            # lines and what they are indented by are part of the form
            parts.append(answer.text[at:found])
            at = found + len(sentence.text)
        marks = "".join(f"[{n}]" for n in sentence.footnotes)
        lost = f": not {', '.join(map(plain, sentence.missing))}" if sentence.missing else ""
        doubt = {Support.UNSUPPORTED: own, Support.PARTLY: f" (only partly found{lost})"}
        parts.append(f"{plain(sentence.text)}{marks}{doubt.get(sentence.support, '')}")
    return (" " if answer.format is AnswerFormat.PLAIN else "").join(parts) or plain(answer.text)


def _footnote_line(footnote: FootnoteLink) -> str:
    heading = f", § {footnote.heading}" if footnote.heading and not footnote.place else ""
    place = _place(footnote.file, footnote.page, footnote.place)
    return f"[{footnote.n}] {place}{heading}: “{_short(footnote.quote, _QUOTE)}”"


def _place(file: str, page: int | None, place: str) -> str:
    name = plain(os.path.basename(file))
    where = plain(place) or (f"p. {page}" if page else "")
    return f"{name}, {where}" if where else name


def _why(passage: FoundPassage) -> str:
    """`Why: words notice, lease (no. 1, 9.5); meaning (no. 2, 0.61); score 33.9`"""
    parts: list[str] = []
    why = passage.why
    if why is not None and why.words:
        rank = f" (no. {why.word_rank}, {why.word_score:.1f})" if why.word_rank is not None else ""
        parts.append(f"words {', '.join(why.words)}{rank}")
    if why is not None and why.cosine is not None:
        rank = f"no. {why.meaning_rank}, " if why.meaning_rank is not None else ""
        parts.append(f"meaning ({rank}{why.cosine:.2f})")
    if why is not None and why.name_words:
        parts.append(f"file name {', '.join(why.name_words)}")
    if why is not None and why.rerank is not None:
        parts.append(f"reranker {why.rerank:.2f}")
    return f"Why: {'; '.join([*parts, f'score {passage.score:.1f}'])}"


def _short(text: str, limit: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _duration(seconds: float) -> str:
    return f"{round(seconds)} s" if seconds < 90 else f"{round(seconds / 60)} min"
