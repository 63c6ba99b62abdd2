"""Web pages: the words a reader sees, in order, and nothing of what only the browser needs."""

import pytest

from desktop.reading import html
from tests.unit.reading.samples import blocks_of

PAGE = """<!DOCTYPE html><html><head><title> The
 lease </title><style>p {color: red}</style><script>var hidden = 1</script></head>
<body><nav><a href="/">Home</a></nav>
<h1>Lease &amp; rent</h1><p>First <b>bold</b>,&nbsp;then<br>a new line.<br><br>A new paragraph.</p>
<div style="display: none">invisible</div><p hidden>gone</p>
<ul><li>one</li><li><p>two</p><ul><li>three</li></ul></li></ul>
<table><tr><th>Name</th><th>Sum</th></tr><tr><td>Ann <p>Lee</p></td><td>5<br>6</td></tr><tr><td></td></tr></table>
<pre>  code
    more</pre>
<!-- comment --> loose text<h2>Second
 heading</h2><p>soft&shy;hyphen</p></body></html>"""


def test_page() -> None:
    document = html.read(PAGE.encode())
    assert (document.title, document.is_source, document.format) == ("The lease", False, "html")
    assert blocks_of(document) == [
        ("heading", 1, "Lease & rent"),
        ("paragraph", 0, "First bold, then\na new line."),
        ("paragraph", 0, "A new paragraph."),
        ("list_item", 0, "one"),
        ("list_item", 0, "two"),
        ("list_item", 0, "three"),
        ("table_row", 0, "Name | Sum"),
        ("table_row", 0, "Ann Lee | 5 6"),
        ("code", 0, "  code\n    more"),
        ("paragraph", 0, "loose text"),
        ("heading", 2, "Second heading"),
        ("paragraph", 0, "softhyphen"),
    ]


def test_a_table_for_layout_is_no_data() -> None:
    page = b"<table><tr><td><h2>Menu</h2><table><tr><td>a</td><td>b</td></tr></table></td><td>Text.</td></tr></table>"
    assert blocks_of(html.read(page)) == [("heading", 2, "Menu"), ("table_row", 0, "a | b"), ("paragraph", 0, "Text.")]


def test_a_page_that_hides_everything_is_still_read() -> None:
    assert html.read(b'<body style="visibility:hidden"><p>Words.</p></body>').text == "Words."


def test_title_falls_back_to_the_highest_heading() -> None:
    assert html.read(b"<h3>c</h3><h2>b</h2><h2>d</h2>").title == "b"


@pytest.mark.parametrize(
    ("declared", "encoding", "words"),
    [
        ("iso-8859-1", "cp1252", "Käufer – 5 €"),
        ("windows-1251", "cp1251", "Договор"),
        ("shift_jis", "cp932", "契約"),
        ("gb2312", "gb18030", "合同"),
        ("iso-8859-1", "utf-8", "Käufer"),
        ("utf-16", "utf-8", "Käufer"),
        ("no-such-thing", "utf-8", "Käufer"),
        ("iso-no-such", "cp1252", "Käufer und Verkäufer"),
        ("utf-8", "utf-16", "Käufer"),
    ],
)
def test_declared_encodings(declared: str, encoding: str, words: str) -> None:
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={declared}"></head><p>{words}</p>'
    assert html.read(page.encode(encoding)).text == words


def test_xhtml_with_a_declaration() -> None:
    page = '<?xml version="1.0" encoding="iso-8859-1"?><html xmlns="http://www.w3.org/1999/xhtml"><p>é</p></html>'
    assert html.read(page.encode("latin-1")).text == "é"


def test_entity_bomb_stays_small() -> None:
    entities = '<!ENTITY a "lol">' + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    document = html.read(f"<!DOCTYPE html [{entities}]><p>before &j; after</p>".encode())
    assert len(document.text) < 2_000 and "after" in document.text


def test_no_file_is_taken_in_by_an_entity() -> None:
    page = b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>a &x; b</p>'
    assert "root:" not in html.read(page).text


def test_very_deep_nesting() -> None:
    assert "deep" in html.read(b"<div>" * 200 + b"deep").text
    html.read(b"<div>" * 100_000 + b"deep")


def test_nothing_at_all() -> None:
    assert html.read(b"<html></html>").text == ""
    assert html.read(b"<!-- -->").text == ""
