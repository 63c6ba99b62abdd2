"""The sentences a person sees when a file can't be read: what happened and what to do. Decides nothing."""

from desktop.domain.errors import FileProblem
from desktop.domain.files import MOST_MB

MAX_BYTES = MOST_MB * 1024 * 1024
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


def too_much_output() -> FileProblem:
    return FileProblem(
        "What is in this file takes more room than Footnote allows for one file.",
        "Split it into smaller files.",
        state="too_large",
    )


def disk_full() -> FileProblem:
    return FileProblem(
        "The disk has no room left to read this file.", "Free some room; Footnote will try it again.", transient=True
    )


def unpacks_too_large() -> FileProblem:
    return FileProblem(
        "This file is small on disk but unpacks to an unreasonable size.",
        "It may be damaged or made to do harm. Open it only if you trust where it came from.",
        state="too_large",
    )


def stays_closed() -> FileProblem:
    return FileProblem(
        "An archive inside another file is not opened.", "Unpack the outer file to have it read.", state="unsupported"
    )


def nothing_readable_inside() -> FileProblem:
    return FileProblem(
        "Footnote can read none of the files in this archive.",
        "Unpack it and look at the files; Footnote says of each why it can't be read.",
        state="unsupported",
    )


def no_text() -> FileProblem:
    return FileProblem(
        "There is no text in this file.", "There is nothing to do unless you expected some.", state="empty"
    )


def needs_ocr() -> FileProblem:
    return FileProblem(
        "This is a picture, or shows pictures of its pages, and holds no readable text.",
        "Turn on text recognition in the settings; if it is on, run the set-up again, which fetches it.",
        state="needs_ocr",
    )


def no_words_known(was_tried: bool) -> FileProblem:
    return not_recognised() if was_tried else needs_ocr()


def more_pictures() -> FileProblem:
    """Nobody sees it: reading stops because enough pictures wait to be recognised."""
    return FileProblem("There are more pictures to be recognised.", state="needs_ocr")


def not_recognised() -> FileProblem:
    return FileProblem(
        "The words on these pictures could not be recognised: it took too long, or ended the recogniser.",
        "Choose “Try again” when less is going on, or save it in a smaller size or with its text recognised (OCR).",
        state="needs_ocr",
    )


def picture_too_large() -> FileProblem:
    return FileProblem(
        "This picture has more pixels than Footnote can look at.", "Save it in a smaller size.", state="too_large"
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
