"""One generation: the prompt goes in in slices, reusing what its lane holds already, then tokens come out one by one
until an end token, a stop string, the limit or a cancel. Guesses are checked several in one go; what the model would
not have chosen is taken back.
"""

import time
from collections.abc import Callable

from desktop.llm.drafting import Lookup
from desktop.llm.lanes import Lane
from desktop.llm.loaded_model import BATCH, MOST_GUESSED, LoadedModel
from desktop.llm.sampling import Sampler
from desktop.llm.text_stream import TextStream
from desktop.protocol.runner_messages import Generate, Generated, TextGenerated

# an event a token would be 100 a second on a small model: more than an eye can use
EVENT_SECONDS = 0.02
# asking "stop?" at every node of the graph costs up to 1 ms a token: only worth it where tokens are slow
SLOW_TOKEN_SECONDS = 0.1
# a GPU finishes what it has begun: slices are cut so that a stop is heeded within a fifth of a second. The first is the
# smallest, since nobody knows yet how fast the card is
SMALLEST_SLICE, SLICE_SECONDS = 8, 0.15


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
        guessing = Lookup(prompt) if request.guess and self._model.can_take_back else None
        writing = _Writing(self._model, request, stops, guessing, self._send)
        if self._take_in(prompt[cached:]):
            self._put_out(writing, request)
        writing.finish()
        return Generated(
            text=writing.text,
            reason=writing.reason or "cancelled",
            prompt_tokens=len(prompt),
            cached_tokens=cached,
            tokens=writing.tokens,
            first_token=self._first_token,
            seconds=time.monotonic() - self._started,
            drafted=writing.drafted,
            accepted=writing.accepted,
        )

    def _take_in(self, tokens: list[int]) -> bool:
        """False when it was cancelled."""
        size = BATCH if self._model.can_be_interrupted else SMALLEST_SLICE
        start = 0
        while start < len(tokens):
            began = time.monotonic()
            if self._should_stop() or not self._lane.take_in(tokens[start : start + size], watch=True):
                return False
            start += size
            if not self._model.can_be_interrupted:
                size = next_slice(size, time.monotonic() - began)
        return True

    def _put_out(self, writing: "_Writing", request: Generate) -> None:
        """Until the answer ends or is cancelled."""
        guide = self._model.guide(request.json_schema) if request.json_schema else None
        sampler = self._model.sampler(request.temperature, request.seed, guide)
        guessed: list[int] = []
        try:
            while True:
                token, right = self._choose(sampler, guessed, writing)
                if writing.reason:
                    return
                self._lane.take_back(len(guessed) - right)
                guessed = writing.guess()
                if not self._go_on([token, *guessed]):
                    return
        finally:
            sampler.close()

    def _choose(self, sampler: Sampler, guessed: list[int], writing: "_Writing") -> tuple[int, int]:
        """(the token after the last right one of `guessed`, how many were right)."""
        right = 0
        while True:
            token = sampler.sample(len(guessed) + 1 - right)
            self._first_token = self._first_token or time.monotonic() - self._started
            as_guessed = right < len(guessed) and guessed[right] == token
            writing.take(token, as_guessed=as_guessed)
            if writing.reason or not as_guessed:
                return token, right
            right += 1

    def _go_on(self, tokens: list[int]) -> bool:
        """Takes the tokens in; False when it was cancelled."""
        started = time.monotonic()
        if self._should_stop() or not self._lane.take_in(tokens, watch=self._slow, every=True):
            return False
        self._slow = time.monotonic() - started > SLOW_TOKEN_SECONDS
        return True


class _Writing:
    """The answer as it grows, and the guesses at how it goes on. `reason` is why it ended, or empty."""

    def __init__(
        self,
        model: LoadedModel,
        request: Generate,
        stops: tuple[str, ...],
        guessing: Lookup | None,
        send: Callable[[TextGenerated], None],
    ) -> None:
        self._model, self._guessing = model, guessing
        self._most = request.max_tokens
        self._stream = TextStream((*request.stop, *stops))
        self._events = _Events(request.generation, send)
        self.reason = ""
        self.tokens = self.drafted = self.accepted = 0

    @property
    def text(self) -> str:
        return self._stream.text

    def take(self, token: int, *, as_guessed: bool) -> None:
        if self._model.is_end(token):
            self.reason = "stop"
            return
        self.tokens += 1
        self.accepted += as_guessed
        if self._guessing is not None:
            self._guessing.add(token)
        self._events.add(self._stream.take(self._model.piece(token)))
        if self._stream.ended:
            self.reason = "stop"
        elif self.tokens == self._most:
            self.reason = "length"

    def guess(self) -> list[int]:
        if self._guessing is None:
            return []
        room = min(MOST_GUESSED, self._most - self.tokens - 1)
        guess = self._guessing.guess(room, self.drafted, self.accepted)
        self.drafted += len(guess)
        return guess

    def finish(self) -> None:
        self._events.add(self._stream.finish())
        self._events.flush()


def next_slice(size: int, seconds: float) -> int:
    """Tokens of the next slice on a device that finishes what it has begun, when `size` took so long."""
    if seconds > SLICE_SECONDS:
        return max(SMALLEST_SLICE, size // 2)
    if seconds >= SLICE_SECONDS / 3:
        return size
    return min(BATCH, size * (4 if seconds < SLICE_SECONDS / 8 else 2))


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
