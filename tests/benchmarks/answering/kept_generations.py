"""A model whose answers are kept by what it was asked, so that a change to anything behind it costs seconds."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.llm.client import ModelRunner
from desktop.protocol.codec import decode, encode
from desktop.protocol.runner_messages import Generated, Turn


class KeptGenerations:
    """A loaded model as answering wants it. `file` holds one JSON object a line; it is only added to.

    What a model says is the same at temperature 0, so the words asked and who is asked (`name`: the model's file and
    what is laid over it) are all that counts.
    """

    def __init__(self, runner: ModelRunner, name: str, context: int, file: Path) -> None:
        self._runner, self._model, self._context, self._file = runner, name, context, file
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self._kept = {row["key"]: row["value"] for row in map(json.loads, lines)}
        self.made = 0
        self.seconds = 0.0

    @property
    def context(self) -> int:
        return self._context

    def count_tokens(self, texts: Sequence[str]) -> tuple[int, ...]:
        key = self._key("count", list(texts))
        if key not in self._kept:
            self._keep(key, list(self._runner.count_tokens(texts)))
        return tuple(self._kept[key])

    def generate(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: tuple[str, ...] = (),
        aside: bool = False,
        json_schema: str = "",
        on_text: Callable[[str], None],
    ) -> Generated:
        # in the key only where they are set, so that what was kept before they were known counts
        more = ({"aside": True} if aside else {}) | ({"json_schema": json_schema} if json_schema else {})
        key = self._key("generate", [encode(turn) for turn in turns], max_tokens, temperature, seed, stop, more)
        if key not in self._kept:
            began = time.monotonic()
            made = self._runner.generate(
                turns,
                max_tokens=max_tokens,
                temperature=temperature,
                seed=seed,
                stop=stop,
                aside=aside,
                json_schema=json_schema,
                on_text=on_text,
            )
            self.seconds += time.monotonic() - began
            self.made += 1
            self._keep(key, encode(made))
        # kept before models guessed ahead
        return decode(Generated, {"drafted": 0, "accepted": 0, **self._kept[key]})

    def _key(self, *asked: object) -> str:
        return hashlib.sha256(json.dumps([self._model, *asked], sort_keys=True).encode()).hexdigest()

    def _keep(self, key: str, value: object) -> None:
        self._kept[key] = value
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, "value": value}) + "\n")
