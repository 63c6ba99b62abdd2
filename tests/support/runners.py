"""Fixtures: the real small model, and runners on it that are ended after each test."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.llm.client import ModelRunner
from desktop.platform_support.paths import data_folders

SMALL = "smollm2-135m-instruct-q4_1.gguf"


@pytest.fixture(scope="session")
def small_model() -> Path:
    path = data_folders().models / SMALL
    if not path.is_file():
        pytest.skip("the test model is not installed: python3 -m installer setup --model tiny")
    return path


@pytest.fixture
def make_runner() -> Iterator[Callable[[], ModelRunner]]:
    with contextlib.ExitStack() as stack:

        def make() -> ModelRunner:
            runner = ModelRunner()
            stack.callback(runner.close)
            return runner

        yield make


@pytest.fixture
def runner(make_runner: Callable[[], ModelRunner], small_model: Path) -> ModelRunner:
    """With the small model loaded."""
    runner = make_runner()
    runner.ensure_loaded(str(small_model), context=4096)
    return runner
