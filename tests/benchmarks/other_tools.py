"""What other tools read in a file: eight words in a row that a search should lead to. Asks nothing of Footnote.

pdftotext reads PDFs, LibreOffice the office files, Python's own library the mails; of a few files somebody wrote down
what is in them, beside them. A text file is its own witness.
"""

import email
import email.policy
import random
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WORDS = 8
_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"(?s)<(style|script)\b.*?</\1>|<[^>]*>")
_SECONDS = 60
# what LibreOffice makes of each kind; of a presentation it writes no text, but pages
_MADE: Mapping[str, str] = {
    **dict.fromkeys((".docx", ".doc", ".odt", ".rtf", ".html"), "txt"),
    **dict.fromkeys((".xlsx", ".xls", ".ods"), "csv"),
    **dict.fromkeys((".pptx", ".odp"), "pdf"),
}
_PLAIN = (".txt", ".md", ".csv", ".asciidoc", ".vtt", ".srt", ".rst", ".org", ".tex")


@dataclass(frozen=True, slots=True)
class Witness:
    """`tool` found these eight words in a row in the file."""

    tool: str
    words: tuple[str, ...]


def witnesses(paths: Sequence[Path], scratch: Path) -> dict[Path, list[Witness]]:
    """Of every file in which another tool finds a line that is long enough, always the same words."""
    texts: list[tuple[Path, str, str]] = [(path, "written beside it", text) for path in paths if (text := told(path))]
    texts += [(path, "pdftotext", pdf_text(path)) for path in paths if path.suffix.lower() == ".pdf"]
    texts += [(path, "email", mail_text(path)) for path in paths if path.suffix.lower() == ".eml"]
    texts += [(path, "itself", plain_text(path)) for path in paths if path.suffix.lower() in _PLAIN]
    for ending in sorted(set(_MADE.values())):
        chosen = [path for path in paths if _MADE.get(path.suffix.lower()) == ending]
        made = office_texts(chosen, ending, scratch / ending)
        texts += [(path, "LibreOffice", text) for path, text in made.items()]
    found: dict[Path, list[Witness]] = {}
    for path, tool, text in texts:
        if words := eight_words(text, path.name):
            found.setdefault(path, []).append(Witness(tool, words))
    return found


def eight_words(text: str, seed: str) -> tuple[str, ...]:
    """From a line that is long enough, and not of single letters; empty where there is none."""
    lines = [_WORD.findall(line)[:WORDS] for line in text.splitlines()]
    long = [words for words in lines if len(words) == WORDS and sum(len(word) > 1 for word in words) > WORDS / 2]
    return tuple(random.Random(seed).choice(long)) if long else ()


def spaced(text: str) -> str:
    """Words alone, to be compared."""
    return " ".join(_WORD.findall(text.casefold()))


def told(path: Path) -> str:
    """What a file beside it says is in it."""
    beside = [path.with_name(f"{path.name.replace('__sources__', '__groundtruth__')}.html")]
    if path.suffix == ".pdf":
        beside.append(path.with_name(f"expected_outputs__{path.stem}.md"))
    if path.suffix in (".pdf", ".png"):
        beside.append(path.with_suffix(".txt"))
    other = next((other for other in beside if other.is_file()), None)
    return _TAG.sub("\n", plain_text(other)) if other is not None else ""


def plain_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return ""


def pdf_text(path: Path) -> str:
    if shutil.which("pdftotext") is None:
        return ""
    try:
        text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, timeout=_SECONDS, check=False).stdout
    except subprocess.TimeoutExpired:
        return ""
    return text.decode("utf-8", "replace")


def mail_text(path: Path) -> str:
    """The plain part alone."""
    try:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        return str(body.get_content()) if body is not None else ""
    except Exception:
        return ""  # the standard library fails on broken mails in more ways than can be named


def office_texts(paths: Sequence[Path], ending: str, scratch: Path) -> dict[Path, str]:
    """By LibreOffice, all in one run, under names of their own; what it can't read is left out."""
    program = shutil.which("soffice")
    if program is None or not paths:
        return {}
    scratch.mkdir(parents=True)
    copies = {path: scratch / f"{number}{path.suffix}" for number, path in enumerate(paths)}
    for path, copy in copies.items():
        shutil.copyfile(path, copy)
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", ending, "--outdir", str(scratch / "made")]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(scratch), "LC_ALL": "C.UTF-8"}
    subprocess.run(
        [*command, *map(str, copies.values())], env=environment, capture_output=True, timeout=600, check=False
    )
    made = {path: scratch / "made" / f"{copy.stem}.{ending}" for path, copy in copies.items()}
    read = pdf_text if ending == "pdf" else plain_text
    return {path: read(text) for path, text in made.items() if text.is_file()}
