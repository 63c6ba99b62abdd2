"""All of the window's looks: colour roles for light and dark, the type scale, the 4 px grid. No widget is made here.

No other module names a colour, a font or a size. `resources/theme/window.qss` styles widgets with these roles.
"""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetrics, QPalette, QTextBlockFormat
from PySide6.QtWidgets import QApplication

from desktop.platform_support.paths import project_data


@dataclass(frozen=True, slots=True)
class Colours:
    """Roles, each `#rrggbb`. Every ink has a contrast of at least 4.5 on `paper`, `side` and `raised`."""

    paper: str  # where one reads
    side: str  # columns beside the page
    raised: str  # fields, cards, sheets
    line: str
    ink: str
    muted: str
    accent: str  # footnotes and focus, nothing else
    on_accent: str
    wash: str  # under the pointer
    chosen: str  # the selected row
    lit: str  # a sentence and its footnote, together
    mark: str  # the words a footnote rests on
    faint: str  # those of the other footnotes of the answer
    hit: str  # words that were searched for
    here: str  # the one of them that the search is at
    good: str
    bad: str


LIGHT = Colours(
    paper="#fcfbf8",
    side="#f4f2ec",
    raised="#ffffff",
    line="#e1ddd3",
    ink="#211f1b",
    muted="#69645a",
    accent="#2b50a1",
    on_accent="#ffffff",
    wash="#ebe8df",
    chosen="#e4e1d6",
    lit="#e6ecf9",
    mark="#fbe6a0",
    faint="#fdf4d6",
    hit="#d9ecdb",
    here="#a4d6ac",
    good="#2f6b3c",
    bad="#a3282b",
)
DARK = Colours(
    paper="#1c1b19",
    side="#171614",
    raised="#262421",
    line="#3a3732",
    ink="#e9e5dc",
    muted="#a59f93",
    accent="#9db9f6",
    on_accent="#14203a",
    wash="#2b2925",
    chosen="#35322c",
    lit="#28324a",
    mark="#5e4c17",
    faint="#38301a",
    hit="#24402b",
    here="#2f6b3d",
    good="#8fce9c",
    bad="#f2a39d",
)


class Text(StrEnum):
    """The type scale. QUOTE and SOURCE are the user's documents and so in the serif; CODE keeps columns."""

    CAPTION = "caption"
    BODY = "body"
    ANSWER = "answer"
    QUESTION = "question"
    TITLE = "title"
    BRAND = "brand"
    QUOTE = "quote"
    SOURCE = "source"
    CODE = "code"


SCALE: dict[Text, float] = {
    Text.CAPTION: 0.88,
    Text.BODY: 1.0,
    Text.ANSWER: 1.16,
    Text.QUESTION: 1.55,
    Text.TITLE: 1.7,
    Text.BRAND: 1.4,
    Text.QUOTE: 1.04,
    Text.SOURCE: 1.16,
    Text.CODE: 1.0,
}
SERIF = ("Source Serif 4", "Charter", "Iowan Old Style", "Georgia", "Cambria", "Noto Serif", "DejaVu Serif")
MONO = ("SF Mono", "Cascadia Mono", "Consolas", "Noto Sans Mono", "Noto Mono", "DejaVu Sans Mono")
IN_SERIF = (Text.QUOTE, Text.SOURCE, Text.BRAND, Text.QUESTION, Text.TITLE)
HEAVY = (Text.QUESTION, Text.TITLE, Text.BRAND)
SMALLEST_BODY = 10.0

LEADING = 1.6  # line to line, in sizes of the font, for text that is read


def grid(steps: float) -> int:
    """Steps of the 4 px grid in pixels."""
    return round(4 * steps)


MEASURE = grid(176)  # the widest column that is easy to read
SIDE_WIDTH = grid(60)
SIDE_NARROWEST = grid(46)
READER_WIDTH = grid(112)
READER_NARROWEST = grid(80)
PAGE_NARROWEST = grid(90)
WINDOW_WIDTH, WINDOW_HEIGHT = grid(320), grid(200)
WINDOW_NARROWEST, WINDOW_LOWEST = grid(180), grid(120)
SHEET_WIDTH = grid(130)
FIELD_WIDTH = grid(60)
ICON = grid(4)
BAR_HEIGHT = grid(12)
ROUND = grid(1.5)
ZOOMS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)


