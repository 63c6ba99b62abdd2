"""How well a tone fits a model."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """OTHER_BASE: it can be laid over the model, but was made for another one of the same shape."""

    FITS = "fits"
    OTHER_BASE = "other_base"
    MISFIT = "misfit"


@dataclass(frozen=True, slots=True)
class Fit:
    """`reason` is a sentence, empty for FITS. `base` is the model that the tone says it was made for, or empty."""

    verdict: Verdict
    reason: str
    base: str
