"""How well words on scans are recognised: `python3 -m installer bench recognition [FILE…]`. Prints figures alone.

`linn.txt` beside the usual scans is what stands on four of them. Tesseract, where installed, reads the same pictures.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from desktop.platform_support.paths import data_folders
from desktop.protocol.reader_messages import WaitingPicture
from desktop.reading.ocr_client import Recogniser, RecognitionChoice
from desktop.reading.pdf_pages import PdfFile
from desktop.reading.picture import Picture
from desktop.reading.picture_decoding import PictureFile
from desktop.reading.pictures import DOTS_AN_INCH, RECOGNISED_PIXELS
from desktop.reading.recognised_text import recognised_text
from tests.support.project import ROOT

SCANS = ROOT.parent / "shared" / "corpus" / "scans"
USUAL = ("linn.png", "linn.pdf", "skew.pdf", "rotated_skew.pdf", "jbig2.pdf", "epson.pdf", "masks.pdf")
KNOWN = ("linn.png", "linn.pdf", "skew.pdf", "rotated_skew.pdf", "jbig2.pdf")


def main(arguments: Sequence[str]) -> int:
    files = [Path(argument) for argument in arguments] or [SCANS / name for name in USUAL]
    choice = RecognitionChoice(data_folders().recognition)
    if not choice.is_installed or not all(file.is_file() for file in files):
        print("Text recognition or the scans are missing: nothing to measure.")
        return 2
    print(f"load {os.getloadavg()[0]:.1f}; recall of the words that are known, and of those that the other found")
    with tempfile.TemporaryDirectory() as home:
        recogniser = Recogniser(choice, Path(home), Path(home) / "words")
        try:
            for file in files:
                for number, picture in enumerate(_pictures(file), 1):
                    print(_line(recogniser, Path(home), file, number, picture), flush=True)
        finally:
            recogniser.close()
    return 0


def _line(recogniser: Recogniser, home: Path, file: Path, number: int, picture: Picture) -> str:
    pixels = home / "picture"
    pixels.write_bytes(picture.pixels)
    started = time.monotonic()
    page = recogniser.recognise(WaitingPicture("1", str(pixels), picture.width, picture.height))
    seconds = time.monotonic() - started
    ours = words_of(recognised_text(page).text) if page else Counter[str]()
    parts = [f"{file.name} {number}: {ours.total()} words in {seconds:.1f} s"]
    wanted = words_of((SCANS / "linn.txt").read_text("utf-8")) if file.name in KNOWN else None
    parts += [f"recall {recall(wanted, ours):.3f}"] if wanted else []
    if shutil.which("tesseract"):
        started = time.monotonic()
        theirs = words_of(_tesseract(home, picture))
        parts.append(f"Tesseract {theirs.total()} words in {time.monotonic() - started:.1f} s")
        parts += [f"recall {recall(wanted, theirs):.3f}"] if wanted else []
        parts.append(f"ours of Tesseract's {recall(theirs, ours):.3f}")
    return ", ".join(parts)


def _pictures(file: Path) -> Iterator[Picture]:
    data = file.read_bytes()
    if file.suffix == ".pdf":
        with PdfFile(data) as pdf:
            for number in range(1, pdf.page_count + 1):
                page = pdf.page(number)
                if page is not None:
                    with page:
                        yield page.render(page.fitting_scale(DOTS_AN_INCH / 72, RECOGNISED_PIXELS))
    else:
        with PictureFile(data) as pictures:
            for number in range(1, pictures.page_count + 1):
                yield pictures.picture(number, RECOGNISED_PIXELS)


def _tesseract(home: Path, picture: Picture) -> str:
    """On one thread, as ours runs on half of two cores."""
    place = home / "picture.ppm"
    place.write_bytes(b"P6\n%d %d\n255\n" % (picture.width, picture.height) + picture.pixels)
    command = ["tesseract", str(place), "-", "-l", "eng", "--dpi", str(DOTS_AN_INCH), "--psm", "1"]
    alone = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=alone).stdout


def words_of(text: str) -> Counter[str]:
    """Of two letters or more, in lower case."""
    return Counter(re.findall(r"[^\W_]{2,}", text.casefold()))


def recall(wanted: Counter[str], found: Counter[str]) -> float:
    return (wanted & found).total() / wanted.total() if wanted else 1.0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
