"""Recognises adapters that PEFT saved, by the names of their files. Opens none but to see whether it is a GGUF file."""

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
    """Whether its name is one that PyTorch's pickles have, and its first bytes aren't those of a GGUF file."""
    return path.suffix.lower() in _PICKLES and not _is_gguf(path)


def gguf_name(path: Path) -> str:
    """The name under which a GGUF file is listed, whatever it is called where it comes from."""
    if path.suffix.lower() == ".gguf":
        return path.name
    return f"{path.stem if path.suffix.lower() in _PICKLES else path.name}.gguf"


def _is_gguf(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(4) == b"GGUF"
    except OSError:
        return False


def holds_pickle(folder: Path) -> bool:
    """Whether a PEFT folder holds its weights in PyTorch's old format."""
    return (folder / _OLD_WEIGHTS).is_file()
