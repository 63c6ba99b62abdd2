"""Exports an embedder (transformer, pooling, dense layers, unit length) as an ONNX graph that holds no weights.

The graph's weights are references into the embedder's own safetensors file (see stored_weights). Runs and checks
nothing.
"""

import inspect
import warnings
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer

from desktop.workshop.stored_weights import GRAPH_FILE, write_graph

TOKENIZER_FILE = "tokenizer.json"


class Transformer(torch.nn.Module):
    """Token ids and mask to what the model computes of them; types that are not given are zero."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model
        self.knows_types = "token_type_ids" in inspect.signature(model.forward).parameters

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor | None = None) -> torch.Tensor:
        given = {"input_ids": ids, "attention_mask": mask}
        if self.knows_types:
            given["token_type_ids"] = torch.zeros_like(ids) if types is None else types
        return self.model(**given)[0]


class UnitVectors(torch.nn.Module):
    """What the fast form computes: token ids and mask to unit vectors, as sentence-transformers does.

    Rows are padded at their end, so the first token is at 0 and the last where the mask ends.
    """

    def __init__(self, embedder: SentenceTransformer) -> None:
        super().__init__()
        modules = list(embedder)
        transformer = modules[0].auto_model
        assert isinstance(transformer, torch.nn.Module)
        self.transformer = Transformer(transformer)
        self.pooling = str(modules[1].pooling_mode)
        self.dense = torch.nn.ModuleList(module for module in modules[2:] if hasattr(module, "linear"))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states = self.transformer(input_ids, attention_mask)
        vectors = _pooled(self.pooling, states, attention_mask)
        for layer in self.dense:
            vectors = layer({"sentence_embedding": vectors})["sentence_embedding"]
        return torch.nn.functional.normalize(vectors, p=2, dim=1)


def _pooled(pooling: str, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    if pooling == "cls":
        return states[:, 0]
    if pooling == "lasttoken":
        last = (mask.sum(1) - 1).view(-1, 1, 1).expand(-1, 1, states.shape[-1])
        return torch.gather(states, 1, last).squeeze(1)
    if pooling != "mean":
        raise ValueError(f"pooling by {pooling} can't be exported")
    kept = mask.unsqueeze(-1).to(states.dtype)
    return (states * kept).sum(1) / kept.sum(1).clamp(min=1e-9)


def load_embedder(folder: Path) -> SentenceTransformer:
    """In 32-bit floats, whatever the weights are stored in."""
    # eager attention: fewer nodes than scaled_dot_product_attention's export, and OpenVINO runs them faster
    return SentenceTransformer(
        str(folder),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"attn_implementation": "eager", "dtype": torch.float32, "use_safetensors": True},
    )


def make_graph(folder: Path, out: Path) -> Path:
    """Writes `out/graph.onnx` and the tokenizer it needs for the embedder in `folder`. Returns the graph's path."""
    loaded = load_embedder(folder)
    program = export(UnitVectors(loaded), ["input_ids", "attention_mask"], "vectors")
    out.mkdir(parents=True, exist_ok=True)
    # as transformers has understood the folder: older folders have no tokenizer.json, or one that it corrects
    loaded.tokenizer.backend_tokenizer.save(str(out / TOKENIZER_FILE))
    write_graph(program, folder, out / GRAPH_FILE)
    return out / GRAPH_FILE


def export(module: torch.nn.Module, inputs: list[str], output: str) -> torch.onnx.ONNXProgram:
    """The graph of a module whose inputs are all int64 [batch, tokens]."""
    ids = torch.ones((2, 16), dtype=torch.int64)
    batch, tokens = torch.export.Dim("batch", min=1, max=4096), torch.export.Dim("tokens", min=2, max=1 << 15)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about itself
        program = torch.onnx.export(
            module.eval(),
            tuple(ids.clone() for _ in inputs),
            dynamo=True,
            verbose=False,
            input_names=inputs,
            output_names=[output],
            dynamic_shapes=[{0: batch, 1: tokens} for _ in inputs],
        )
    assert program is not None
    return program
