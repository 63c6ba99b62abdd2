"""Measures how fast this computer answers, in ten seconds at most, with a model where there is one."""

import threading
from collections.abc import Callable
from pathlib import Path

from desktop.domain.models import Speed
from desktop.engine.download_requests import DownloadRequests
from desktop.engine.model_fits import ModelFits
from desktop.engine.model_requests import ModelRequests
from desktop.engine.model_turns import ModelTurns
from desktop.llm.hardware import physical_cores
from desktop.llm.speed import copying_speed, speed_of_run
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import Offers
from desktop.protocol.runner_messages import Turn

SECONDS = 10.0
TOKENS = 200
# long enough that no model ends it early
PROMPT = (Turn("user", "Count from one to one hundred in words, one number after the other, and leave none out."),)


class SpeedRequests:
    """Measures when no question waits; one that comes ends the measurement, and what was learnt counts.

    `try_cards` has graphics cards that failed tried again, and says whether there were any.
    """

    def __init__(
        self,
        models: ModelRequests,
        fits: ModelFits,
        downloads: DownloadRequests,
        turns: ModelTurns,
        try_cards: Callable[[], bool],
    ) -> None:
        self._models, self._fits, self._downloads, self._turns = models, fits, downloads, turns
        self._try_cards = try_cards

    def measure_speed(self, _: Nothing) -> Offers:
        """With the model that answers, else by copying memory. Waits for an answer under way."""
        path = self._models.model_for(None)
        with self._turns.trying(self._models.runner.cancel) as mine:
            if mine and self._try_cards():
                # a process has one build for its whole life
                self._models.runner.rest(0)
            self._fits.keep(self._run(path) if path and mine else copying_speed(physical_cores()))
        self._models.announce()
        return self._downloads.list_offers(Nothing())

    def _run(self, path: str) -> Speed:
        self._models.load(path, ())
        runner = self._models.runner
        over = threading.Event()

        def end() -> None:
            over.set()
            runner.cancel()

        alarm = threading.Timer(SECONDS, end)
        alarm.daemon = True
        alarm.start()
        try:
            made = runner.generate(
                PROMPT, max_tokens=TOKENS, aside=True, stopped=lambda: over.is_set() or self._turns.wanted
            )
        finally:
            alarm.cancel()
        seconds = made.seconds - made.first_token
        if made.tokens < 8 or seconds <= 0:
            return copying_speed(physical_cores())
        # the first token is the end of reading the prompt
        return speed_of_run(path, Path(path).stat().st_size, made.tokens - 1, seconds)
