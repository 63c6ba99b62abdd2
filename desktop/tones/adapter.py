"""Tones as the library lists them: what an adapter file says about itself, its card, and how it fits a model."""

import os
from collections.abc import Callable
from pathlib import Path

from desktop.domain.errors import UserError
from desktop.domain.fits import Fit, Verdict
from desktop.domain.models import Tone
from desktop.gguf.adapter import number_problem, rank, shape_problem
from desktop.gguf.header import GgufHeader, read_header
from desktop.tones.cards import read_card
from desktop.tones.fit import fit_of

Read = Callable[[str | Path], GgufHeader]


def read_adapter(path: str | Path) -> GgufHeader:
    """The header of a LoRA adapter whose numbers are all numbers. Raises UserError with the reason."""
    header = read_header(path)
    problem = shape_problem(header, None) or number_problem(path, header)
    if problem:
        raise UserError("This file can't be used as a tone.", problem)
    return header


class AdapterReader:
    """Reads adapters, and remembers what was read: all numbers of a file are looked at once, until it changes."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, int, int], GgufHeader | UserError]] = {}

    def read(self, path: str | Path) -> GgufHeader:
        """As `read_adapter`."""
        stamp = _stamp(path)
        known = self._known.get(str(path))
        if known is None or known[0] != stamp:
            known = self._known[str(path)] = (stamp, _outcome(path))
        if isinstance(known[1], UserError):
            raise known[1]
        return known[1]


def describe_tone(path: str | Path, base: GgufHeader | None, read: Read = read_adapter) -> Tone:
    """The tone at `path`; `problem` is filled where it can't be used, or not with `base`."""
    place = Path(path)
    try:
        header = read(place)
    except UserError as error:
        return _unusable(place, error)
    return _tone(place, header, shape_problem(header, base) if base is not None else "", None)


def examine_tone(
    path: str | Path, base: GgufHeader | None, base_path: str | Path = "", read: Read = read_adapter
) -> Tone:
    """The tone at `path` and how it fits the model at `base_path`; no fit where there is no model to compare with."""
    place = Path(path)
    try:
        header = read(place)
    except UserError as error:
        return _unusable(place, error)
    if base is None:
        return _tone(place, header, "", None)
    fit = fit_of(header, base, base_path)
    return _tone(place, header, fit.reason if fit.verdict is Verdict.MISFIT else "", fit)


def _tone(place: Path, header: GgufHeader, problem: str, fit: Fit | None) -> Tone:
    card = read_card(place)
    name = card.name or header.text("general.name").strip() or place.stem
    return Tone(str(place), name, header.architecture, rank(header), problem, fit, card)


def _unusable(place: Path, error: UserError) -> Tone:
    reason, card = error.hint or error.title, read_card(place)
    return Tone(str(place), card.name or place.stem, "", 0, reason, Fit(Verdict.MISFIT, reason, ""), card)


def _outcome(path: str | Path) -> GgufHeader | UserError:
    try:
        return read_adapter(path)
    except UserError as error:
        return error


def _stamp(path: str | Path) -> tuple[int, int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0, 0)
    return (status.st_size, status.st_mtime_ns, status.st_ino)
