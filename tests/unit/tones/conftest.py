"""The real small model and runners on it."""

from tests.support.runners import make_runner, runner, small_model

__all__ = ["make_runner", "runner", "small_model"]
