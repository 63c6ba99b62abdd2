"""Getting an embedder, which is several files: each is what the hub says of it, all of one state of its repository."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.domain.downloads import FetchSource, Order
from desktop.domain.errors import UserError
from desktop.download.folder_fetching import FolderFetching
from desktop.download.hub import Hub
from desktop.download.hub_files import HubFolder
from desktop.download.index_settings import IndexSettings
from desktop.download.places import Place, forget_origins, keep_origin, read_origins
from desktop.download.problems import DownloadProblem
from desktop.embedding.adding import workshop_is_installed
from desktop.embedding.foreign_folder import KNOWN_FILES
from desktop.embedding.known import known_embedders, known_rerankers
from desktop.engine.embedder_downloads import known_model, order_of
from desktop.protocol.download_messages import Fetch, Fetched, FetchProgressed
from tests.support.hub_server import REVISION, HubServer
from tests.support.project import ROOT

REPOSITORY = "intfloat/multilingual-e5-small"
WEIGHTS = os.urandom(300_000)
FILES = {
    "config.json": b'{"model_type": "bert"}',
    "modules.json": b"[]",
    "tokenizer.json": os.urandom(70_000),
    "1_Pooling/config.json": b"{}",
    "model.safetensors": WEIGHTS,
}
OTHERS = {
    "README.md": b"# read me",
    "pytorch_model.bin": b"pickle",
    "onnx/model.onnx": b"graph",
    "1_../../../config.json": b"a way out",
    "/etc/config.json": b"another",
}
SMALL = ("config.json", "modules.json", "1_Pooling/config.json")
ORDER = order_of(known_model("multilingual-e5-small", reranker=False))


@pytest.fixture
def folder(hub: HubServer) -> HubServer:
    for name, content in {**FILES, **OTHERS}.items():
        hub.add(REPOSITORY, name, content)
    hub.small = {f"{REPOSITORY}/{name}" for name in SMALL}
    return hub


class Getter:
    def __init__(self, shelf: Path, hub: HubServer) -> None:
        self.shelf, self._hub = shelf, hub
        self.told: list[FetchProgressed] = []

    def get(self, order: Order = ORDER) -> Fetched:
        request = Fetch(order, str(self.shelf), "")
        return FolderFetching(request, IndexSettings(), self._look_up, self.told.append, lambda _: None).fetch()

    def _look_up(self, source: FetchSource, revision: str) -> HubFolder:
        return Hub(0.5, self._hub.address).look_up_folder(source.repository, revision)

    def there(self) -> dict[str, bytes]:
        tree = Place(self.shelf, ORDER.id).tree / ORDER.file
        return {p.relative_to(tree).as_posix(): p.read_bytes() for p in tree.rglob("*") if p.is_file()}


@pytest.fixture
def getter(tmp_path: Path, folder: HubServer) -> Getter:
    return Getter(tmp_path, folder)


def test_the_known_files_come_and_no_others(getter: Getter) -> None:
    fetched = getter.get()
    assert getter.there() == FILES
    assert Path(fetched.path).name == "multilingual-e5-small"
    assert fetched.origin.size == sum(map(len, FILES.values()))
    pins = read_origins(getter.shelf)
    assert {name: pin.sha256 for name, pin in pins.items()} == {
        f"multilingual-e5-small/{name}": hashlib.sha256(content).hexdigest() for name, content in FILES.items()
    }
    assert {(pin.revision, pin.announced) for pin in pins.values()} == {(REVISION, True)}
    other = pins["multilingual-e5-small/config.json"]
    keep_origin(getter.shelf, "another/config.json", other)
    forget_origins(getter.shelf, "multilingual-e5-small")
    assert read_origins(getter.shelf) == {"another/config.json": other}
    assert max(event.done for event in getter.told) == getter.told[-1].total == fetched.origin.size


def test_a_cut_connection_goes_on_with_the_file_that_it_was_at(getter: Getter, folder: HubServer) -> None:
    whole = [len(content) for content in sorted(FILES.values(), key=len)]
    folder.cuts = [*whole[:-1], 100_000, 0, 0, 0]
    with pytest.raises(DownloadProblem, match="cut after 100,000 of"):
        getter.get()
    folder.requests.clear()
    getter.get()
    assert folder.ranges() == ["bytes=100000-"]
    assert getter.there() == FILES


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_other_bytes_than_announced_are_deleted(getter: Getter, folder: HubServer, name: str) -> None:
    folder.announced[f"{REPOSITORY}/{name}"] = "0" * (40 if name in SMALL else 64)
    with pytest.raises(DownloadProblem, match="arrived damaged"):
        getter.get()
    assert name not in getter.there() and f"{name}.part" not in getter.there()


def test_states_of_a_repository_do_not_mix(getter: Getter, folder: HubServer) -> None:
    folder.cuts = [*(len(content) for content in sorted(FILES.values(), key=len)[:-1]), 100_000, 0, 0, 0]
    with pytest.raises(DownloadProblem):
        getter.get()
    folder.revision = "1" * 40
    folder.add(REPOSITORY, "config.json", b"{}")
    getter.get()
    assert getter.there() == {**FILES, "config.json": b"{}"}
    assert {pin.revision for pin in read_origins(getter.shelf).values()} == {"1" * 40}


def test_weights_in_pickles_alone_are_refused_before_anything_is_sent(getter: Getter, folder: HubServer) -> None:
    del folder.files[f"{REPOSITORY}/model.safetensors"]
    with pytest.raises(DownloadProblem, match=r"has no model\.safetensors"):
        getter.get()
    assert folder.ranges() == []


def test_every_known_one_can_be_asked_for() -> None:
    for known in (*known_embedders(), *known_rerankers()):
        assert known_model(known.repository, reranker=not known.dimension) == known
        (source,) = order_of(known).sources
        assert (source.repository, source.wanted) == (known.repository, KNOWN_FILES)
    with pytest.raises(UserError, match="no reranker “multilingual-e5-small”"):
        known_model("multilingual-e5-small", reranker=True)


@pytest.mark.skipif(not workshop_is_installed(), reason="the workshop is not installed")
def test_the_command_downloads_and_then_says_why_it_can_not_be_added(folder: HubServer, tmp_path: Path) -> None:
    environment = {**os.environ, "HF_ENDPOINT": folder.address, "FOOTNOTE_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "desktop.cli.main", "embedders", "get", "multilingual-e5-small", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 1, done.stderr
    assert "nothing Footnote knows" in json.loads(done.stdout)["problem"]
    assert "100 %" in done.stderr
    assert Getter(tmp_path / "embedders", folder).there() == FILES, "what came is kept"
    assert not (tmp_path / "embedders" / "multilingual-e5-small").exists()
