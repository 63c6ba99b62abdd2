"""Text without meaning for benchmarks: words of Python's own documentation, as frequent as they are there."""

import importlib
import inspect
import random
import re
from functools import lru_cache
from pathlib import Path

_MODULES = (
    *("argparse", "asyncio", "collections", "configparser", "datetime", "decimal", "difflib", "doctest", "email"),
    *("fractions", "ftplib", "functools", "heapq", "http.client", "ipaddress", "json", "logging", "mailbox", "math"),
    *("optparse", "os", "pathlib", "pickle", "random", "shutil", "smtplib", "socket", "sqlite3", "statistics"),
    *("string", "subprocess", "tarfile", "tempfile", "textwrap", "threading", "typing", "unittest", "urllib.request"),
    *("xml.dom.minidom", "zipfile"),
)


@lru_cache(maxsize=1)
def vocabulary() -> tuple[str, ...]:
    """Words as often as they occur."""
    words: list[str] = []
    for name in _MODULES:
        module = importlib.import_module(name)
        texts = [inspect.getdoc(module) or ""]
        for member in vars(module).values():
            if inspect.isclass(member) or inspect.isfunction(member):
                texts.append(inspect.getdoc(member) or "")
                texts += [inspect.getdoc(method) or "" for method in vars(member).values() if callable(method)]
        words += [word for text in texts for word in re.findall(r"[a-z]{2,14}", text.lower())]
    return tuple(words)


class Prose:
    """The same seed gives the same text."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def sentence(self) -> str:
        words = self._chance.choices(vocabulary(), k=self._chance.randint(8, 22))
        return " ".join(words).capitalize() + "."

    def paragraph(self, sentences: int = 5) -> str:
        return " ".join(self.sentence() for _ in range(sentences))

    def text(self, paragraphs: int) -> str:
        return "\n\n".join(self.paragraph() for _ in range(paragraphs))


def write_files(folder: Path, count: int, paragraphs: int, seed: int, each_folder: int = 500) -> Path:
    """So many text files, in folders of `each_folder`, each with another text."""
    prose = Prose(seed)
    for n in range(count):
        place = folder / f"{n // each_folder:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"note-{n:06}.txt").write_text(prose.text(paragraphs), encoding="utf-8")
    return folder
