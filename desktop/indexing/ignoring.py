"""Which names below a folder are left out without asking: caches, temporary and lock files, hidden folders."""

from fnmatch import fnmatchcase

_FOLDERS = frozenset(
    {"node_modules", "__pycache__", "venv", "site-packages", "$RECYCLE.BIN", "System Volume Information"}
)
_FILES = (
    *("~$*", ".~lock.*", "*.tmp", "*.temp", "*.part", "*.crdownload", "*.swp", "*.swx", "*~", "4913"),
    *("Thumbs.db", "desktop.ini", "*.pyc", "*.lock"),
)


def ignored_folder(name: str) -> bool:
    return name.startswith(".") or name in _FOLDERS


def ignored_file(name: str) -> bool:
    return name.startswith(".") or any(fnmatchcase(name, pattern) for pattern in _FILES)
