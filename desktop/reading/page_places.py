"""Where the pages of a file stand in its text. Knows no format."""

from collections.abc import Sequence

from desktop.domain.documents import PageSpan

PAGE_SEPARATOR = "\n\n"


def page_spans(lengths: Sequence[int]) -> tuple[PageSpan, ...]:
    """Where pages of these many characters stand in the text; a page without text takes no room."""
    spans: list[PageSpan] = []
    position = 0
    for number, length in enumerate(lengths, start=1):
        start = position + len(PAGE_SEPARATOR) if position and length else position
        position = start + length
        spans.append(PageSpan(number, start, position))
    return tuple(spans)
