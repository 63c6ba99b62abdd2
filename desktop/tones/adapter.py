"""Tones as the library lists them: what an adapter file says about itself, and why it can't be laid over a model."""

from pathlib import Path

from desktop.domain.errors import UserError
from desktop.domain.fits import Fit, Verdict
from desktop.domain.models import Tone
from desktop.gguf.adapter import number_problem, rank, shape_problem
from desktop.gguf.header import GgufHeader, read_header
from desktop.tones.fit import fit_of


def read_adapter(path: str | Path) -> GgufHeader:
    """The header of a LoRA adapter whose numbers are all numbers. Raises UserError with the reason."""
    header = read_header(path)
    problem = shape_problem(header, None) or number_problem(path, header)
    if problem:
        raise UserError("This file can't be used as a tone.", problem)
    return header


def describe_tone(path: str | Path, base: GgufHeader | None) -> Tone:
    """The tone at `path`; `problem` is filled where it can't be used, or not with `base`."""
    place = Path(path)
    try:
        header = read_adapter(place)
    except UserError as error:
        return _unusable(place, error)
    return _tone(place, header, shape_problem(header, base) if base is not None else "")


def examine_tone(path: str | Path, base: GgufHeader | None, base_path: str | Path = "") -> tuple[Tone, Fit | None]:
    """The tone at `path` and how it fits the model at `base_path`; no fit where there is no model to compare with."""
    place = Path(path)
    try:
        header = read_adapter(place)
    except UserError as error:
        tone = _unusable(place, error)
        return tone, Fit(Verdict.MISFIT, tone.problem, "")
    if base is None:
        return _tone(place, header, ""), None
    fit = fit_of(header, base, base_path)
    return _tone(place, header, fit.reason if fit.verdict is Verdict.MISFIT else ""), fit


def _tone(place: Path, header: GgufHeader, problem: str) -> Tone:
    name = header.text("general.name").strip() or place.stem
    return Tone(str(place), name, header.architecture, rank(header), problem)


def _unusable(place: Path, error: UserError) -> Tone:
    return Tone(str(place), place.stem, "", 0, error.hint or error.title)
