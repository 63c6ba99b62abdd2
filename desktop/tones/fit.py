"""Whether a tone fits a model: its shapes by the headers of both, and the base model that it names.

Names are compared loosely, since the same model goes by many: `org/SmolLM2-135M-Instruct`, `Smollm2 135M Instruct`,
`smollm2-135m-instruct-q4_1.gguf`.
"""

import re
from pathlib import Path

from desktop.domain.fits import Fit, Verdict
from desktop.gguf.adapter import shape_problem
from desktop.gguf.header import GgufHeader

# what an upload's or a file's name says about storage, not about the model
_STORAGE = re.compile(
    r"[-_. ]+(?:gguf|ggml|hf|unsloth|bnb|gptq|awq|mlx|i1|imat|[48]-?bits?|int[48]|fp?16|fp?32|bf16|"
    r"i?q\d(?:[_-](?:[a-z]{1,3}|[01]))*|mxfp4(?:[_-]moe)?)$",
    re.IGNORECASE,
)


def fit_of(adapter: GgufHeader, base: GgufHeader, base_path: str | Path) -> Fit:
    """`adapter` passed `read_adapter`; `base` is the header of the model at `base_path`."""
    named = named_base(adapter)
    problem = shape_problem(adapter, base)
    if problem:
        return Fit(Verdict.MISFIT, problem, named)
    names = _names_of(base, Path(base_path))
    if named and _plain(named) not in {_plain(name) for name in names}:
        reason = f"It was made for {named}, and this model is {names[0]}: it may sound wrong."
        return Fit(Verdict.OTHER_BASE, reason, named)
    return Fit(Verdict.FITS, "", named)


def named_base(adapter: GgufHeader) -> str:
    """The base model that the adapter names, without its organization; empty where it names none."""
    address = adapter.text("general.base_model.0.repo_url").rstrip("/")
    name = address.rpartition("/")[2] or adapter.text("general.base_model.0.name")
    return _shown(name)


def _names_of(model: GgufHeader, path: Path) -> list[str]:
    """What the model may be called, the best name first."""
    parts = [model.text(f"general.{key}") for key in ("basename", "size_label", "finetune")]
    address = model.text("general.repo_url") or model.text("general.source.repo_url")
    joined = "-".join(part for part in parts if part)
    also = ["-".join(part for part in (parts[0], parts[2], parts[1]) if part)] if parts[0] else []
    names = [model.text("general.name").strip(), path.stem, address.rstrip("/").rpartition("/")[2]]
    return [_shown(name) for name in (*names, joined if parts[0] else "", *also) if _shown(name)]


def _shown(name: str) -> str:
    """As a piece of a sentence, whatever a stranger wrote into the file."""
    return "".join(letter for letter in name.strip()[:200] if letter.isprintable())


def _plain(name: str) -> str:
    """Letters and digits alone, without what only tells how the model is stored."""
    short = name.strip()
    while (cut := _STORAGE.sub("", short)) != short:
        short = cut
    return "".join(letter for letter in short.casefold() if letter.isalnum()).removeprefix("meta")
