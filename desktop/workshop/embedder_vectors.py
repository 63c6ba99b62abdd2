"""Records what sentence-transformers makes of a dozen texts, so that a fast form can be checked without it."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from sentence_transformers import SentenceTransformer

CHECK_FILE = "check.json"
WEIGHTS_FILE = "model.safetensors"

_LONG = " ".join(
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
    _LONG,
)


def record_check(folder: Path, out: Path) -> Path:
    """Writes `out/check.json` for the embedder in `folder` and returns its path."""
    weights = (folder / WEIGHTS_FILE).read_bytes()
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    vectors = model.encode(list(TEXTS), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)
    record: dict[str, Any] = {
        "format": 1,
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
        "texts": [
            {"text": text, "vector": base64.b64encode(np.asarray(vector, "<f4").tobytes()).decode()}
            for text, vector in zip(TEXTS, vectors, strict=True)
        ],
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / CHECK_FILE).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return out / CHECK_FILE
