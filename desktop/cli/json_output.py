"""The JSON contract of the command line: what `--json` prints. Programs rely on these keys; golden files test them."""

import json
from typing import Any

from desktop.domain.answers import Answer, Conversation, FootnoteLink, FoundPassage, Why
from desktop.domain.embedders import ShelvedModel
from desktop.domain.files import FileRow
from desktop.domain.fits import Fit
from desktop.domain.models import Model, Tone
from desktop.protocol.codec import encode
from desktop.protocol.engine_messages import CheckReport, ForgetReport, Passages, Status


def forget_object(report: ForgetReport) -> dict[str, Any]:
    return encode(report)


def search_object(question: str, found: Passages) -> dict[str, Any]:
    return {"question": question, "scope": found.scope, "passages": [_passage(p) for p in found.passages]}


def answer_object(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question,
        "answer": answer.text,
        "refused": answer.refused,
        "sentences": [
            {"text": s.text, "support": s.support.value, "footnotes": list(s.footnotes), "missing": list(s.missing)}
            for s in answer.sentences
        ],
        "footnotes": [_footnote(f) for f in answer.footnotes],
        "passages": [_passage(p) for p in answer.passages],
        "seconds": answer.seconds,
        "format": answer.format.value,
        "problems": list(answer.problems),
        "mode": answer.mode.value,
        "conversation": answer.conversation_id,
    }


def conversation_object(conversation: Conversation) -> dict[str, Any]:
    return {"conversation": conversation.id, "title": conversation.title, "questions": conversation.answers}


def status_object(status: Status, files: list[FileRow]) -> dict[str, Any]:
    return {
        "counts": status.counts,
        "files": [{"file": f.path, "state": f.state.value, "reason": f.reason, "passages": f.passages} for f in files],
        "files_read": status.files_read,
        "passages_embedded": status.passages_embedded,
        "passages_kept": status.passages_kept,
    }


def check_object(report: CheckReport) -> dict[str, Any]:
    return {
        "files": report.files,
        "passages": report.passages,
        "vectors": report.vectors,
        "problems": list(report.problems),
    }


def model_object(model: Model) -> dict[str, Any]:
    return {
        "file": model.path,
        "name": model.name,
        "architecture": model.architecture,
        "size": model.size,
        "context": model.context,
        "problem": model.problem,
        "fit": None if model.fit is None else encode(model.fit),
    }


def tone_object(tone: Tone, fit: Fit | None) -> dict[str, Any]:
    """Without a model to compare with, `fit` is None, and so is the verdict."""
    return {
        "file": tone.path,
        "name": tone.name,
        "architecture": tone.architecture,
        "rank": tone.rank,
        "base": fit.base if fit else "",
        "verdict": fit.verdict.value if fit else None,
        "reason": fit.reason if fit else tone.problem,
        "licence": tone.card.licence,
        "origin": tone.card.origin,
        "sample": tone.card.sample.text if tone.card.sample else "",
        "truth": [encode(report) for report in tone.card.truth],
    }


def shelved_object(model: ShelvedModel, *, chosen: bool) -> dict[str, Any]:
    return {**encode(model), "chosen": chosen}


def line_of(value: dict[str, Any]) -> str:
    """One line; file names that are not text keep their odd bytes as escapes, so that every byte can be had back."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=True)
    return text


def _passage(p: FoundPassage) -> dict[str, Any]:
    return {
        "file": p.file,
        "start": p.start,
        "end": p.end,
        "page": p.page,
        "place": p.place,
        "text": p.text,
        "score": p.score,
        "context": p.context,
        "why": None if p.why is None else _why(p.why),
    }


def _why(why: Why) -> dict[str, Any]:
    return {
        "words": list(why.words),
        "word_rank": why.word_rank,
        "word_score": why.word_score,
        "meaning_rank": why.meaning_rank,
        "cosine": why.cosine,
        "name_words": list(why.name_words),
        "rerank": why.rerank,
    }


def _footnote(f: FootnoteLink) -> dict[str, Any]:
    return {
        "n": f.n,
        "file": f.file,
        "page": f.page,
        "place": f.place,
        "start": f.start,
        "end": f.end,
        "quote": f.quote,
    }
