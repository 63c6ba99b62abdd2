"""Makes small GGUF LoRA adapters for tests: random changes to a few projections of a real base model."""

from collections.abc import Callable, Sequence
from pathlib import Path

import gguf
import numpy as np

from desktop.gguf.header import read_header

PROJECTIONS = ("attn_q", "attn_v", "ffn_down")
Change = Callable[[str, "np.ndarray"], "np.ndarray"]


def make_lora(
    base_path: str | Path,
    out_path: str | Path,
    seed: int = 0,
    scale: float = 1.0,
    rank: int = 4,
    *,
    projections: Sequence[str] = PROJECTIONS,
    architecture: str = "",
    alpha: object = None,
    kind: str = "lora",
    change: Change = lambda _name, values: values,
) -> Path:
    """An adapter for the model at `base_path`. `scale` 1 makes it speak differently, 10 makes noise.

    `change` may replace any matrix by name (`blk.0.attn_q.weight.lora_a`), to make adapters that don't fit. `alpha`
    is float32 unless it is given as an int or a str.
    """
    header = read_header(base_path)
    random = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(str(out_path), architecture or header.architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", kind)
    _add_alpha(writer, float(rank) if alpha is None else alpha)
    writer.add_name(Path(out_path).stem)
    for name, tensor in header.tensors.items():
        if len(tensor.shape) != 2 or not any(f".{projection}." in name for projection in projections):
            continue
        took, gave = tensor.shape
        # numpy's order is GGUF's reversed: (rank, in) and (out, rank)
        a = random.standard_normal((rank, took), dtype=np.float32) / np.float32(took**0.5)
        b = random.standard_normal((gave, rank), dtype=np.float32) * np.float32(scale / rank**0.5 / 4)
        for part, values in (("lora_a", a), ("lora_b", b)):
            writer.add_tensor(f"{name}.{part}", change(f"{name}.{part}", values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return Path(out_path)


def _add_alpha(writer: gguf.GGUFWriter, alpha: object) -> None:
    if isinstance(alpha, str):
        writer.add_string("adapter.lora.alpha", alpha)
    elif isinstance(alpha, int):
        writer.add_uint32("adapter.lora.alpha", alpha)
    elif isinstance(alpha, float):
        writer.add_float32("adapter.lora.alpha", alpha)
