"""PowerPoint presentations made by hand: a page for each slide, in the order in which they are shown."""

import pytest

from desktop.domain.errors import FileProblem
from desktop.reading import pptx
from tests.unit.reading.samples import RELATIONS, blocks_of, zip_of

NAMES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    f'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{RELATIONS}"'
)


def shape(placeholder: str, *paragraphs: str) -> str:
    """`placeholder` empty: drawn by somebody."""
    place = f'<p:nvSpPr><p:nvPr><p:ph type="{placeholder}"/></p:nvPr></p:nvSpPr>' if placeholder else ""
    words = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in paragraphs)
    return f"<p:sp>{place}<p:txBody>{words}</p:txBody></p:sp>"


def relations(*entries: tuple[str, str, str]) -> str:
    rows = "".join(f'<Relationship Id="{id}" Type="{RELATIONS}/{kind}" Target="{to}"/>' for id, kind, to in entries)
    return f"<Relationships>{rows}</Relationships>"


def pptx_of(*slides: str, notes: str = "") -> bytes:
    """The slides are stored in reverse; the notes belong to the first."""
    count = range(1, len(slides) + 1)
    listed = "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n in count)
    return zip_of(
        {
            "ppt/presentation.xml": f"<p:presentation {NAMES}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations(
                *((f"r{n}", "slide", f"slides/slide{len(slides) - n}.xml") for n in reversed(count))
            ),
            **{f"ppt/slides/slide{len(slides) - n}.xml": f"<p:sld {NAMES}>{slides[n - 1]}</p:sld>" for n in count},
            f"ppt/slides/_rels/slide{len(slides) - 1}.xml.rels": relations(("n", "notesSlide", "../notes.xml")),
            "ppt/notes.xml": f"<p:notes {NAMES}>{notes}</p:notes>",
        }
    )


def test_slides() -> None:
    row = "<a:tr>" + "".join(f"<a:tc><a:p><a:r><a:t>{t}</a:t></a:r></a:p></a:tc>" for t in ("Rent", "500")) + "</a:tr>"
    first = shape("body", "one", "two") + shape("title", "The lease") + shape("sldNum", "1")
    document = pptx.read(
        pptx_of(
            first,
            "<p:pic/>",
            shape("", "drawn") + f"<p:graphicFrame><a:tbl>{row}</a:tbl></p:graphicFrame>",
            notes=shape("body", "Say this.") + shape("sldNum", "1"),
        )
    )
    assert blocks_of(document) == [
        ("heading", 1, "The lease"),
        ("list_item", 0, "one"),
        ("list_item", 0, "two"),
        ("paragraph", 0, "Say this."),
        ("paragraph", 0, "drawn"),
        ("table_row", 0, "Rent | 500"),
    ]
    assert [(page.number, document.text[page.start : page.end]) for page in document.pages] == [
        (1, "The lease\n\none\ntwo\n\nSay this."),
        (2, ""),
        (3, "drawn\n\nRent | 500"),
    ]
    assert (document.title, document.format, document.is_source) == ("The lease", "pptx", False)


def test_another_kind_of_archive() -> None:
    with pytest.raises(FileProblem, match="another kind"):
        pptx.read(zip_of({"hello.txt": "hello"}))
