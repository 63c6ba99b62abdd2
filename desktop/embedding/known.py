"""The embedders and rerankers that `models/catalogue.json` recommends, multilingual ones first. Fetches nothing."""

import json
from pathlib import Path
from typing import Any

from desktop.domain.embedders import KnownModel
from desktop.embedding.layout import PROMPTS_FILE, read_layout, read_object
from desktop.platform_support.paths import project_data


def known_embedders() -> tuple[KnownModel, ...]:
    return _read("known_embedders")


def known_rerankers() -> tuple[KnownModel, ...]:
    return _read("known_rerankers")


def give_prompts(folder: Path) -> KnownModel | None:
    """Some folders don't name the prompts that their authors' instructions do, and find less without them.

    Writes those of a known model into the folder's settings; returns the model when it did. Raises EngineProblem.
    """
    layout = read_layout(folder)
    known = next((known for known in known_embedders() if known.name == folder.name), None)
    if (
        known is None
        or layout.query_prompt
        or layout.passage_prompt
        or not (known.query_prompt or known.passage_prompt)
    ):
        return None
    prompts = {"query": known.query_prompt, "document": known.passage_prompt}
    settings = {**read_object(folder / PROMPTS_FILE), "prompts": prompts}
    (folder / PROMPTS_FILE).write_text(json.dumps(settings), encoding="utf-8")
    return known


def _read(kind: str) -> tuple[KnownModel, ...]:
    content = json.loads(project_data("models", "catalogue.json").read_text(encoding="utf-8"))
    return tuple(_known(entry) for entry in content[kind])


def _known(entry: dict[str, Any]) -> KnownModel:
    prompts = entry.get("prompts", {})
    return KnownModel(
        name=entry["name"],
        repository=entry["repository"],
        family=entry["family"],
        licence=entry["licence"],
        languages=tuple(entry["languages"]),
        dimension=entry.get("dimension", 0),
        tokens=entry["tokens"],
        parameters=entry["parameters"],
        about=entry["about"],
        query_prompt=prompts.get("query", ""),
        passage_prompt=prompts.get("document", ""),
    )
