"""Which file reader this is, as one line of text: what ended another one is worth a try. Loads no parser."""

from importlib import metadata

from desktop import __version__
from desktop.reading.word_converter import find_program

PARSERS = ("pypdfium2", "lxml", "python-calamine", "pillow")


def reader_version() -> str:
    """Footnote's version, that of each parser in native code, and whether LibreOffice is there."""
    converter = "with libreoffice" if find_program() else "without libreoffice"
    return " ".join([f"footnote {__version__}", *(f"{name} {_version_of(name)}" for name in PARSERS), converter])


def _version_of(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "absent"
