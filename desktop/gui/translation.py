"""The one way to a visible text. Looks the text up in the loaded translation and fills its blanks; loads nothing."""

from PySide6.QtCore import QCoreApplication

CONTEXT = "Footnote"


def tr(text: str, many: str = "", n: int | None = None, /, **blanks: object) -> str:
    """`text` in the user's language; `many` is its form for any count `n` but one.

    Blanks are filled after the look-up, so a file name with braces in it stays what it is.
    """
    source = many if many and n != 1 else text
    found = QCoreApplication.translate(CONTEXT, source, "", -1 if n is None else n)
    if n is not None:
        blanks["n"] = f"{n:,}"
    return found.format(**blanks) if blanks else found
