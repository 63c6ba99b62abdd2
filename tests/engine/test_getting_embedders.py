"""Getting an embedder through a real engine: on its way, paused by a restart, refused with the reason, discarded."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.downloads import DownloadState
from desktop.domain.errors import UserError
from desktop.embedding.adding import workshop_is_installed
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from tests.support.hub_server import HubServer, hub_server
from tests.support.running_engine import RunningEngine

NAME = m.EmbedderName("multilingual-e5-small")
REPOSITORY = "intfloat/multilingual-e5-small"
FILES = {"config.json": b"{}", "tokenizer.json": b"{}", "modules.json": b"[]", "model.safetensors": bytes(3_000_000)}

pytestmark = pytest.mark.skipif(not workshop_is_installed(), reason="the workshop is not installed")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    with hub_server() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        for name, content in FILES.items():
            hub.add(REPOSITORY, name, content)
        yield hub


def wait_for(engine: RunningEngine, state: DownloadState) -> m.EmbedderOffers:
    until = time.monotonic() + 60
    while True:
        assert time.monotonic() < until, state
        offers = engine.call(m.LIST_EMBEDDER_OFFERS, Nothing())
        if offers.download is not None and offers.download.state is state:
            return offers


def test_one_is_paused_by_a_restart_and_gone_on_with(hub: HubServer, tmp_path: Path) -> None:
    hub.cuts = [*(len(FILES[name]) for name in ("config.json", "modules.json", "tokenizer.json")), 1_000_000, 0, 0, 0]
    with RunningEngine(tmp_path / "library") as engine:
        offers = engine.call(m.LIST_EMBEDDER_OFFERS, Nothing())
        assert NAME.name in {offer.name for offer in offers.offers}
        assert (offers.download, offers.workshop, hub.requests) == (None, True, [])
        engine.call(m.GET_EMBEDDER, NAME)
        wait_for(engine, DownloadState.RUNNING)
        with pytest.raises(UserError, match="Another embedder"):
            engine.call(m.GET_EMBEDDER, m.EmbedderName("bge-small-en-v1.5"))
    hub.cuts.clear()
    with RunningEngine(tmp_path / "library") as engine:
        assert wait_for(engine, DownloadState.PAUSED).download is not None
        engine.call(m.GET_EMBEDDER, NAME)
        # its folder is none that an embedder can be made of: the same reason as for a folder of one's own
        failed = wait_for(engine, DownloadState.FAILED).download
        assert failed is not None and "nothing Footnote knows" in failed.problem
        assert engine.call(m.DISCARD_EMBEDDER, NAME).download is None
    left = [path.name for path in (tmp_path / "home/embedders").rglob("*") if path.is_file()]
    assert sorted(left) == ["embedder-multilingual-e5-small.lock", "origins.json", "origins.lock"]
    assert len(json.loads((tmp_path / "home/embedders/origins.json").read_text("utf-8"))) == len(FILES)
