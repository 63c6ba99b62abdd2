"""The process of text recognition: `python -m desktop.reading.ocr_process`. Speaks lines on its standard streams.

It sees pictures in one folder, behind the file reader's walls; it opens no file of the user's.
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from desktop import __version__
from desktop.domain.errors import EngineProblem
from desktop.platform_support.environment import harden
from desktop.protocol.common_messages import HELLO, Greeting, Hello
from desktop.protocol.lines import PROTOCOL
from desktop.protocol.reader_messages import RECOGNISE, Recognise, Recognised
from desktop.protocol.server import LineServer, claim_standard_streams
from desktop.reading.limits import RequestTime, end_with_parent
from desktop.reading.ocr_pausing import PauseSign
from desktop.reading.recognised_pages import write_pages
from desktop.reading.walls import enter_walls

log = logging.getLogger("recognition")

MEMORY = 3 * 1024 * 1024 * 1024  # of addresses; a quarter of it was the most ever used


class RecognitionDesk:
    """Loads the networks at the first picture. `time` ends this process when one takes far too long.

    `between` is called between two lines.
    """

    def __init__(
        self, models: Path, letters: str, threads: int, time: RequestTime, between: Callable[[], None]
    ) -> None:
        from desktop.reading.ocr_page import PictureRecogniser

        self._time = time
        try:
            self._recogniser = PictureRecogniser(models, letters, threads, between)
        except RuntimeError as error:
            raise EngineProblem("Text recognition can't be loaded.", "Run the set-up again.") from error

    def recognise(self, asked: Recognise) -> Recognised:
        from PIL import Image

        with self._time:
            pixels = Path(asked.pixels).read_bytes()
            picture = Image.frombytes("RGB", (asked.width, asked.height), pixels)
            page = self._recogniser.recognise(picture)
            write_pages({"": page}, Path(asked.output))
            return Recognised(len(page.lines))


def greet(request: Hello) -> Greeting:
    if request.protocol != PROTOCOL:
        raise EngineProblem("Text recognition is of another version than the engine.", "Install Footnote again.")
    return Greeting(PROTOCOL, __version__, "recognition", os.getpid())


def main(arguments: list[str]) -> None:
    harden()
    requests, replies = claim_standard_streams()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
    options = _options(arguments)
    walls = enter_walls(True, options.scratch, (options.models, options.pictures), MEMORY)
    log.info("walls: %s; missing: %s", ", ".join(walls.standing), ", ".join(walls.missing) or "none")
    end_with_parent()
    time, between = RequestTime(options.seconds, by_clock=False), PauseSign(options.scratch).wait
    desk = RecognitionDesk(options.models, options.letters, options.threads, time, between)
    server = LineServer(
        {HELLO: greet, RECOGNISE: desk.recognise},
        requests,
        replies,
        on_bug=lambda method, error: log.error("bug in %s: %s", method, type(error).__name__),
    )
    server.serve()


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m desktop.reading.ocr_process")
    parser.add_argument("--models", type=Path, required=True, help="the folder of the networks")
    parser.add_argument("--pictures", type=Path, required=True, help="the folder that pictures are in")
    parser.add_argument("--scratch", type=Path, required=True, help="the one folder to write to")
    parser.add_argument("--letters", required=True, help="which letters may come out")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0, help="that one picture may take")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
