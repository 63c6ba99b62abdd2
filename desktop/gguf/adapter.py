"""Whether a GGUF LoRA adapter fits a model: everything that llama.cpp would abort on, fail on without a reason, or
take without noticing that it makes only noise.
"""

from pathlib import Path

from desktop.domain.errors import UserError
from desktop.gguf.header import GgufHeader, TensorInfo, read_header

NUMBER_TYPES = frozenset({"f32", "f16", "bf16", "q8_0"})
# far above what is trained; beyond it a file of a few MB can claim more work than the model itself
LARGEST_RANK = 8192
_SLICE = 34 * (1 << 16)
_PARTS = (".lora_a", ".lora_b")


def adapter_problem(path: str | Path, base: GgufHeader) -> str:
    """Why the adapter at `path` can't be laid over `base`, or nothing. Reads the whole file."""
    try:
        header = read_header(path)
    except UserError as error:
        return error.hint or error.title
    return shape_problem(header, base) or number_problem(path, header)


def shape_problem(header: GgufHeader, base: GgufHeader | None) -> str:
    """Why the adapter is none, or does not fit `base` (not looked at when None). Reads no numbers."""
    problem = _kind_problem(header)
    if problem:
        return problem
    if base is not None and header.architecture != base.architecture:
        return f"It was made for a {header.architecture} model; this is a {base.architecture} model."
    for name in targets(header):
        problem = _pair_problem(header, name) or (_fit_problem(header, name, base) if base is not None else "")
        if problem:
            return problem
    return ""


def targets(header: GgufHeader) -> tuple[str, ...]:
    """Names of the model's tensors that the adapter changes."""
    return tuple(
        dict.fromkeys(name.removesuffix(part) for name in header.tensors for part in _PARTS if name.endswith(part))
    )


def rank(header: GgufHeader) -> int:
    """The largest rank among its pairs."""
    return max((t.shape[1] for n, t in header.tensors.items() if n.endswith(".lora_a") and len(t.shape) > 1), default=0)


def _kind_problem(header: GgufHeader) -> str:
    if header.kind != "adapter":
        return "It is not a tone: it does not say that it is an adapter."
    if header.text("adapter.type") != "lora":
        return "It is an adapter, but not of the LoRA kind."
    if "adapter.alora.invocation_tokens" in header.facts:
        return "It is an activated LoRA, meant to work after certain words only."
    if not header.architecture:
        return "It does not say what kind of model it was made for."
    alpha = header.float32("adapter.lora.alpha")
    if alpha is None:
        return "Its strength (adapter.lora.alpha) is not a number of the right kind."
    if not 0 < alpha < 1e6:
        return f"Its strength (adapter.lora.alpha) is {alpha}."
    if not header.tensors:
        return "It changes nothing: it holds no numbers."
    strange = [name for name in header.tensors if not name.endswith(_PARTS)]
    return f"It holds {strange[0]}, which is no part of a LoRA." if strange else ""


def _pair_problem(header: GgufHeader, name: str) -> str:
    a, b = header.tensors.get(f"{name}.lora_a"), header.tensors.get(f"{name}.lora_b")
    if a is None or b is None:
        return f"Half of the change to {name} is missing."
    if len(a.shape) != len(b.shape) or not 2 <= len(a.shape) <= 3:
        return f"The change to {name} is not made of two matrices."
    if a.shape[1] != b.shape[0]:
        return f"The two matrices that change {name} do not fit each other."
    if a.shape[1] > LARGEST_RANK:
        return f"Its rank is {a.shape[1]}; at most {LARGEST_RANK} can be used."
    for tensor in (a, b):
        if tensor.type not in NUMBER_TYPES:
            return f"{tensor.name} is stored as {tensor.type}, which adapters can't be."
    return ""


def _fit_problem(header: GgufHeader, name: str, base: GgufHeader) -> str:
    target = base.tensors.get(name)
    if target is None or len(target.shape) < 2:
        return f"It changes {name}, which this model does not have."
    a, b = header.tensors[f"{name}.lora_a"], header.tensors[f"{name}.lora_b"]
    # rows of the embedding are picked, not multiplied, so its two matrices change places
    took, gave = (b.shape[1], a.shape[1]) if name == "token_embd.weight" else (a.shape[0], b.shape[1])
    fits = (took, gave) == target.shape[:2] and a.shape[2:] == b.shape[2:] == target.shape[2:]
    return "" if fits else f"It was made for a model of another size: {name} is {_size(target)}, not {took} × {gave}."


def _size(tensor: TensorInfo) -> str:
    return " × ".join(str(extent) for extent in tensor.shape)


def number_problem(path: str | Path, header: GgufHeader) -> str:
    """Whether a number is infinite or none at all: one such number makes every word noise."""
    try:
        with Path(path).open("rb") as stream:
            for tensor in header.tensors.values():
                stream.seek(tensor.start)
                left = tensor.size
                while left:
                    data = stream.read(min(left, _SLICE))
                    if not data:
                        return "The file is cut off: it became shorter while it was read."
                    left -= len(data)
                    if _has_no_number(data, tensor.type):
                        return f"{tensor.name} holds values that are not numbers."
    except OSError as error:
        return error.strerror or "It can't be read."
    return ""


def _table(hits: frozenset[int]) -> bytes:
    return bytes(value in hits for value in range(256))


# an infinite number or none at all has every bit of its exponent set; these find the bytes that hold those bits
_WIDE_TOP = _table(frozenset({0x7F, 0xFF}))
_WIDE_NEXT = _table(frozenset(range(0x80, 0x100)))
_HALF_TOP = _table(frozenset(value for value in range(256) if value & 0x7C == 0x7C))


def _has_no_number(data: bytes, kind: str) -> bool:
    if kind == "f16":
        return 1 in data[1::2].translate(_HALF_TOP)
    if kind == "q8_0":
        return 1 in data[1::34].translate(_HALF_TOP)
    width = 4 if kind == "f32" else 2
    top = int.from_bytes(data[width - 1 :: width].translate(_WIDE_TOP), "little")
    following = int.from_bytes(data[width - 2 :: width].translate(_WIDE_NEXT), "little")
    return top & following != 0
