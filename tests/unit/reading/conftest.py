"""A file reader on a process of its own, ended after each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.reading.client import FileReader


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[FileReader]:
    reader = FileReader(tmp_path / "scratch", background=True)
    yield reader
    reader.close()
