"""Writes a file whole or not at all: a full disk or a lost drive leaves neither half a file nor a changed one."""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from desktop.domain.errors import UserError


@contextmanager
def whole_file(target: Path) -> Generator[BinaryIO]:
    """A stream to write to; `target` is there once the block has ended well. Raises UserError when it can't be kept."""
    partial: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".adding-", dir=target.parent)
        partial = Path(name)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    except OSError as error:
        raise UserError("The tone could not be saved.", f"{target.parent}: {error.strerror or error}.") from None
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)
