"""An exported conversation as one HTML page that loads nothing and runs nothing. Every text in it is escaped."""

from html import escape

from desktop.engine.export_content import Exchange, Exported, Note, Part

_STYLE = """
body { font: 12pt/1.6 sans-serif; max-width: 44em; margin: 3em auto; padding: 0 1.5em; color: #1c1c1a; }
h1 { font-size: 1.6em; } h2 { font-size: 1.15em; margin-top: 2.4em; }
.told, .mark, .hash { color: #6a6a66; font-size: 0.85em; }
.apart { margin-left: 1.5em; color: #6a6a66; }
.partly { border-bottom: 1px dotted #6a6a66; }
.notes { border-top: 1px solid #ddd9d0; margin-top: 1.2em; padding-top: 0.6em; font-size: 0.9em; }
.quote { font-family: serif; } .hash { font-family: monospace; overflow-wrap: anywhere; }
""".strip()
# even a reader that mistakes a text for markup has nothing that it may load or run
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"


def as_html(conversation: Exported) -> str:
    title = escape(conversation.title)
    body = "\n".join(map(_exchange, conversation.exchanges))
    return (
        '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n"
        f'<h1>{title}</h1>\n<p class="told">{escape(conversation.made)}</p>\n{body}\n</body>\n</html>\n'
    )


def _exchange(exchange: Exchange) -> str:
    lines = [f'<h2 dir="auto">{_lines(exchange.question)}</h2>']
    if exchange.remark:
        lines.append(f"<p><b>{escape(exchange.remark)}</b></p>")
    lines += map(_part, exchange.parts)
    if exchange.notes:
        notes = "\n".join(map(_note, exchange.notes))
        lines.append(f'<div class="notes">\n{notes}\n</div>')
    lines.append(f'<p class="told">{escape(exchange.made_by)}</p>')
    return "\n".join(lines)


def _part(part: Part) -> str:
    text = ""
    for words in part.words:
        said = _lines(words.text)
        text += f'<span class="partly">{said}</span>' if words.lack else said
        text += "".join(f'<sup><a href="#note-{n}">{n}</a></sup> ' for n in words.notes).rstrip()
        text += f' <span class="mark">({escape(words.lack)})</span>' if words.lack else ""
    mark = f'<br><span class="mark">({escape(part.mark)})</span>' if part.mark else ""
    look = ' class="apart"' if part.mark else ""
    return f'<p dir="auto"{look}>{text}{mark}</p>'


def _note(note: Note) -> str:
    remark = f" <b>{escape(note.remark)}</b>" if note.remark else ""
    return (
        f'<p id="note-{note.number}"><a name="note-{note.number}"></a><sup>{note.number}</sup> {escape(note.place)}: '
        f'<span class="quote">“{escape(note.quote)}”</span>{remark} '
        f'<span class="hash">SHA-256 {escape(note.sha256)}</span></p>'
    )


def _lines(text: str) -> str:
    return escape(text.strip("\n")).replace("\n", "<br>")
