"""One generation: the prompt goes in in slices, reusing what its lane holds already, then tokens come out one by one
until an end token, a stop string, the limit or a cancel.
"""

import time
from collections.abc import Callable

from desktop.llm.lanes import Lane
from desktop.llm.llama import BATCH, LoadedModel
from desktop.llm.text_stream import TextStream
from desktop.protocol.runner_messages import Generate, Generated, TextGenerated

# an event a token would be 100 a second on a small model: more than an eye can use
EVENT_SECONDS = 0.02
# asking "stop?" at every node of the graph costs up to 1 ms a token: only worth it where tokens are slow
SLOW_TOKEN_SECONDS = 0.1


class Generation:
    """What `lane` holds is kept true through every outcome."""

    def __init__(
        self,
        model: LoadedModel,
        lane: Lane,
        should_stop: Callable[[], bool],
        send: Callable[[TextGenerated], None],
    ) -> None:
        self._model, self._lane = model, lane
        self._should_stop, self._send = should_stop, send
        self._started = time.monotonic()
        self._first_token = 0.0
        self._slow = False

    def run(self, request: Generate, prompt: list[int], stops: tuple[str, ...]) -> Generated:
        self._lane.enter()
        cached = self._lane.reuse(prompt)
        stream = TextStream((*request.stop, *stops))
        events = _Events(request.generation, self._send)
        tokens, reason = 0, "cancelled"
        if self._take_in(prompt[cached:]):
            tokens, reason = self._put_out(request, stream, events)
        events.add(stream.finish())
        events.flush()
        return Generated(
            text=stream.text,
            reason=reason,
            prompt_tokens=len(prompt),
            cached_tokens=cached,
            tokens=tokens,
            first_token=self._first_token,
            seconds=time.monotonic() - self._started,
            drafted=0,
            accepted=0,
        )

    def _take_in(self, tokens: list[int]) -> bool:
        """False when it was cancelled."""
        for start in range(0, len(tokens), BATCH):
            if self._should_stop() or not self._lane.take_in(tokens[start : start + BATCH], watch=True):
                return False
        return True

    def _put_out(self, request: Generate, stream: TextStream, events: "_Events") -> tuple[int, str]:
        """(tokens, reason)"""
        sampler = self._model.sampler(request.temperature, request.seed)
        try:
            for count in range(1, request.max_tokens + 1):
                token = sampler.sample()
                if count == 1:
                    self._first_token = time.monotonic() - self._started
                if self._model.is_end(token):
                    return count - 1, "stop"
                events.add(stream.take(self._model.piece(token)))
                if stream.ended:
                    return count, "stop"
                if count < request.max_tokens and not self._go_on(token):
                    return count, "cancelled"
            return request.max_tokens, "length"
        finally:
            sampler.close()

    def _go_on(self, token: int) -> bool:
        """Takes the token in; False when it was cancelled."""
        started = time.monotonic()
        if self._should_stop() or not self._lane.take_in([token], watch=self._slow):
            return False
        self._slow = time.monotonic() - started > SLOW_TOKEN_SECONDS
        return True


class _Events:
    """Merges text that comes faster than anyone reads."""

    def __init__(self, generation: int, send: Callable[[TextGenerated], None]) -> None:
        self._generation, self._send = generation, send
        self._waiting = ""
        self._sent_at = 0.0

    def add(self, text: str) -> None:
        self._waiting += text
        if time.monotonic() - self._sent_at >= EVENT_SECONDS:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self._send(TextGenerated(self._generation, self._waiting))
            self._waiting = ""
            self._sent_at = time.monotonic()
