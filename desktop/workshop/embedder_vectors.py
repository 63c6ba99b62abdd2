"""Records what sentence-transformers makes of a dozen texts, so that a fast form can be checked without it."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from desktop.workshop.embedder_graph import load_embedder
from desktop.workshop.stored_weights import WEIGHTS_FILE

CHECK_FILE = "check.json"
# a text of more tokens takes a large model minutes; passages are far shorter
_MOST_TOKENS = 2048

_CLAUSES = " ".join(
    f"Clause {number}. The tenant keeps room {number * 7} in good order, and pays {number * 13} francs for it."
    for number in range(1, 61)
)

TEXTS = (
    "Either side may end the lease with three months' written notice.",
    "How long is the notice period?",
    "The kettle in the north kitchen trips the fuse whenever it rains.",
    "Die Kaution wird innerhalb einer Woche nach dem Auszug zurückgezahlt.",
    "Le dossier médical est conservé pendant vingt ans.",
    "El informe del tercer trimestre llegó con dos días de retraso.",
    "合同期满前三个月，任何一方均可书面通知解除。",
    "Срок поставки составляет четырнадцать дней.",
    "def area(width, height):\n    return width * height",
    "SKU-40817 | 12 pcs | 4,99 € | shelf B3",
    "ok",
    "",
    _CLAUSES,
)
QUESTIONS = ("How long is the notice period?", "Wer zahlt die Kaution zurück?", "")


def record_check(folder: Path, out: Path) -> Path:
    """Writes `out/check.json` for the embedder in `folder` and returns its path."""
    model = load_embedder(folder)
    texts = list(TEXTS)
    if (limit := model.max_seq_length or 0) <= _MOST_TOKENS:
        texts.append(" ".join([_CLAUSES] * (1 + limit // 1000)))
    # sentence-transformers itself never falls back to these names: its "document" is there, and empty
    passage = next((prompt for name in ("document", "passage", "corpus") if (prompt := model.prompts.get(name))), "")
    rows = _rows(model, texts, passage, query=False)
    rows += _rows(model, list(QUESTIONS), model.prompts.get("query") or "", query=True)
    record: dict[str, Any] = {"format": 1, "weights_sha256": weights_digest(folder), "texts": rows}
    out.mkdir(parents=True, exist_ok=True)
    (out / CHECK_FILE).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return out / CHECK_FILE


def _rows(model: Any, texts: list[str], prompt: str, *, query: bool) -> list[dict[str, Any]]:
    # one at a time: what it makes of a text alone, without padding, is what the fast form must make in any company
    vectors = [
        model.encode([text], prompt=prompt, normalize_embeddings=True, show_progress_bar=False)[0] for text in texts
    ]
    return [
        {"text": text, "query": query, "vector": base64.b64encode(np.asarray(vector, "<f4").tobytes()).decode()}
        for text, vector in zip(texts, vectors, strict=True)
    ]


def weights_digest(folder: Path) -> str:
    with (folder / WEIGHTS_FILE).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
