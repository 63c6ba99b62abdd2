"""Where the project and its `.venv` lie, and what the environment's programs are called on this system."""

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Checkout:
    """One copy of the project's source and the environment inside it."""

    root: Path

    @property
    def environment(self) -> Path:
        return self.root / ".venv"

    @property
    def programs(self) -> Path:
        return self.environment / ("Scripts" if sys.platform == "win32" else "bin")

    @property
    def python(self) -> Path:
        return self.program("python")

    @property
    def locks(self) -> Path:
        return self.root / "installer" / "locks"

    @property
    def stamp(self) -> Path:
        """Says what `.venv` holds; inside it, so that deleting `.venv` forgets it too."""
        return self.environment / "footnote-setup.json"

    def lock(self, group: str) -> Path:
        return self.locks / f"{group}.txt"

    def program(self, name: str) -> Path:
        return self.programs / (f"{name}.exe" if sys.platform == "win32" else name)


def this_checkout() -> Checkout:
    return Checkout(Path(__file__).resolve().parents[1])
