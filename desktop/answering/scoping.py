"""Reads what a question limits itself to (`@Taxes`, `@lease.pdf`, `@pdf`, `@last-month`); suggests what may follow @.

A name that nothing in the library has stays in the question as a word, and that is said. Searches no passage.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from desktop.answering.time_spans import SPAN_NAMES, span_of
from desktop.domain.scopes import Scope
from desktop.storage.file_names import NamedPlace

# bare names end before the punctuation of the sentence they stand in
_TOKEN = re.compile(
    r"(?<!\S)(?:@(?=\S)|(?P<kind>folder|file|type|date):(?=\S))"
    r"(?:[\"“„](?P<quoted>[^\"“”„]+)[\"”“]|(?P<bare>[^\s\"“”„@]*[^\s\"“”„@?!.,;:]))",
    re.IGNORECASE,
)
_KINDS_OF_FILE = {
    "word": ("docx", "doc", "odt", "rtf"),
    "spreadsheets": ("xlsx", "ods", "csv"),
    "excel": ("xlsx",),
    "slides": ("pptx", "odp"),
    "powerpoint": ("pptx",),
    "mail": ("mail", "mbox", "eml"),
    "books": ("epub",),
}
_UNQUOTED = re.compile(r"[^\s\"“”„@?!.,;:]+(?:[.\-/][^\s\"“”„@?!.,;:]+)*")


_YEARS = 10  # so many are suggested; older ones are understood


class Names(Protocol):
    """The names of the library."""

    def called(self, name: str) -> Sequence[NamedPlace]: ...
    def beginning(self, typed: str, limit: int) -> Sequence[NamedPlace]: ...
    def types(self) -> Sequence[tuple[str, int]]: ...


@dataclass(frozen=True, slots=True)
class ScopedQuestion:
    """`text` is the question without its scopes; `words` say the scope to a person, and what was not understood."""

    text: str
    scope: Scope
    words: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to write after the @: `kind` is folder, file, type or date."""

    kind: str
    name: str
    detail: str
    insert: str


def read_scopes(question: str, names: Names, now: datetime) -> ScopedQuestion:
    """Takes the scopes out of a question. A question of scopes alone is searched by their names."""
    scope, said, unknown, words = Scope(), list[str](), list[str](), list[str]()
    kept, last = list[str](), 0
    for token in _TOKEN.finditer(question):
        name = (token["quoted"] or token["bare"]).strip()
        wider = _with(scope, (token["kind"] or "").lower(), name, names, now) if name else None
        kept.append(question[last : token.start()])
        last = token.end()
        if wider is None:
            unknown.append(name)
            kept.append(token.group() if token["kind"] else name)
        else:
            scope, label = wider
            said.append(label)
            words.append(name)
    if not last:
        return ScopedQuestion(question.strip(), scope, "")
    text = " ".join("".join((*kept, question[last:])).split())
    missing = [f"nothing in the library is called “{name}”" for name in unknown]
    all_said = [", ".join(dict.fromkeys(said))] if said else []
    return ScopedQuestion(text if re.search(r"\w", text) else " ".join(words), scope, "; ".join([*all_said, *missing]))


def without_scopes(question: str) -> str:
    """The question without anything that looks like a scope."""
    return " ".join(_TOKEN.sub("", question).split())


def suggest_scopes(typed: str, names: Names, limit: int, now: datetime) -> list[Suggestion]:
    """What `typed` may become: folders and files, types of the library, times."""
    typed = typed.strip('"“”„')
    begun = typed.casefold()
    places = [_suggested(place) for place in names.beginning(typed, limit)]
    types = [
        Suggestion("type", name.upper(), f"{count} files" if count != 1 else "1 file", f"@{name}")
        for name, count in names.types()
        if name.startswith(begun)
    ]
    dates = [
        Suggestion("date", name.replace("-", " ").capitalize(), "Changed then", f"@{name}")
        for name in (*SPAN_NAMES, *(str(now.year - back) for back in range(_YEARS)))
        if name.startswith(begun.replace(" ", "-"))
    ]
    room = max(1, limit - len(types[:3]) - len(dates[:3]))
    return [*places[:room], *types[:3], *dates[:3]][:limit]


def _with(scope: Scope, kind: str, name: str, names: Names, now: datetime) -> tuple[Scope, str] | None:
    """The scope limited further by one name, and how to say it; None when nothing has that name."""
    if kind in ("", "folder", "file") and (placed := _placed(scope, kind, names.called(name))):
        return placed
    if kind in ("", "type") and (types := _types(name, names)):
        return replace(scope, types=(*scope.types, *types)), name.lstrip(".").upper() if len(types) == 1 else name
    if kind in ("", "date") and (span := span_of(name, now)):
        after = max(filter(None, (scope.after, span[0])), default=None)
        before = min(filter(None, (scope.before, span[1])), default=None)
        return replace(scope, after=after, before=before), f"changed {_spoken(name)}"
    return None


def _placed(scope: Scope, kind: str, places: Sequence[NamedPlace]) -> tuple[Scope, str] | None:
    folders = [place for place in places if place.file_id is None] if kind != "file" else []
    files = [place for place in places if place.file_id is not None] if kind != "folder" else []
    if folders:
        return replace(scope, folders=(*scope.folders, *(place.path for place in folders))), folders[0].name
    if files:
        return replace(scope, files=(*scope.files, *(p.file_id for p in files if p.file_id is not None))), files[0].name
    return None


def _types(name: str, names: Names) -> tuple[str, ...]:
    wanted = name.lstrip(".").casefold()
    if wanted in _KINDS_OF_FILE:
        return _KINDS_OF_FILE[wanted]
    known = {known for known, _ in names.types()}
    return (wanted,) if wanted in known or wanted in _ENDINGS else ()


_ENDINGS = frozenset(
    "pdf docx doc xlsx xls pptx odt ods odp csv tsv txt md html htm eml mbox msg epub rtf ipynb srt vtt json xml yaml "
    "log py js ts java c cpp go rs rb sh sql tex rst org".split()
)


def _spoken(span: str) -> str:
    return span if any(c.isdigit() for c in span) else span.replace("-", " ")


def _suggested(place: NamedPlace) -> Suggestion:
    name = place.name
    plain = _UNQUOTED.fullmatch(name)
    kind = "folder" if place.file_id is None else "file"
    return Suggestion(kind, name, place.path, f"@{name}" if plain else f'@"{name}"')
