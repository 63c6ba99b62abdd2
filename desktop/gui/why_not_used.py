"""Why a file is not used, in plain words, and what to do next: one answer for every state. Pure; reads no file."""

from desktop.domain.files import FileRow, FileState
from desktop.gui.translation import tr
from desktop.gui.wording import shown


def why_title(state: FileState) -> str:
    return tr("This file is used") if state is FileState.INDEXED else tr("Why is this file not used?")


def why_not_used(file: FileRow) -> str:
    """What stands in the way, by the engine's own reason where it gave one; of an indexed file, what was left out."""
    if file.state is FileState.INDEXED:
        used = tr(
            "Answers can rest on it: {n} passage of it can be found.",
            "Answers can rest on it: {n} passages of it can be found.",
            file.passages,
        )
        return f"{used} {shown(file.reason)}".strip()
    return shown(file.reason) or _reason(file.state)


def next_step(file: FileRow, *, paused: bool = False) -> str:
    """What to do, unless the reason says so already, and what Footnote does by itself."""
    if file.state is FileState.WAITING and paused:
        return tr("Reading is paused. Choose “Go on reading” and it will have its turn.")
    parts = ("" if _advises(file.reason) else _to_do(file.state), _by_itself(file.state))
    return " ".join(part for part in parts if part)


def _advises(reason: str) -> bool:
    """Reasons with more than one sentence end with what to do."""
    return ". " in reason.strip()


def _reason(state: FileState) -> str:
    reasons = {
        FileState.WAITING: tr("It is waiting for its turn to be read."),
        FileState.READING: tr("It is being read right now."),
        FileState.INDEXED: "",
        FileState.EMPTY: tr("There is no text in it."),
        FileState.NEEDS_OCR: tr("Its pages are pictures, with no text that can be read."),
        FileState.LOCKED: tr("It is protected with a password."),
        FileState.UNSUPPORTED: tr("Footnote doesn’t read this kind of file."),
        FileState.TOO_LARGE: tr("It is larger than the rules of its folder allow."),
        FileState.FAILED: tr("It could not be read."),
        FileState.QUARANTINED: tr("Reading it stopped the file reader twice."),
        FileState.MISSING: tr("It is not there now."),
    }
    return reasons[state]


def _to_do(state: FileState) -> str:
    steps = {
        FileState.WAITING: "",
        FileState.READING: "",
        FileState.INDEXED: "",
        FileState.EMPTY: tr("There is nothing to do unless you expected some."),
        FileState.NEEDS_OCR: tr("Turn on text recognition in the settings, or save it with its text recognised (OCR)."),
        FileState.LOCKED: tr("Open it in its own app and save a copy without the password in the same folder."),
        FileState.UNSUPPORTED: tr("Save it as PDF, Word (.docx) or text in the same folder to have it read."),
        FileState.TOO_LARGE: tr("Raise the limit in the rules of its folder, or split the file."),
        FileState.FAILED: tr("Open it in its own app to see whether it is whole, and save it again."),
        FileState.QUARANTINED: tr("Open it in its own app and save it again, if you trust where it came from."),
        FileState.MISSING: tr("Connect its drive, or put it back where it was."),
    }
    return steps[state]


def _by_itself(state: FileState) -> str:
    notices = tr("Footnote notices and reads it then, by itself.")
    ends = {
        FileState.WAITING: tr("There is nothing to do: it is read once the files before it are done."),
        FileState.READING: tr("There is nothing to do."),
        FileState.INDEXED: "",
        FileState.EMPTY: tr("When it changes, Footnote reads it again by itself."),
        FileState.NEEDS_OCR: tr("Footnote reads it then, by itself."),
        FileState.LOCKED: notices,
        FileState.UNSUPPORTED: tr("A rule of its folder can leave such files out of this list."),
        FileState.TOO_LARGE: notices,
        FileState.FAILED: tr("It is read again when it changes, or when you choose “Try again”."),
        FileState.QUARANTINED: tr("Until it changes or you choose “Try again”, it holds up none of the others."),
        FileState.MISSING: tr("When it is there again it is used again; until then no answer rests on it."),
    }
    return ends[state]
