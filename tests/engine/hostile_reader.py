"""The file reader with one parser replaced: it runs the text it reads as Python, as a hijacked parser would.

`python -m tests.engine.hostile_reader --free FILE` runs a file in the same way with no walls around it.
"""

import sys
from pathlib import Path

from desktop.domain.documents import Document
from desktop.reading import plain_text
from desktop.reading.process import main

DONE, REFUSED = "done: ", "refused: "


def obey(data: bytes) -> Document:
    """The file defines `attack()`; the text is what came of it."""
    words: dict[str, object] = {}
    exec(data, words)
    attack = words["attack"]
    assert callable(attack)
    try:
        text = f"{DONE}{attack()}"
    except OSError as error:
        text = f"{REFUSED}{error.errno} {error.strerror}"
    return Document(text, "", "text", True, (), ())


if __name__ == "__main__":
    if sys.argv[1] == "--free":
        sys.stdout.write(obey(Path(sys.argv[2]).read_bytes()).text)
    else:
        plain_text.read = obey
        main(sys.argv[1:])
