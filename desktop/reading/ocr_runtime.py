"""Runs the two networks of text recognition on the CPU: where words stand on a picture, and what a strip of it says.

The one module of reading that knows openvino. Cuts no strips and joins no letters.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from openvino import opset13 as opset

DETECTION, RECOGNITION = "detection.onnx", "recognition.onnx"
STRIP_HEIGHT = 48
# openvino keeps memory for every shape it has met: with few of them it stays at half a gigabyte, with many it grows on
PICTURE_STEP, STRIP_STEP = 256, 320


class OcrNetworks:
    """Both networks of one folder, in the format of PP-OCR. One thread at a time. Raises RuntimeError.

    `allowed` says of a letter whether it may come out; None: all may. `letters` are those that may, in order.
    """

    def __init__(self, folder: Path, threads: int, allowed: Callable[[str], bool] | None = None) -> None:
        core = openvino.Core()
        options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads}
        self._detection = core.compile_model(str(folder / DETECTION), "CPU", options).create_infer_request()
        recognition = core.read_model(str(folder / RECOGNITION))
        self.letters = _letters_of(recognition.get_rt_info(["framework", "character"]).value)
        if allowed is not None:
            kept = [number for number, letter in enumerate(self.letters) if allowed(letter)]
            recognition = _with_letters(recognition, [0, *(number + 1 for number in kept)])
            self.letters = tuple(self.letters[number] for number in kept)
        self._recognition = core.compile_model(recognition, "CPU", options).create_infer_request()

    def likely(self, picture: Any) -> Any:
        """float32 [rows, columns], 0 to 1. `picture`: uint8 [rows, columns, RGB], sides multiples of PICTURE_STEP."""
        found = self._detection.infer([_given(picture[np.newaxis])], share_inputs=True)
        return found[0][0, 0]

    def letters_at(self, strips: Any) -> tuple[Any, Any]:
        """By strip and step the likeliest letter's number (0: none, 1: the first) and how likely it is.

        int64 and float32 [n, steps]. `strips`: uint8 [n, STRIP_HEIGHT, width, RGB], widths multiples of STRIP_STEP.
        """
        scores = self._recognition.infer([_given(strips)], share_inputs=True, share_outputs=True)[0]
        best = scores.argmax(axis=2)
        return best, np.take_along_axis(scores, best[..., np.newaxis], axis=2)[..., 0]


def _with_letters(network: Any, kept: Sequence[int]) -> Any:
    """The same network with these of its outputs alone, by number; the likelihoods add up to one again."""
    last = network.outputs[0].get_node().input_value(0).get_node()
    if last.get_type_name() != "Softmax":
        raise RuntimeError("the recognition network ends in another way than PP-OCR's")
    fewer = opset.gather(last.input_value(0), np.array(kept, dtype=np.int32), np.array(2, dtype=np.int32))
    model: Any = openvino.Model  # its types name a class of another module
    return model([opset.softmax(fewer, 2).output(0)], network.get_parameters(), "recognition")


def _letters_of(listed: str) -> tuple[str, ...]:
    """The letters in the network's order, of which it lists all but the space, its last."""
    return (*listed.split("\n"), " ")


def _given(pictures: Any) -> Any:
    """Blue first, centred on zero."""
    scaled = pictures[..., ::-1].transpose(0, 3, 1, 2).astype(np.float32)
    scaled /= 127.5
    scaled -= 1.0
    return np.ascontiguousarray(scaled)
