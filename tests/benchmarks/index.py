"""What it costs to make a library and to keep it current: `python3 -m installer bench index [PART…]`.

Without parts, all of them. `--json FILE` adds the figures to those kept there; `--page FILE` writes the kept ones as a
page. Returns 1 when a limit is broken.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.indexing import editing, embedding, growth, million, pipeline, scanning, updates
from tests.benchmarks.indexing.figures import Figure, lines, load_text
from tests.benchmarks.indexing.page import growth_plot, page

Part = Callable[[Path], list[Figure]]

PARTS: dict[str, Part] = {
    "embedding": embedding.measure,
    "pipeline": pipeline.measure,
    "formats": pipeline.measure_formats,
    "editing": editing.measure,
    "scanning": scanning.measure,
    "updates": updates.measure,
    "large": million.measure_large,
    "million": million.measure_million,
    "growth": growth.measure,
}
KEPT = Path(tempfile.gettempdir()) / "footnote-bench-index.json"


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    kept = _kept(options.json)
    kept["machine"] = {
        "processor": embedding.cpu_flags(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    print(kept["machine"]["processor"])
    for name in options.parts or PARTS:
        _measure(name, kept)
        options.json.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    if options.page:
        options.page.write_text(page(kept), encoding="utf-8")
        if "growth" in kept["parts"]:
            options.page.with_suffix(".svg").write_text(growth_plot(kept), encoding="utf-8")
    measured = [row for part in options.parts or PARTS for row in kept["parts"][part]["figures"]]
    return 0 if all(row["kept"] for row in measured) else 1


def _measure(name: str, kept: dict[str, Any]) -> None:
    before, started = load_text(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as scratch:
        figures = PARTS[name](Path(scratch))
    seconds = time.monotonic() - started
    print("\n".join(lines(figures)))
    print(f"{name}: {seconds:.0f} s; load {before} before, {load_text()} after", flush=True)
    rows = [figure.as_json() for figure in figures]
    kept["parts"][name] = {"figures": rows, "seconds": round(seconds), "load": [before, load_text()]}


def _kept(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {"parts": {}}
    return json.loads(file.read_text(encoding="utf-8"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m installer bench index", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, []], help=f"of {', '.join(PARTS)}")
    parser.add_argument("--json", type=Path, default=KEPT, metavar="FILE", help=f"where figures are kept ({KEPT})")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the kept figures as a page")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