class Theme(QObject):
    """Follows the system's light or dark, or the person's choice, and dresses the application in it.

    Signals: `changed()` after new colours are in force; what is painted by hand is painted again then.
    """

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = "system") -> None:
        super().__init__()
        self._application = application
        self._choice = choice
        self._family = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        self._base = max(self._family.pointSizeF(), SMALLEST_BODY)
        self.colours = LIGHT
        application.styleHints().colorSchemeChanged.connect(self._follow)
        self._dress()

    @property
    def dark(self) -> bool:
        if self._choice != "system":
            return self._choice == "dark"
        return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark

    def choose(self, choice: str) -> None:
        """`choice` is system, light or dark."""
        if choice != self._choice:
            self._choice = choice
            self._follow()

    def colour(self, role: str, opacity: float = 1.0) -> QColor:
        """The colour of a role; `opacity` from 0 to 1."""
        colour = QColor(getattr(self.colours, role))
        colour.setAlphaF(opacity)
        return colour

    def page_mark(self, role: str = "mark") -> QColor:
        """For words on a picture of a page, which is white in the dark too; multiplied onto it."""
        return QColor(getattr(LIGHT, role))

    def font(self, text: Text, zoom: float = 1.0) -> QFont:
        font = QFont(self._family)
        if text in IN_SERIF:
            font.setFamilies(list(SERIF))
            font.setStyleHint(QFont.StyleHint.Serif)
        elif text is Text.CODE:
            font.setFamilies(list(MONO))
            font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPointSizeF(round(self._base * SCALE[text] * zoom, 1))
        font.setWeight(QFont.Weight.DemiBold if text in HEAVY else QFont.Weight.Normal)
        return font

    def line_height(self, text: Text, zoom: float = 1.0) -> int:
        """Pixels from line to line for text that is read: even, whatever fonts a line mixes, and on the half grid."""
        return grid(round(QFontInfo(self.font(text, zoom)).pixelSize() * LEADING / grid(0.5)) / 2)

    def time_width(self, zoom: float = 1.0) -> int:
        """Of a column of times such as 01:02:03, in pixels."""
        return QFontMetrics(self.font(Text.CODE, zoom)).horizontalAdvance("00:00:00") + grid(4)

    def block_format(self, text: Text, zoom: float = 1.0) -> QTextBlockFormat:
        """A paragraph of text that is read."""
        block = QTextBlockFormat()
        block.setLineHeight(self.line_height(text, zoom), QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        return block

    def _follow(self) -> None:
        if self.colours != (DARK if self.dark else LIGHT):
            self._dress()
            self.changed.emit()

    def _dress(self) -> None:
        self.colours = DARK if self.dark else LIGHT
        self._application.setFont(self.font(Text.BODY))
        self._application.setPalette(self._palette())
        template = Template(project_data("resources", "theme", "window.qss").read_text(encoding="utf-8"))
        self._application.setStyleSheet(template.substitute(self._words()))

    def _words(self) -> dict[str, str]:
        """What the style sheet may name: colours, `font_…` for each text, `s1` to `s8` for steps of the grid."""
        words = dataclasses.asdict(self.colours)
        words |= {f"s{n}": f"{grid(n)}px" for n in range(1, 9)}
        # within a border that is a pixel wider, so that words keep their place and their room
        words |= {f"s{n}_inner": f"{grid(n) - 1}px" for n in (1, 3)}
        words |= {"hair": "1px", "stroke": "2px", "round": f"{ROUND}px", "pill": f"{grid(4)}px"}
        words |= {"half": f"{grid(0.5)}px", "field": f"{grid(8)}px", "under_knob": f"-{grid(1.5)}px"}
        words["chevron"] = project_data("resources", "icons", "chevron.svg").as_posix()
        tick = "tick-dark.svg" if self.dark else "tick-light.svg"
        words["tick"] = project_data("resources", "icons", tick).as_posix()
        for text in Text:
            font = self.font(text)
            families = ", ".join(f'"{family}"' for family in font.families())
            words[f"font_{text}"] = (
                f"font-family: {families}; font-size: {font.pointSizeF()}pt; font-weight: {font.weight().value}"
            )
        return words

    def _palette(self) -> QPalette:
        palette, role = QPalette(), QPalette.ColorRole
        pairs = (
            (role.Window, "paper"),
            (role.Base, "raised"),
            (role.AlternateBase, "side"),
            (role.Button, "raised"),
            (role.ToolTipBase, "raised"),
            (role.WindowText, "ink"),
            (role.Text, "ink"),
            (role.ButtonText, "ink"),
            (role.ToolTipText, "ink"),
            (role.PlaceholderText, "muted"),
            (role.Link, "accent"),
            (role.Highlight, "accent"),
            (role.HighlightedText, "on_accent"),
            (role.Mid, "line"),
        )
        for name, colour in pairs:
            palette.setColor(name, self.colour(colour))
        for name in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, name, self.colour("muted", 0.6))
        return palette
