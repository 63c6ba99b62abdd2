"""What the loaded ggml library computes on: its devices, and whether one of them computes right. For the runner and
the probe; llama.cpp's own functions are in `bindings`.
"""

import ctypes
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# in a build for many processors: one for each generation of them
PROCESSOR_LIBRARIES = "*ggml-cpu-*"
_CARD, _SHARING = 1, 2  # with memory of its own; with the computer's
_F32 = 0
_SIDE = 64


@dataclass(frozen=True, slots=True)
class Device:
    """A GPU as ggml sees it; memory in bytes, which is the computer's own where it is `shared`."""

    name: str
    description: str
    free: int
    total: int
    shared: bool = False


class Ggml:
    """The ggml libraries in `folder`, which llama.cpp has loaded already or is about to."""

    def __init__(self, folder: Path) -> None:
        self._base = ctypes.CDLL(str(_library(folder, "ggml-base")))
        self._registry = ctypes.CDLL(str(_library(folder, "ggml")))
        # builds for many processors come as one library for each: ggml takes the best that this processor can run.
        # Left alone it would look for them beside Python and in the folder we were started from.
        if any(folder.glob(PROCESSOR_LIBRARIES)):
            self._registry.ggml_backend_load_all_from_path(str(folder).encode())

    def gpus(self) -> list[Device]:
        return [self._describe(handle) for handle in self._gpu_handles()]

    def computes_right(self) -> bool:
        """Multiplies two small matrices on every GPU; False when one is wrong. A broken driver may end the process."""
        return all(self._multiply(handle) for handle in self._gpu_handles())

    def _gpu_handles(self) -> list[ctypes.c_void_p]:
        count = self._call(self._registry, "ggml_backend_dev_count", ctypes.c_size_t)
        handles = [
            ctypes.c_void_p(self._call(self._registry, "ggml_backend_dev_get", ctypes.c_void_p, ctypes.c_size_t(i)))
            for i in range(count)
        ]
        return [handle for handle in handles if self._type(handle) in (_CARD, _SHARING)]

    def _type(self, handle: ctypes.c_void_p) -> int:
        return int(self._call(self._base, "ggml_backend_dev_type", ctypes.c_int, handle))

    def _shares(self, handle: ctypes.c_void_p) -> bool:
        # Metal calls Apple's own a card, but its memory is the computer's
        return self._type(handle) == _SHARING or (sys.platform == "darwin" and platform.machine() == "arm64")

    def _describe(self, handle: ctypes.c_void_p) -> Device:
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        self._call(self._base, "ggml_backend_dev_memory", None, handle, ctypes.byref(free), ctypes.byref(total))
        texts = [
            self._call(self._base, f"ggml_backend_dev_{what}", ctypes.c_char_p, handle).decode("utf-8", "replace")
            for what in ("name", "description")
        ]
        return Device(texts[0], texts[1], free.value, total.value, self._shares(handle))

    def _multiply(self, device: ctypes.c_void_p) -> bool:
        left = [float(i % 7 - 3) for i in range(_SIDE * _SIDE)]
        right = [float(i % 5 - 2) for i in range(_SIDE * _SIDE)]
        backend = self._pointer(self._base, "ggml_backend_dev_init", device, None)
        context = self._pointer(self._base, "ggml_init", _InitParams(1 << 20, None, True))
        if not backend or not context:
            return False
        side = ctypes.c_int64(_SIDE)
        a, b = (self._pointer(self._base, "ggml_new_tensor_2d", context, _F32, side, side) for _ in range(2))
        product = self._pointer(self._base, "ggml_mul_mat", context, a, b)
        graph = self._pointer(self._base, "ggml_new_graph", context)
        self._call(self._base, "ggml_build_forward_expand", None, graph, product)
        if not self._pointer(self._base, "ggml_backend_alloc_ctx_tensors", context, backend):
            return False
        self._set(a, left)
        self._set(b, right)
        status = self._call(self._base, "ggml_backend_graph_compute", ctypes.c_int, backend, graph)
        return status == 0 and self._get(product, _SIDE * _SIDE) == _product(left, right)

    def _set(self, tensor: ctypes.c_void_p, numbers: Sequence[float]) -> None:
        data = (ctypes.c_float * len(numbers))(*numbers)
        size = ctypes.c_size_t(ctypes.sizeof(data))
        self._call(self._base, "ggml_backend_tensor_set", None, tensor, data, ctypes.c_size_t(0), size)

    def _get(self, tensor: ctypes.c_void_p, count: int) -> list[float]:
        data = (ctypes.c_float * count)()
        size = ctypes.c_size_t(ctypes.sizeof(data))
        self._call(self._base, "ggml_backend_tensor_get", None, tensor, data, ctypes.c_size_t(0), size)
        return list(data)

    def _pointer(self, library: ctypes.CDLL, name: str, *arguments: Any) -> ctypes.c_void_p:
        return ctypes.c_void_p(self._call(library, name, ctypes.c_void_p, *arguments))

    def _call(self, library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Any:
        function = getattr(library, name)
        function.restype = result
        return function(*arguments)


class _InitParams(ctypes.Structure):
    _fields_ = (("size", ctypes.c_size_t), ("buffer", ctypes.c_void_p), ("no_alloc", ctypes.c_bool))


def _product(left: Sequence[float], right: Sequence[float]) -> list[float]:
    """What ggml calls mul_mat: rows of the one with rows of the other. Whole numbers, exact in any precision."""
    rows = [left[i : i + _SIDE] for i in range(0, len(left), _SIDE)]
    others = [right[i : i + _SIDE] for i in range(0, len(right), _SIDE)]
    return [sum(x * y for x, y in zip(row, other, strict=True)) for other in others for row in rows]


def _library(folder: Path, name: str) -> Path:
    """The file that llama.cpp itself loads: the one named after the version of the interface.

    In a wheel links are copies, and another copy would be loaded beside it, with no device registered.
    """
    if sys.platform == "win32":
        return folder / f"{name}.dll"
    plain, versioned = ("dylib", f"lib{name}.*.dylib") if sys.platform == "darwin" else ("so", f"lib{name}.so.*")
    return min(folder.glob(versioned), key=lambda file: len(file.name), default=folder / f"lib{name}.{plain}")
