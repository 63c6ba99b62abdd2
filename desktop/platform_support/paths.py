"""Where Footnote's files live. One function finds the project's own data; the others name the user's folders.

Nothing here creates a folder: whoever writes does.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "FOOTNOTE_HOME"
CACHE_VARIABLE = "FOOTNOTE_CACHE"


def project_data(*parts: str) -> Path:
    """Path of a shipped file below `resources/` or `models/`, in source, editable install and package alike.

    Example: `project_data("resources", "sample")`. Raises FileNotFoundError when it was not shipped.
    """
    package = Path(__file__).resolve().parents[1]
    roots = [package.parent, package, Path(sys.prefix) / "share" / "footnote"]
    frozen = getattr(sys, "_MEIPASS", None)
    if isinstance(frozen, str):
        roots.insert(0, Path(frozen))
    for root in roots:
        candidate = root.joinpath(*parts)
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"not shipped with this copy of Footnote: {'/'.join(parts)}")


def user_data() -> Path:
    """The user's data folder (models, tones, embedders, default library); FOOTNOTE_HOME overrides it."""
    override = os.environ.get(HOME_VARIABLE)
    if override:
        return Path(override).expanduser().absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "Footnote"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Footnote"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "footnote"


def user_cache() -> Path:
    """The user's cache folder (built wheels, rendered pages); FOOTNOTE_CACHE overrides it."""
    override = os.environ.get(CACHE_VARIABLE)
    if override:
        return Path(override).expanduser().absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "Footnote" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "Footnote"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "footnote"


@dataclass(frozen=True, slots=True)
class DataFolders:
    """Every folder and file of one library; `library` is what `--data` moves, the rest is the user's."""

    library: Path
    home: Path
    cache: Path

    @property
    def database(self) -> Path:
        return self.library / "library.db"

    @property
    def vectors(self) -> Path:
        return self.library / "passages.lance"

    @property
    def settings(self) -> Path:
        return self.library / "settings.json"

    @property
    def logs(self) -> Path:
        return self.library / "logs"

    @property
    def pages(self) -> Path:
        """Rendered pages for the reader."""
        return self.library / "pages"

    @property
    def recognised(self) -> Path:
        """Words that were recognised on pictures, by the file's hash."""
        return self.library / "recognised"

    @property
    def recognition(self) -> Path:
        """The networks of text recognition."""
        return self.home / "recognition"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def native(self) -> Path:
        """Builds of llama.cpp for graphics cards, each in a folder."""
        return self.cache / "native"

    @property
    def tones(self) -> Path:
        return self.home / "tones"

    @property
    def embedders(self) -> Path:
        return self.home / "embedders"

    @property
    def rerankers(self) -> Path:
        return self.home / "rerankers"


def data_folders(library: Path | None = None) -> DataFolders:
    """The folders of the library at `library`, or of the user's own when None."""
    home = user_data()
    return DataFolders(library=(library or home / "library").absolute(), home=home, cache=user_cache())
