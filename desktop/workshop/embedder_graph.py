"""Exports an embedder (transformer, mean pooling, unit length) as an ONNX graph that holds no weights.

The graph's weights are references into the embedder's own safetensors file, by place and length, so that the graph is
small enough to be kept with the project. Runs and checks nothing.
"""

import json
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from sentence_transformers import SentenceTransformer

WEIGHTS_FILE = "model.safetensors"
GRAPH_FILE = "graph.onnx"
# smaller constants (shapes, scales) stay in the graph
_LEAST_BYTES = 512


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A float32 tensor of the weights file; `offset` and `length` in bytes from the file's start."""

    name: str
    offset: int
    length: int
    values: np.ndarray[Any, np.dtype[np.float32]]


class UnitMean(torch.nn.Module):
    """What the fast form computes: token ids and mask to unit vectors, as sentence-transformers does."""

    def __init__(self, transformer: torch.nn.Module) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states = self.transformer(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=torch.zeros_like(input_ids)
        ).last_hidden_state
        kept = attention_mask.unsqueeze(-1).to(states.dtype)
        means = (states * kept).sum(1) / kept.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(means, p=2, dim=1)


def make_graph(folder: Path, out: Path) -> Path:
    """Writes `out/graph.onnx` for the embedder in `folder` and returns its path."""
    model = _export(folder)
    _refer_to(model, _stored_tensors(folder / WEIGHTS_FILE))
    _strip_notes(model)
    out.mkdir(parents=True, exist_ok=True)
    (out / GRAPH_FILE).write_bytes(model.SerializeToString())
    return out / GRAPH_FILE


def _export(folder: Path) -> onnx.ModelProto:
    # eager attention: fewer nodes than scaled_dot_product_attention's export, and OpenVINO runs them faster
    loaded = SentenceTransformer(
        str(folder), device="cpu", local_files_only=True, model_kwargs={"attn_implementation": "eager"}
    )
    transformer = loaded[0].auto_model
    assert isinstance(transformer, torch.nn.Module)
    module = UnitMean(transformer).eval()
    ids = torch.ones((2, 16), dtype=torch.int64)
    batch, tokens = torch.export.Dim("batch", min=1, max=4096), torch.export.Dim("tokens", min=2, max=512)
    shapes = {0: batch, 1: tokens}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about itself
        program = torch.onnx.export(
            module,
            (ids, torch.ones_like(ids)),
            dynamo=True,
            verbose=False,
            input_names=["input_ids", "attention_mask"],
            output_names=["vectors"],
            dynamic_shapes={"input_ids": shapes, "attention_mask": shapes},
        )
    assert program is not None
    return program.model_proto


def _stored_tensors(weights: Path) -> list[StoredTensor]:
    """The float32 tensors of a safetensors file: an 8-byte length, a JSON header, then the values."""
    data = weights.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header: dict[str, Any] = json.loads(data[8 : 8 + length])
    found: list[StoredTensor] = []
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        start, end = (8 + length + place for place in entry["data_offsets"])
        values = np.frombuffer(data, np.float32, offset=start, count=(end - start) // 4).reshape(entry["shape"])
        found.append(StoredTensor(name, start, end - start, values))
    return found


def _refer_to(model: onnx.ModelProto, stored: list[StoredTensor]) -> None:
    """Replaces the values of each initializer that is stored, as it is or transposed, by a reference."""
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.nbytes < _LEAST_BYTES or values.dtype != np.float32:
            continue
        found = next((one for one in stored if _equal(one.values, values)), None)
        if found is not None:
            _refer(tensor, found)
            continue
        found = next((one for one in stored if _equal(one.values.T, values)), None)
        if found is None:
            raise ValueError(f"{tensor.name} is not in the weights file")
        plain = f"{tensor.name}_stored"
        model.graph.node.insert(0, helper.make_node("Transpose", [plain], [tensor.name], perm=[1, 0]))
        tensor.name = plain
        _refer(tensor, found)


def _equal(one: Any, other: Any) -> bool:
    return one.shape == other.shape and np.array_equal(one, other)


def _refer(tensor: TensorProto, stored: StoredTensor) -> None:
    tensor.ClearField("raw_data")
    tensor.ClearField("float_data")
    tensor.dims[:] = stored.values.shape
    tensor.data_location = TensorProto.EXTERNAL
    del tensor.external_data[:]
    places = (("location", WEIGHTS_FILE), ("offset", str(stored.offset)), ("length", str(stored.length)))
    for key, value in places:
        tensor.external_data.add(key=key, value=value)


def _strip_notes(model: onnx.ModelProto) -> None:
    """The exporter writes source paths and stack traces into every node: large, and about this machine."""
    model.ClearField("metadata_props")
    model.ClearField("doc_string")
    graph = model.graph
    graph.ClearField("metadata_props")
    graph.ClearField("doc_string")
    del graph.value_info[:]
    for part in (*graph.node, *graph.initializer, *graph.input, *graph.output):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
