"""The sentences a person sees when a file can't be read: what happened and what to do. Decides nothing."""

from desktop.domain.errors import FileProblem

MAX_BYTES = 200 * 1024 * 1024
MAX_CHARACTERS = 20_000_000


def too_large_file() -> FileProblem:
    return FileProblem(
        f"This file is larger than {MAX_BYTES // (1024 * 1024)} MB.",
        "Split it into smaller files, or save the part you need as a file of its own.",
        state="too_large",
    )


def too_much_text() -> FileProblem:
    return FileProblem(
        f"This file holds more than {MAX_CHARACTERS // 1_000_000} million characters of text.",
        "Split it into smaller files.",
        state="too_large",
    )


def out_of_memory() -> FileProblem:
    return FileProblem(
        "This file needs more memory than Footnote allows for one file.",
        "Split it into smaller files, or save it again with its own program.",
        state="too_large",
    )


def unpacks_too_large() -> FileProblem:
    return FileProblem(
        "This file is small on disk but unpacks to an unreasonable size.",
        "It may be damaged or made to do harm. Open it only if you trust where it came from.",
        state="too_large",
    )


def no_text() -> FileProblem:
    return FileProblem(
        "There is no text in this file.", "There is nothing to do unless you expected some.", state="empty"
    )


def needs_ocr() -> FileProblem:
    return FileProblem(
        "This PDF shows pictures of its pages and holds no readable text.",
        "Have the text recognised with a scanning program (OCR) and save the PDF again.",
        state="needs_ocr",
    )


def password_needed() -> FileProblem:
    return FileProblem(
        "This file is protected with a password.",
        "Open it in its own program and save a copy without the password.",
        state="locked",
    )


def damaged(kind: str) -> FileProblem:
    """`kind` as in "PDF file", "Word document"."""
    return FileProblem(
        f"This {kind} is damaged and can't be read.",
        "Open it in its own program and save it again, or get a fresh copy.",
    )


def misnamed(expected: str, found: str) -> FileProblem:
    """Both as in "a PDF file", "a web page"."""
    return FileProblem(
        f"By its name this is {expected}, but it holds {found}.",
        "Rename the file so that its ending fits, or get a fresh copy.",
    )


def not_a_regular_file(what: str) -> FileProblem:
    """`what` as in "a link to another file", "a folder"."""
    return FileProblem(f"This is {what}, not a file.", "Add the file that you mean itself.", state="unsupported")


def unknown_format() -> FileProblem:
    return FileProblem(
        "Footnote doesn't read this kind of file.",
        "Save it as PDF, Word (.docx) or text to have it read.",
        state="unsupported",
    )


def missing() -> FileProblem:
    return FileProblem("The file is no longer there.", "Put it back, or let it go.", state="missing", transient=True)


def may_not_open() -> FileProblem:
    return FileProblem(
        "You don't have permission to open this file.", "Change its permissions to read it.", transient=True
    )


def in_use() -> FileProblem:
    return FileProblem("The disk could not read this file just now.", "Footnote will try it again.", transient=True)


def not_understood() -> FileProblem:
    return FileProblem(
        "Footnote could not make sense of this file.",
        "Open it in its own program and save it again. If it still fails, please report it.",
    )
