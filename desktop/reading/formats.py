"""Which files can be read, and by which module: the one table. A new format is one module and one line here.

Looks at names only, never at a file; imports no format module until `reader_of` is called.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from desktop.domain.documents import Document
from desktop.domain.errors import FileProblem
from desktop.domain.files import FileState
from desktop.reading import problems
from desktop.reading.pictures import PictureReader

READER = "desktop.reading."
CODE_EXTENSIONS = (
    "py pyi pyx js mjs cjs jsx ts tsx java kt kts scala groovy gradle c h cc cpp cxx hh hpp hxx m mm cs fs vb go rs rb "
    "php pl pm lua r jl swift dart ex exs erl hs clj ml sh bash zsh fish ps1 bat cmd sql css scss less vue svelte "
    "cmake mk proto graphql tf nix asm s f90 pas vhd v sv"
)
TEXT_EXTENSIONS = (
    "txt text log json jsonl ndjson geojson yaml yml toml ini cfg conf properties xml xsd xsl xslt nxml bib "
    "textile wiki diff patch po nfo me"
)
PICTURE_EXTENSIONS = "png jpg jpeg jpe jfif tif tiff bmp webp gif"
Reader = Callable[[bytes, PictureReader], Document]


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file. `module` has `read(data: bytes) -> Document`; `names` are whole names without an extension.

    `inside` is the function that reads such a file inside another one; empty: there it stays closed. Where such files
    hold `pictures` of words, both take a PictureReader too. `files`: they may hold other files.
    """

    name: str
    module: str
    extensions: tuple[str, ...]
    names: tuple[str, ...] = ()
    inside: str = "read"
    pictures: bool = False
    files: bool = False


FORMATS = (
    Format("text", READER + "plain_text", tuple(TEXT_EXTENSIONS.split()), ("readme", "license", "notice", "copying")),
    Format("markdown", READER + "markdown", ("md", "markdown", "mdown", "mkd", "mdx", "qmd", "rmd")),
    Format("rst", READER + "restructured_text", ("rst", "rest")),
    Format("asciidoc", READER + "asciidoc", ("adoc", "asciidoc", "asc")),
    Format("org", READER + "org", ("org",)),
    Format("tex", READER + "tex", ("tex", "ltx")),
    Format("html", READER + "html", ("html", "htm", "xhtml", "xht")),
    Format("pdf", READER + "pdf", ("pdf",), pictures=True),
    Format("docx", READER + "docx", ("docx", "docm", "dotx", "dotm")),
    Format("xlsx", READER + "workbook", ("xlsx", "xlsm", "xltx", "xltm", "xls", "xlt")),
    Format("pptx", READER + "pptx", ("pptx", "pptm", "ppsx", "ppsm", "potx", "potm")),
    Format("odf", READER + "open_document", ("odt", "ott", "odm", "ods", "ots", "odp", "otp", "odg")),
    Format("mail", READER + "mail", ("eml", "emlx"), inside="read_alone", pictures=True, files=True),
    Format("msg", READER + "outlook_mail", ("msg",), inside="read_alone", pictures=True, files=True),
    Format("mbox", READER + "mailbox", ("mbox", "mbx"), inside="read_alone", pictures=True, files=True),
    Format("zip", READER + "zip_file", ("zip",), inside="", pictures=True, files=True),
    Format("image", READER + "picture_file", tuple(PICTURE_EXTENSIONS.split()), pictures=True),
    Format("mhtml", READER + "saved_page", ("mhtml", "mht")),
    Format("epub", READER + "epub", ("epub",)),
    Format("rtf", READER + "rich_text", ("rtf",)),
    Format("ipynb", READER + "notebook", ("ipynb",)),
    Format("subtitles", READER + "subtitles", ("srt", "vtt")),
    Format("doc", READER + "old_word", ("doc", "dot")),
    Format("csv", READER + "delimited", ("csv", "tsv", "tab", "psv")),
    Format("code", READER + "source_code", tuple(CODE_EXTENSIONS.split()), ("makefile", "dockerfile", "jenkinsfile")),
)
_BY_NAME: Mapping[str, Format] = {entry.name: entry for entry in FORMATS}
_BY_EXTENSION: Mapping[str, str] = {extension: entry.name for entry in FORMATS for extension in entry.extensions}
_BY_FILE_NAME: Mapping[str, str] = {name: entry.name for entry in FORMATS for name in entry.names}


def format_of(path: str) -> str | None:
    """The format's name by the file's name alone, or None when Footnote doesn't read such files."""
    name = PurePath(path).name.lower().rstrip(". ")  # a slip of the keyboard is no kind of its own
    stem, dot, extension = name.rpartition(".")
    if dot and stem:
        return _BY_EXTENSION.get(extension)
    return _BY_FILE_NAME.get(name)


def reader_of(name: str) -> Reader:
    """The function that reads files of this format; imports its module, so call it in the reader process only."""
    return _reader(_BY_NAME[name], "read")


def reader_inside(name: str) -> Reader:
    """The function that reads such a file inside another one. Raises FileProblem where it stays closed."""
    entry = _BY_NAME[name]
    if not entry.inside:
        raise problems.stays_closed()
    return _reader(entry, entry.inside)


def _reader(entry: Format, function: str) -> Reader:
    module = importlib.import_module(entry.module)
    if entry.pictures:
        return getattr(module, function)
    return lambda data, _: getattr(module, function)(data)


def is_old_document(format_name: str | None, problem: FileProblem) -> bool:
    """Whether that was said of a sound old Word document, which another program makes a new one of."""
    return format_name == "doc" and problem.state == FileState.UNSUPPORTED.value


def may_hold_files(path: str) -> bool:
    """Whether such files may hold other files, by the name alone."""
    name = format_of(path)
    return name is not None and _BY_NAME[name].files


def may_hold_pictures(path: str) -> bool:
    """Whether such files may hold pictures of words, by the name alone."""
    name = format_of(path)
    return name is not None and _BY_NAME[name].pictures
