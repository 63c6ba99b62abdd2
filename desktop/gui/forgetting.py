"""Forgetting a folder for good: asks once, since nothing brings it back, and says what was looked for afterwards."""

from desktop.domain.errors import FootnoteError
from desktop.domain.files import Folder
from desktop.gui.messages import STAYS_LONG, Message
from desktop.gui.parts import Parts
from desktop.gui.translation import tr
from desktop.gui.wording import file_name
from desktop.protocol.engine_messages import FORGET_FOLDER, FORGET_MISSING, FolderId, ForgetReport


def offer_forgetting(parts: Parts, folder: Folder) -> None:
    """Shows what it means, with a button that does it."""
    text = tr(
        "Forget “{name}” for good? The answers made from its files are deleted too; the files stay.",
        name=file_name(folder.path),
    )
    parts.messages.show(Message(text, tr("Forget now"), lambda: _forget(parts, folder), stays=STAYS_LONG))


def offer_forgetting_missing(parts: Parts, folder: Folder) -> None:
    """The missing files of a folder are kept for 30 days; this ends that at once."""
    text = tr(
        "Is the {n} missing file of “{name}” gone for good? It leaves the library; if it comes back, it is read anew.",
        "Are the {n} missing files of “{name}” gone for good? They leave the library; those that come back are read "
        "anew.",
        folder.missing,
        name=file_name(folder.path),
    )

    def forget() -> None:
        said = parts.messages
        parts.client.call(FORGET_MISSING, FolderId(folder.id), None, lambda error: said.say(error.title, error.hint))

    parts.messages.show(Message(text, tr("They are gone"), forget, stays=STAYS_LONG))


def _forget(parts: Parts, folder: Folder) -> None:
    def refused(error: FootnoteError) -> None:
        parts.messages.say(error.title, error.hint)

    parts.messages.show(Message(tr("Forgetting “{name}”…", name=file_name(folder.path)), stays=STAYS_LONG))
    parts.client.call(
        FORGET_FOLDER, FolderId(folder.id), lambda report: parts.messages.say(report_text(report)), refused
    )


def report_text(report: ForgetReport) -> str:
    """What was forgotten, and whether any of it was found again."""
    name = file_name(report.path)
    if report.found_in:
        return tr(
            "“{name}” is forgotten, but some of its text is still in {files}.",
            name=name,
            files=", ".join(report.found_in),
        )
    gone = tr("“{name}” is forgotten.", name=name)
    if report.answers:
        gone += " " + tr("{n} answer was deleted.", "{n} answers were deleted.", report.answers)
    looked = tr(
        "{n} stretch of its text was looked for on the disk; none is left.",
        "{n} stretches of its text were looked for on the disk; none is left.",
        report.samples,
    )
    return f"{gone} {looked}" if report.samples else gone
