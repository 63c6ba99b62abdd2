"""An exported conversation as Markdown with footnotes. Nothing in it but our own marks is read as Markdown."""

import re

from desktop.engine.export_content import Exchange, Exported, Note, Part

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&$]|!(?=\[)")
# what some readers make links of without being asked
_LINKING = re.compile(r"(?<=\w):(?=//)|(?<=\bwww)\.|@|(?<=\bmailto):", re.IGNORECASE)
_LINE_START = re.compile(r"^(\s*)([#+=-]|\d{1,9}(?=[.)]))", re.MULTILINE)


def as_markdown(conversation: Exported) -> str:
    parts = [f"# {_line(conversation.title)}", f"*{_line(conversation.made)}*"]
    for exchange in conversation.exchanges:
        parts += _exchange(exchange)
    return "\n\n".join(part for part in parts if part) + "\n"


def _exchange(exchange: Exchange) -> list[str]:
    remark = f"**{_line(exchange.remark)}**" if exchange.remark else ""
    notes = "\n".join(map(_note, exchange.notes))
    return [
        f"## {_line(exchange.question)}",
        remark,
        *map(_part, exchange.parts),
        notes,
        f"*{_line(exchange.made_by)}*",
    ]


def _part(part: Part) -> str:
    text = ""
    for words in part.words:
        text += _escaped(words.text) + "".join(f"[^{n}]" for n in words.notes)
        text += f" *({_line(words.lack)})*" if words.lack else ""
    lines = "\n".join(line.strip() for line in text.strip().split("\n"))
    if not part.mark:
        return lines
    return "\n".join(f"> {line}" for line in (*lines.split("\n"), "", f"*{_line(part.mark)}*"))


def _note(note: Note) -> str:
    remark = f" *{_line(note.remark)}*" if note.remark else ""
    return f"[^{note.number}]: {_line(note.place)}: “{_line(note.quote)}”{remark} SHA-256 `{note.sha256}`"


def _line(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    plain = _SPECIAL.sub(r"\\\g<0>", text)
    plain = _LINKING.sub(r"\\\g<0>", plain)
    return _LINE_START.sub(lambda match: f"{match[1]}{_begin(match[2])}", plain)


def _begin(mark: str) -> str:
    # a number can't be escaped: what follows it is, by a character of no width
    return f"{mark}\u200b" if mark.isdigit() else f"\\{mark}"
