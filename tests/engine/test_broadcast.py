"""Events to many connections: none waits for another, bursts are merged, the last word always comes."""

import io
import json
import threading
from typing import Any

from desktop.engine.broadcast import Broadcast, Merged
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import IndexingProgress, IndexingProgressed, LibraryChanged, WindowWanted
from desktop.protocol.server import LineServer


class Lines(io.RawIOBase):
    """Keeps what is written; `stuck` never takes a byte until it is released."""

    def __init__(self, stuck: bool = False) -> None:
        self.lines: list[dict[str, Any]] = []
        self.written = threading.Condition()
        self.free = threading.Event()
        if not stuck:
            self.free.set()

    def write(self, data: Any) -> int:
        self.free.wait(30)
        with self.written:
            self.lines.append(json.loads(bytes(data)))
            self.written.notify_all()
        return len(data)

    def wait_for(self, count: int) -> list[str]:
        with self.written:
            assert self.written.wait_for(lambda: len(self.lines) >= count, 30)
            return [line["event"] for line in self.lines]


def connect(broadcast: Broadcast, lines: Lines) -> LineServer:
    server = LineServer({}, io.BytesIO(), lines)  # pyright: ignore[reportArgumentType]  # a raw stream serves
    broadcast.join(server)
    return server


def progressed(done: int) -> IndexingProgressed:
    return IndexingProgressed(IndexingProgress("reading", done, 10, None, ""))


def test_everyone_hears_and_who_left_does_not() -> None:
    broadcast, first, second = Broadcast(), Lines(), Lines()
    gone = connect(broadcast, first)
    connect(broadcast, second)
    broadcast.send(WindowWanted())
    first.wait_for(1)
    broadcast.leave(gone)
    broadcast.send(WindowWanted())
    second.wait_for(2)
    assert len(first.lines) == 1


def test_who_does_not_listen_keeps_nobody_waiting() -> None:
    broadcast, stuck, other = Broadcast(), Lines(stuck=True), Lines()
    server = connect(broadcast, stuck)
    connect(broadcast, other)
    for _ in range(200):
        broadcast.send(WindowWanted())
    assert len(other.wait_for(200)) == 200
    broadcast.leave(server)
    stuck.free.set()


def test_what_a_stuck_one_misses_is_bounded() -> None:
    broadcast, stuck = Broadcast(), Lines(stuck=True)
    server = connect(broadcast, stuck)
    for _ in range(11_000):
        broadcast.send(WindowWanted())
    broadcast.leave(server)
    stuck.free.set()
    assert len(stuck.wait_for(9_000)) <= 10_001


def test_a_burst_becomes_one_event_of_each_kind_with_its_last_word() -> None:
    broadcast, lines = Broadcast(), Lines()
    connect(broadcast, lines)
    merged = Merged(broadcast, interval=0.2)
    for done in range(50):
        merged.send(progressed(done))
        merged.send(LibraryChanged({"indexed": done}))
    assert sorted(lines.wait_for(2)) == ["indexing_progressed", "library_changed"]
    merged.send(progressed(99))
    lines.wait_for(3)
    last = {line["event"]: line["params"] for line in lines.lines}
    assert last["indexing_progressed"]["progress"]["done"] == 99
    assert last["library_changed"]["counts"] == {"indexed": 49}


def test_nobody_connected() -> None:
    broadcast = Broadcast()
    broadcast.send(Nothing())
    broadcast.join(server := LineServer({}, io.BytesIO(), io.BytesIO()))
    broadcast.leave(server)
