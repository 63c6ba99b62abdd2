"""What the settings of a CrossEncoder folder say: one score a pair, its limit, its prompt. Reads no weights."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from desktop.domain.errors import EngineProblem
from desktop.embedding.layout import CONFIG_FILE, MODULES_FILE, max_tokens, read_array, read_object, refuse_own_code


@dataclass(frozen=True, slots=True)
class PairLayout:
    """`max_tokens` counts special tokens, question and passage together."""

    max_tokens: int


def read_pair_layout(folder: Path) -> PairLayout:
    """Raises EngineProblem when the folder is no reranker of the kind Footnote runs."""
    refuse_own_code(folder)
    kinds = [str(part.get("type", "")).rpartition(".")[2] for part in read_array(folder / MODULES_FILE)]
    if kinds not in ([], ["Transformer"]):
        raise EngineProblem(f"The model {folder.name} is not a reranker Footnote can run: {', '.join(kinds)}.")
    config = read_object(folder / CONFIG_FILE)
    names = config.get("architectures")
    architectures = cast("list[object]", names) if isinstance(names, list) else []
    if not any(str(name).endswith("ForSequenceClassification") for name in architectures):
        raise EngineProblem(
            f"The model {folder.name} is not a reranker Footnote can run: {', '.join(map(str, architectures))}.",
            "Choose a CrossEncoder folder, whose model ends in ForSequenceClassification.",
        )
    if labels(config) != 1:
        raise EngineProblem(
            f"The model {folder.name} gives {labels(config)} values for a pair, where a reranker gives one score."
        )
    return PairLayout(max_tokens(folder))


def labels(config: dict[str, object]) -> int:
    """How many values a classifier gives; transformers takes two when its settings say nothing."""
    count, named = config.get("num_labels"), config.get("id2label")
    if isinstance(count, int):
        return count
    return len(cast("dict[str, object]", named)) if isinstance(named, dict) else 2
