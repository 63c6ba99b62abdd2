"""`python -m desktop.engine [--data DIR]`: one engine for one library, speaking lines on its standard streams."""

import argparse
import sys
from pathlib import Path

from desktop.platform_support.environment import harden
from desktop.platform_support.heap import give_memory_back


def main() -> int:
    harden()
    give_memory_back()
    parser = argparse.ArgumentParser(prog="python -m desktop.engine", description=__doc__)
    parser.add_argument("--data", type=Path, default=None, help="the library's folder")
    options = parser.parse_args()
    from desktop.engine.process import run_engine
    from desktop.platform_support.paths import data_folders

    return run_engine(data_folders(options.data))


if __name__ == "__main__":
    sys.exit(main())
