"""Tells the engine which files may be looked at next, so that a click on a footnote shows its words at once."""

from desktop.domain.answers import Answer
from desktop.gui.engine_client import EngineClient
from desktop.protocol.source_messages import PREPARE_SOURCE, PrepareSource

MOST = 6  # pages and files of one answer


class SourcePreparing:
    def __init__(self, client: EngineClient) -> None:
        self._client = client

    def prepare(self, answer: Answer) -> None:
        """The files of its footnotes, each page once, in their order."""
        places = dict.fromkeys((footnote.file_id, footnote.page) for footnote in answer.footnotes)
        for file_id, page in list(places)[:MOST]:
            self._client.call(PREPARE_SOURCE, PrepareSource(file_id, page))
