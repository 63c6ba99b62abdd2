"""Recognises adapters that PEFT saved, by the names of their files. Opens none."""

from pathlib import Path

WEIGHTS_FILE = "adapter_model.safetensors"
CONFIG_FILE = "adapter_config.json"
PICKLE_REASON = (
    "It is saved in PyTorch's own format, which can run programs when it is opened. "
    "Ask for it as safetensors, or save it again with a current PEFT."
)
_OLD_WEIGHTS = "adapter_model.bin"
_PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl"})


def peft_folder(path: str | Path) -> Path | None:
    """The PEFT folder that was meant: `path` itself, or where one of its files lies. None when it is none."""
    place = Path(path)
    names = (WEIGHTS_FILE, CONFIG_FILE, _OLD_WEIGHTS)
    if place.name in names and place.is_file():
        return place.parent
    return place if place.is_dir() and any((place / name).is_file() for name in names) else None


def is_pickle(path: Path) -> bool:
    """Whether its name is one that PyTorch's pickles have."""
    return path.suffix.lower() in _PICKLES


def holds_pickle(folder: Path) -> bool:
    """Whether a PEFT folder holds its weights in PyTorch's old format."""
    return (folder / _OLD_WEIGHTS).is_file()
