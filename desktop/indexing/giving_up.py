"""The end of an engine whose indexing met what nothing in it can mend. The window starts another, by its rules."""

import logging
import os
import sys

from desktop.domain.errors import EngineProblem

log = logging.getLogger("footnote.indexing")


def end_process(error: Exception) -> None:
    """With code 3 and its words for a problem that is known, 70 for a bug.

    An index that never gets ready would tell nobody why.
    """
    known = isinstance(error, EngineProblem)
    log.error("indexing can't go on", exc_info=None if known else error)
    print(str(error) if known else "Indexing ended by a bug; the log says where.", file=sys.stderr, flush=True)
    os._exit(3 if known else 70)
