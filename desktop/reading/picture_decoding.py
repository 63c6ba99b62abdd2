"""Decodes picture files: how many pictures there are, and each as it is meant to be seen. Knows Pillow, no words."""

import io
import math
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType

from PIL import Image, ImageOps

from desktop.reading import problems
from desktop.reading.picture import Picture

KIND = "picture"
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF")
MAX_PAGES = 2_000


class PictureFile:
    """An open picture file, of whose pages the first 2,000 are looked at.

    Raises FileProblem when it is damaged or has too many pixels.
    """

    def __init__(self, data: bytes) -> None:
        with _translated():
            Image.init()  # without it, and with formats named, it knows but some of them
            self._image = Image.open(io.BytesIO(data), formats=FORMATS)
            frames = getattr(self._image, "n_frames", 1) if self._image.format == "TIFF" else 1
        self.page_count = min(int(frames), MAX_PAGES)
        self.pages_left_out = int(frames) - self.page_count

    def __enter__(self) -> "PictureFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._image.close()

    def size_of(self, number: int) -> tuple[int, int]:
        """Width and height in pixels of picture `number` from 1, as it is stored."""
        with _translated():
            self._image.seek(number - 1)
            return self._image.size

    def picture(self, number: int, pixels: float) -> Picture:
        """Picture `number` from 1, turned as its camera says, on white, with at most so many pixels."""
        with _translated():
            self._image.seek(number - 1)
            least = int(math.sqrt(pixels))
            self._image.draft("RGB", (least, least))  # JPEG alone: decodes no finer than is needed
            shown = _on_white(ImageOps.exif_transpose(self._image))
            scale = math.sqrt(pixels / (shown.width * shown.height))
            if scale < 1:
                size = max(1, int(shown.width * scale)), max(1, int(shown.height * scale))
                shown = shown.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
            return Picture(shown.width, shown.height, shown.tobytes())


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # sixteen bits
        return image.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    if "A" in image.getbands() or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        white.alpha_composite(clear)
        return white.convert("RGB")
    return image.convert("RGB")


@contextmanager
def _translated() -> Generator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise problems.picture_too_large() from None
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, IndexError):
        # Pillow's decoders raise all of these on broken files
        raise problems.damaged(KIND) from None
