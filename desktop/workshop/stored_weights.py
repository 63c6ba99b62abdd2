"""Writes an exported graph whose weights are references into a safetensors file, by place and length.

So the graph is small enough to be kept with the project, and the weights are on the disk once. Exports nothing.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx_ir
import torch
from onnx_ir.serde import serialize_model

WEIGHTS_FILE = "model.safetensors"
GRAPH_FILE = "graph.onnx"
# smaller constants (shapes, scales) stay in the graph
_LEAST_BYTES = 512
# a graph is read as one piece of memory; more than some dense layers is not meant to be in it
_MOST_INLINE = 256 << 20
_KINDS = {
    "F32": (onnx_ir.DataType.FLOAT, np.dtype("<f4")),
    "F16": (onnx_ir.DataType.FLOAT16, np.dtype("<f2")),
    "BF16": (onnx_ir.DataType.BFLOAT16, np.dtype("<u2")),
}


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor of the weights file; `offset` in bytes from the file's start; `raw` as it is stored."""

    offset: int
    kind: str
    raw: np.ndarray[Any, np.dtype[Any]]

    def values(self) -> np.ndarray[Any, np.dtype[np.float32]]:
        if self.kind == "BF16":  # the upper half of a 32-bit float
            return (self.raw.astype(np.uint32) << 16).view(np.float32)
        return self.raw.astype(np.float32, copy=False)


def write_graph(program: torch.onnx.ONNXProgram, folder: Path, file: Path) -> None:
    """Raises ValueError when more of the weights are not in the weights file of `folder` than a graph can hold."""
    model = program.model
    stored = _by_size(stored_tensors(folder / WEIGHTS_FILE))
    inline = 0
    for value in list(model.graph.initializers.values()):
        tensor = value.const_value
        if tensor is None or tensor.nbytes < _LEAST_BYTES or tensor.dtype != onnx_ir.DataType.FLOAT:
            continue
        if not _refer(model.graph, value, tensor.numpy(), stored):
            inline += tensor.nbytes
    if inline > _MOST_INLINE:
        raise ValueError(f"{inline >> 20} MB of weights are not in {WEIGHTS_FILE} as they are used")
    _strip_notes(model)
    file.write_bytes(serialize_model(model).SerializeToString())


def stored_tensors(weights: Path) -> list[StoredTensor]:
    """The float tensors of a safetensors file: an 8-byte length, a JSON header, then the values. Maps, reads none."""
    with weights.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header: dict[str, Any] = json.loads(file.read(length))
    header.pop("__metadata__", None)
    data = np.memmap(weights, np.uint8, mode="r")
    found: list[StoredTensor] = []
    for entry in header.values():
        if entry["dtype"] in _KINDS:
            start, end = (8 + length + place for place in entry["data_offsets"])
            raw = data[start:end].view(_KINDS[entry["dtype"]][1]).reshape(entry["shape"])
            found.append(StoredTensor(start, entry["dtype"], raw))
    return found


def _by_size(stored: list[StoredTensor]) -> Mapping[int, list[StoredTensor]]:
    found: dict[int, list[StoredTensor]] = {}
    for one in stored:
        found.setdefault(one.raw.size, []).append(one)
    return found


def _refer(
    graph: onnx_ir.Graph, value: onnx_ir.Value, values: np.ndarray[Any, Any], stored: Mapping[int, list[StoredTensor]]
) -> bool:
    """Replaces the initializer's values by a reference to where they are stored, as they are or transposed."""
    for one in stored.get(values.size, ()):
        transposed = not _equal(one, values)
        if not transposed or (values.ndim == 2 and _equal(one, values.T)):
            _put_reference(graph, value, one, transposed=transposed)
            return True
    return False


def _equal(one: StoredTensor, other: np.ndarray[Any, Any]) -> bool:
    if one.raw.shape != other.shape:
        return False
    first = StoredTensor(one.offset, one.kind, one.raw[:1])  # most are told apart by their first row
    return np.array_equal(first.values(), other[:1]) and np.array_equal(one.values(), other)


def _put_reference(graph: onnx_ir.Graph, value: onnx_ir.Value, one: StoredTensor, *, transposed: bool) -> None:
    kind = _KINDS[one.kind][0]
    name = value.name or ""
    plain = name if kind == onnx_ir.DataType.FLOAT and not transposed else f"{name}_stored"
    shape = onnx_ir.Shape(one.raw.shape)
    reference = onnx_ir.ExternalTensor(WEIGHTS_FILE, one.offset, one.raw.nbytes, kind, shape=shape, name=plain)
    if plain == name:
        value.const_value = reference
        return
    source = onnx_ir.Value(name=plain, shape=shape, type=onnx_ir.TensorType(kind), const_value=reference)
    made, nodes = source, list[onnx_ir.Node]()
    if kind != onnx_ir.DataType.FLOAT:
        nodes.append(onnx_ir.Node("", "Cast", [made], [onnx_ir.AttrInt64("to", int(onnx_ir.DataType.FLOAT))]))
        made = nodes[-1].outputs[0]
    if transposed:
        nodes.append(onnx_ir.Node("", "Transpose", [made], [onnx_ir.AttrInt64s("perm", [1, 0])]))
        made = nodes[-1].outputs[0]
    graph.register_initializer(source)
    graph.insert_before(graph.node(0), nodes)
    value.replace_all_uses_with(made)
    del graph.initializers[name]


def _strip_notes(model: onnx_ir.Model) -> None:
    """The exporter writes source paths and stack traces into every node: large, and about this machine."""
    model.metadata_props.clear()
    model.doc_string = None
    model.graph.metadata_props.clear()
    model.graph.doc_string = None
    values = [*model.graph.inputs, *model.graph.outputs, *model.graph.initializers.values()]
    for node in model.graph.all_nodes():
        node.metadata_props.clear()
        node.doc_string = None
        values += node.outputs
    for value in values:
        value.metadata_props.clear()
        value.doc_string = None
