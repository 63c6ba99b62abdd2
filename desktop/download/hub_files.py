"""What a hub says of a repository and its files. Asks nothing."""

from dataclasses import dataclass

from desktop.domain.downloads import Origin

HUGGING_FACE = "huggingface.co"


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file at one state of its repository: path in it, where it is fetched, size in bytes, SHA-256.

    Of small files the hub knows only `blob`, the hash by which git names them; then `sha256` is empty.
    """

    path: str
    url: str
    size: int
    sha256: str
    blob: str


@dataclass(frozen=True, slots=True)
class HubFolder:
    """A repository at one `revision` (a commit).

    `host` is huggingface.co, unless this computer is set to another that speaks the same protocol (HF_ENDPOINT).
    """

    files: tuple[HubFile, ...]
    revision: str
    host: str

    @property
    def mirror(self) -> bool:
        return self.host != HUGGING_FACE

    def origin(self, repository: str, file: HubFile) -> Origin:
        return Origin(f"{self.host}/{repository}", self.mirror, file.size, file.sha256, self.revision, announced=True)
