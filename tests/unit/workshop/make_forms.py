"""The workshop's work for many folders in one process: random folders, their graphs, what is checked, other vectors.

`python make_forms.py OUT`: writes OUT/embedders/NAME, OUT/forms/NAME and OUT/expected.json.
"""

import json
import sys
from pathlib import Path
from typing import Any

from desktop.platform_support.environment import harden

harden()
sys.path.insert(0, str(Path(__file__).parent))

import random_folders  # noqa: E402 -- after the environment is hardened
import torch  # noqa: E402 -- after the environment is hardened
from sentence_transformers import CrossEncoder, SentenceTransformer  # noqa: E402 -- after the environment is hardened

from desktop.workshop.__main__ import make_form  # noqa: E402 -- after the environment is hardened

TEXTS = ["", "x", "The lease ends.", " ".join(random_folders.WORDS * 5), "合同期满", "Kaution " * 30]


def expected(folder: Path) -> dict[str, Any]:
    """As a user of sentence-transformers calls it, with nothing of the workshop."""
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True).float()
    found = {"query": model.encode_query(TEXTS), "passage": model.encode_document(TEXTS)}
    return {"texts": TEXTS, **{kind: vectors.tolist() for kind, vectors in found.items()}}


def expected_scores(folder: Path) -> dict[str, Any]:
    model = CrossEncoder(str(folder), device="cpu", local_files_only=True)
    scores = model.predict([(TEXTS[2], text) for text in TEXTS], activation_fn=torch.nn.Identity())
    return {"question": TEXTS[2], "texts": TEXTS, "scores": scores.tolist()}


def main(out: Path) -> None:
    random_folders.write_embedders(out / "embedders")
    random_folders.write_rerankers(out / "rerankers")
    found: dict[str, Any] = {"embedders": {}, "rerankers": {}}
    for folder in sorted((out / "embedders").iterdir()):
        make_form(folder, out / "forms" / folder.name)
        found["embedders"][folder.name] = expected(folder)
    for folder in sorted((out / "rerankers").iterdir()):
        make_form(folder, out / "forms" / folder.name, reranker=True)
        found["rerankers"][folder.name] = expected_scores(folder)
    (out / "expected.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
