"""The card of a tone, in a small JSON file beside its adapter. A card that is missing or damaged is an empty one."""

import json
import re
from pathlib import Path
from typing import Any, cast

from desktop.domain.tones import ToneCard, ToneSample, TruthReport
from desktop.gguf.header import GgufHeader
from desktop.protocol.codec import ProtocolError, decode, encode
from desktop.tones.whole_file import whole_file

_LARGEST = 1 << 20
_LONGEST_SAMPLE = 400
_REPORTS = 6
# what Hugging Face calls the metadata of a model card
_FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*\n", re.DOTALL)
_LICENCE = re.compile(r"^license:[ \t]*['\"]?([\w .+-]{1,60}?)['\"]?[ \t]*$", re.MULTILINE)
_OUTPUT = re.compile(r"^[ \t]+output:[ \t]*\n[ \t]+text:[ \t]*(\S.*)$", re.MULTILINE)


def card_path(adapter: Path) -> Path:
    return adapter.with_suffix(".json")


def read_card(adapter: Path) -> ToneCard:
    place = card_path(adapter)
    try:
        if place.stat().st_size > _LARGEST:
            return ToneCard()
        return decode(ToneCard, _with_asked(json.loads(place.read_text(encoding="utf-8"))))
    except (OSError, ValueError, TypeError, KeyError, RecursionError, ProtocolError):
        return ToneCard()


def _with_asked(card: Any) -> Any:
    """Reports of an older Footnote don't say what was asked."""
    if isinstance(card, dict):
        kept = cast("dict[str, Any]", card)
        return {**kept, "truth": [{"asked": [], **report} for report in kept["truth"]]}
    return card


def write_card(adapter: Path, card: ToneCard) -> None:
    """Raises UserError when it can't be kept."""
    with whole_file(card_path(adapter)) as stream:
        stream.write(json.dumps(encode(card), ensure_ascii=False, indent=1).encode("utf-8", "replace"))


def first_card(origin: Path, header: GgufHeader, added_at: float) -> ToneCard:
    """What the adapter, and the README beside one that PEFT saved, say of themselves."""
    licence, said = _read_me(origin) if origin.is_dir() else ("", "")
    sample = ToneSample("", 1.0, said) if said else None
    return ToneCard("", _line(header.text("general.license")) or licence, str(origin), added_at, sample)


def with_report(card: ToneCard, report: TruthReport) -> ToneCard:
    """The newest first; an older one of the same strength and model goes."""
    others = [old for old in card.truth if (old.strength, old.model) != (report.strength, report.model)]
    truth = (report, *others[: _REPORTS - 1])
    return ToneCard(card.name, card.licence, card.origin, card.added_at, card.sample, truth)


def _read_me(folder: Path) -> tuple[str, str]:
    """(licence, what it answered in its maker's example), each perhaps empty."""
    try:
        with (folder / "README.md").open("rb") as stream:
            text = stream.read(_LARGEST).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return "", ""
    front = _FRONT.match(text)
    if front is None:
        return "", ""
    licence, output = _LICENCE.search(front[1]), _OUTPUT.search(front[1])
    words = _line(output[1].strip().strip("'\"|>-").strip())[:_LONGEST_SAMPLE] if output else ""
    return _line(licence[1]) if licence else "", words


def _line(text: str) -> str:
    """As a line of the window, whatever a stranger wrote."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
