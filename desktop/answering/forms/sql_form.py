"""Answers as SQL for tables that the user gives. SQLite itself says whether a statement fits them; none is run.

What a statement takes from neither question nor schema is checked against the files.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from desktop.answering.forms.form import Claim, line_spans, without_fence
from desktop.domain.errors import UserError

LONGEST_SCHEMA = 12_000
# far more than the making of any tables takes
_MOST_STEPS = 2_000_000
_LITERAL = re.compile(r"'((?:[^']|'')*)'|(?<![\w.])(\d+(?:\.\d+)?)(?![\w.])")
_FORBIDDEN = frozenset({sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_PRAGMA})


def check_schema(schema: str) -> None:
    """Raises UserError, with SQLite's reason, for statements that make no tables."""
    if len(schema) > LONGEST_SCHEMA:
        raise UserError("The schema is too long.", f"It has {len(schema)} characters; {LONGEST_SCHEMA} may be used.")
    with closing(_tables(schema)) as database:
        if not database.execute("SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view')").fetchone()[0]:
            raise UserError("This schema has no tables.", "Write CREATE TABLE name (column type, …); for each.")


def _tables(schema: str) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.set_authorizer(lambda action, *_: sqlite3.SQLITE_DENY if action in _FORBIDDEN else sqlite3.SQLITE_OK)
    # any answer but 0 ends the statement
    database.set_progress_handler(lambda: 1, _MOST_STEPS)
    try:
        database.executescript(schema)
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        database.close()
        raise UserError("This schema can't be used.", f"SQLite says: {error}.") from None
    return database


def tidy_sql(text: str) -> str:
    """The statement alone, each row of values on a line of its own."""
    plain = without_fence(text)
    opening = re.search(r"(?im)^\s*(?:select|with|insert|update|delete|create)\b", plain)
    plain = plain[opening.start() :].strip() if opening else plain
    end = plain.rfind(";")
    plain = plain[: end + 1] if end >= 0 and not re.search(r"(?im)^\s*(?:select|insert|with)\b", plain[end:]) else plain
    return re.sub(r"\)\s*,\s*\(", "),\n(", plain) if re.search(r"(?i)\bvalues\b", plain) else plain


def sql_problems(text: str, schema: str) -> tuple[str, ...]:
    """Why SQLite would not run it on these tables; it is prepared, never run."""
    statements = list(_statements(text))
    if not statements:
        return ("It is no SQL.",)
    with closing(_tables(schema)) as database:
        for statement in statements:
            try:
                database.execute(f"EXPLAIN {statement}")
            except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
                return (f"SQLite would refuse it: {error}.",)
    return ()


def _statements(text: str) -> Iterator[str]:
    waiting = ""
    for part in re.split(r"(?<=;)", text):
        waiting += part
        if sqlite3.complete_statement(waiting):
            yield waiting.strip()
            waiting = ""
    if waiting.strip():
        yield waiting.strip()


def sql_claims(text: str, question: str, schema: str) -> tuple[Claim, ...]:
    """A line claims the values in it that stand in neither question nor schema."""
    known = f"{question}\n{schema}".casefold()
    claims: list[Claim] = []
    for start, end in line_spans(text):
        values = [quoted.replace("''", "'") or number for quoted, number in _LITERAL.findall(text[start:end])]
        claims.append(Claim(start, end, ", ".join(value for value in values if not _stands_in(value, known))))
    return tuple(claims)


def _stands_in(value: str, known: str) -> bool:
    words = value.strip("% ").casefold()
    return not words or re.search(rf"(?<!\w){re.escape(words)}(?!\w)", known) is not None
