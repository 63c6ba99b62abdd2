"""What becomes of real files: `python3 -m installer bench corpus [FOLDER…]`. Fails where one crashes, hangs or is lost.

Each file is read by a file reader, its pictures by text recognition, old Word documents by LibreOffice: at most a
minute and a gigabyte for each file, or each picture. Then all go into a library of their own: a table of format and
state, and a search for eight words in a row that another tool finds in them. Files are read, never kept.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path

from desktop.domain.files import FileRow
from desktop.protocol import engine_messages as m
from desktop.reading.formats import format_of
from tests.benchmarks.other_tools import spaced, witnesses
from tests.benchmarks.reading_costs import conversion_costs, reading_costs, recognition_costs
from tests.support.project import ROOT
from tests.support.running_engine import RunningEngine

CORPUS = ROOT.parent / "shared" / "corpus"


class Where(Enum):
    IN_THE_FILE, IN_A_COPY, NOWHERE = range(3)


def main(arguments: Sequence[str]) -> int:
    folders = [Path(argument) for argument in arguments] or [CORPUS]
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    if not files:
        print("There are no files.")
        return 2
    with tempfile.TemporaryDirectory() as home:
        bad = read_all(files, Path(home))
        bad += index_all(folders, Path(home))
    print("\n".join(bad) or "No file crashed, hung or was lost.")
    return 1 if bad else 0


def read_all(files: Sequence[Path], home: Path) -> list[str]:
    """One by one, each kind of process by itself. Prints what they took; says what went wrong."""
    read, waiting = reading_costs(files, home)
    found = [read, *recognition_costs(waiting, home), conversion_costs(files, home)]
    print("\n".join(map(str, found)))
    return [told for costs in found for told in costs.bad()]


def index_all(folders: Sequence[Path], home: Path) -> list[str]:
    """Into a library, with text recognition where it is installed. Prints the table; says what can't be found."""
    with RunningEngine(home / "library") as engine:
        started = time.monotonic()
        engine.call(m.ADD, m.Paths(tuple(map(str, folders))))
        while engine.status().progress.phase != "idle":
            time.sleep(0.5)
        print(f"\nindexed in {time.monotonic() - started:.0f} s, words on pictures too")
        rows = list(_rows(engine))
        print_table(rows)
        return [*_undecided(rows), *_not_found(engine, rows, home)]


def _rows(engine: RunningEngine) -> Iterator[FileRow]:
    offset = 0
    while True:
        files = engine.call(m.LIST_FILES, m.ListFiles("", "", offset, 200, "path", False)).files
        yield from files
        offset += len(files)
        if not files:
            return


def _undecided(rows: Sequence[FileRow]) -> list[str]:
    """Every file is in a state that lasts; every one that is not indexed has a reason."""
    passing = {"waiting", "reading"}
    return [f"{Path(r.path).name}: {r.state}" for r in rows if r.state in passing] + [
        f"{Path(r.path).name}: {r.state} without a reason" for r in rows if r.state != "indexed" and not r.reason
    ]


def print_table(rows: Sequence[FileRow]) -> None:
    counts = Counter((format_of(row.path) or "other", row.state.value) for row in rows)
    totals = Counter(row.state.value for row in rows)
    states = [state for state, _ in totals.most_common()]
    print(f"\n{'format':<10}" + "".join(f"{state:>13}" for state in states))
    for name in sorted({name for name, _ in counts}):
        print(f"{name:<10}" + "".join(f"{counts[name, state] or '':>13}" for state in states))
    print(f"{'all':<10}" + "".join(f"{totals[state]:>13}" for state in states))


def _not_found(engine: RunningEngine, rows: Sequence[FileRow], home: Path) -> list[str]:
    """Files in which another tool finds eight words in a row that a search does not lead to."""
    states = {Path(row.path): row.state for row in rows}
    tried, lost, copies = Counter[tuple[str, str]](), Counter[tuple[str, str]](), 0
    said: list[str] = []
    for path, told in witnesses(list(states), home / "other tools").items():
        for witness in told:
            key = format_of(str(path)) or "other", witness.tool
            tried[key] += 1
            where = _where_found(engine, path, " ".join(witness.words))
            copies += where is Where.IN_A_COPY
            if where is Where.NOWHERE:
                lost[key] += 1
                said.append(f"{path.name} ({states[path]}): not found by the words of {witness.tool}")
    found = f"{tried.total() - lost.total()} of {tried.total()}, {copies} of them in a copy, which is shown alone"
    print(f"\nfound by eight words in a row of another tool's: {found}")
    for key, count in sorted(tried.items()):
        print(f"  {key[0]:<10} {key[1]:<18} {count - lost[key]} of {count}")
    return said


def _where_found(engine: RunningEngine, path: Path, words: str) -> Where:
    found = engine.search(words, 10)
    if str(path) in {passage.file for passage in found}:
        return Where.IN_THE_FILE
    alone = engine.search(f'file:"{path.name}" {words}', 10)
    same = any(spaced(words) in spaced(passage.text) for passage in found)
    return Where.IN_A_COPY if same and str(path) in {passage.file for passage in alone} else Where.NOWHERE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
