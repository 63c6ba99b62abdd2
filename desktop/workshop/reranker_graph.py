"""Exports a reranker (a CrossEncoder with one score a pair) as an ONNX graph without weights, and records scores.

The graph gives the score before any activation: what ranks, and what sigmoid keeps in order. Checks nothing.
"""

import json
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import CrossEncoder

from desktop.workshop.embedder_graph import TOKENIZER_FILE, Transformer, export
from desktop.workshop.embedder_vectors import CHECK_FILE, QUESTIONS, TEXTS, weights_digest
from desktop.workshop.stored_weights import GRAPH_FILE, write_graph


class PairScores(torch.nn.Module):
    """Token ids, mask and token types of pairs to scores [batch, 1]."""

    def __init__(self, classifier: torch.nn.Module) -> None:
        super().__init__()
        self.transformer = Transformer(classifier)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor | None = None
    ) -> torch.Tensor:
        return self.transformer(input_ids, attention_mask, token_type_ids)


def make_form(folder: Path, out: Path) -> Path:
    """Writes graph, tokenizer and recorded scores for the reranker in `folder` to `out`. Returns `out`."""
    loaded = CrossEncoder(
        str(folder),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"attn_implementation": "eager", "dtype": torch.float32, "use_safetensors": True},
    )
    classifier, tokenizer = loaded.model, loaded.tokenizer
    assert isinstance(classifier, torch.nn.Module)
    inputs = ["input_ids", "attention_mask"]
    if "token_type_ids" in tokenizer.model_input_names:
        inputs.append("token_type_ids")
    out.mkdir(parents=True, exist_ok=True)
    record: dict[str, Any] = {"format": 1, "weights_sha256": weights_digest(folder), "pairs": _scored(loaded)}
    (out / CHECK_FILE).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    tokenizer.backend_tokenizer.save(str(out / TOKENIZER_FILE))
    write_graph(export(PairScores(classifier), inputs, "scores"), folder, out / GRAPH_FILE)
    return out


def _scored(loaded: CrossEncoder) -> list[dict[str, Any]]:
    pairs = [(question, text) for question in QUESTIONS for text in TEXTS]
    scores = [
        # one at a time: a pair's score without padding is what it must be in any company
        loaded.predict([pair], activation_fn=torch.nn.Identity(), show_progress_bar=False)[0]
        for pair in pairs
    ]
    return [
        {"question": question, "passage": text, "score": float(score)}
        for (question, text), score in zip(pairs, scores, strict=True)
    ]
