"""The one import of llama-cpp-python: llama.cpp's functions as `native`, and values in the forms that they take. For
`llama`, `loaded_model` and `sampling` alone, in the model runner's process. Decides nothing.
"""

import ctypes
import os
from collections.abc import Sequence
from typing import Any

from llama_cpp import llama_cpp as native
from llama_cpp.llama_grammar import json_schema_to_gbnf

__all__ = ["batch_of", "json_schema_to_gbnf", "native", "path_bytes"]


def batch_of(tokens: Sequence[int], sequence: int, *, every: bool) -> native.llama_batch:
    """All of one sequence; llama.cpp counts the positions on, and gives logits for the last token, or for every one."""
    count = len(tokens)
    batch: Any = native.llama_batch()
    batch.n_tokens = count
    batch.token = (native.llama_token * count)(*tokens)
    batch.n_seq_id = (ctypes.c_int32 * count)(*[1] * count)
    of_one = (native.llama_seq_id * 1)(sequence)
    batch.seq_id = (ctypes.POINTER(native.llama_seq_id) * count)(*[of_one] * count)
    if every:
        batch.logits = (ctypes.c_int8 * count)(*[1] * count)
    return batch


def path_bytes(path: str) -> bytes:
    # llama.cpp takes UTF-8 on Windows, the file system's bytes elsewhere: fsencode gives both
    return os.fsencode(path)
