"""A title or a heading that changes embeds next to nothing, whatever stands below it, and is found as words at once."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.domain.documents import Document
from desktop.indexing.passage_context import passage_digest
from desktop.reading import docx, mail, markdown, plain_text
from desktop.storage.analysis import analyse
from tests.unit.indexing.test_passage_maker import SmallLibrary
from tests.unit.reading.samples import docx_of, paragraph

WORDS = ("lease", "tenant", "rent", "notice", "month", "key", "door", "letter", "cellar", "garden")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path)
    yield library
    library.database.close()


def written(count: int) -> list[str]:
    chance = random.Random(4)
    return [" ".join(chance.choices(WORDS, k=60)).capitalize() + f" {n}." for n in range(count)]


PARAGRAPHS = written(80)
BODY = "\n\n".join(PARAGRAPHS)


def text_file(title: str) -> Document:
    return plain_text.read((f"{title}\n\n{BODY}" if title else BODY).encode())


def headed_file(title: str) -> Document:
    sections = [f"## Part {n}\n\n{text}" for n, text in enumerate(PARAGRAPHS)]
    return markdown.read("\n\n".join([*([f"# {title}"] if title else []), *sections]).encode())


def word_document(title: str) -> Document:
    body = "".join(map(paragraph, PARAGRAPHS))
    return docx.read(docx_of((paragraph(title, "Titel") if title else "") + body))


def message(title: str) -> Document:
    subject = f"Subject: {title}\n" if title else ""
    return mail.read(f"From: ann@example.org\n{subject}\n{BODY}\n".encode())


FILES = [text_file, headed_file, word_document, message]


def found(library: SmallLibrary, word: str) -> int:
    """How many passages of the first file have the word, in their text, title or headings."""
    ids = {i for i, _ in library.index.find_words([word], 1_000)}
    return len(ids & set(library.ledger.order(1)))


@pytest.mark.parametrize("made", FILES, ids=lambda made: made.__name__)
def test_a_title_that_comes_changes_and_goes_embeds_at_most_three_passages(
    library: SmallLibrary, made: Callable[[str], Document]
) -> None:
    library.save("book", made(""))
    assert library.embed() > 40
    before = library.ledger.order(1)
    for title in ("Zanzibar 2024", "Quillfeather 2025", ""):
        document = made(title)
        assert title in document.title
        library.save("book", document)
        assert library.embed() <= 3
        passages = len(library.ledger.order(1))
        for word in ("zanzibar", "quillfeather"):
            assert found(library, word) == (passages if word in title.lower() else 0)
    assert len(set(before) & set(library.ledger.order(1))) >= len(before) - 2


def test_a_renamed_heading_embeds_the_passage_that_holds_it(library: SmallLibrary) -> None:
    def book(part: str) -> Document:
        return markdown.read(f"# Book\n\n## {part}\n\n{BODY}".encode())

    library.save("book", book("Cedar"))
    assert library.embed() > 40
    library.save("book", book("Elm"))
    assert library.embed() == 1
    assert (found(library, "cedar"), found(library, "elm")) == (0, len(library.ledger.order(1)))


def test_a_passage_moved_below_its_twins_heading_keeps_the_vector_made_there(library: SmallLibrary) -> None:
    same = "the tenant keeps the key of the cellar door. " * 8
    parts = {name: f"## {name}\n\n{name} {'garden wall ' * 45}\n\n{same}" for name in ("Cedar", "Elm", "Oak")}
    library.save("doubles", markdown.read("\n\n".join(parts.values()).encode()))
    library.embed()
    before = {p.heading: p.id for p in library.ledger.of_file(1) if p.text.startswith("the tenant")}
    assert len(before) == 3
    library.save("doubles", markdown.read("\n\n".join([parts["Elm"], parts["Oak"]]).encode()))
    after = {p.heading: p.id for p in library.ledger.of_file(1) if p.text.startswith("the tenant")}
    assert after == {name: before[name] for name in ("Elm", "Oak")}


def test_a_digest_says_what_the_vector_was_made_of(library: SmallLibrary) -> None:
    """Else a copy of the file would take vectors of another title for its own, or miss those it could have."""
    library.save("kept", text_file("Harbour 2024"))
    library.embed()
    library.save("kept", text_file("Mill 2024"))
    library.save("early", text_file("Harbour 2024"))
    assert library.embed() <= 2, "vectors made under this title are there"
    library.save("late", text_file("Mill 2024"))
    assert library.embed() > 40, "those of the first file were made under another"
    library.ledger.forget_vectors(library.ledger.order(1))
    assert library.embed() == 0, "now the first file's are made anew, and equal the last one's"
    for passage in library.ledger.of_file(1):
        assert passage.digest == passage_digest(passage.title, passage.heading, passage.header, passage.text)


def test_a_title_that_changes_before_the_vectors_are_made_goes_into_them(library: SmallLibrary) -> None:
    library.save("late", text_file("Harbour 2024"))
    library.save("late", text_file("Mill 2024"))
    library.embed()
    library.save("twin", text_file("Mill 2024"))
    assert library.embed() == 0


def test_a_file_that_is_cut_anew_on_demand_gets_vectors_of_its_title_as_it_is_now(library: SmallLibrary) -> None:
    library.save("book", text_file("Harbour 2024"))
    library.embed()
    library.save("book", text_file("Mill 2024"))
    assert library.embed() <= 3
    with library.database.transaction() as connection:
        connection.execute("UPDATE files SET split_by = ''")
    library.save("book", text_file("Mill 2024"))
    assert library.embed() > 40


def test_another_language_renews_the_words(library: SmallLibrary) -> None:
    """A letter that was taken for English is German for the most part now."""
    same = "Kündigungen und Mietverträge der Häuser am Hafen liegen beim Verwalter in den Schränken. " * 4
    english = "The tenant and the landlord have agreed that the rent is due on the first of the month. " * 12
    german = "Das ist nicht der Brief, sondern ein Entwurf, und wir haben ihn noch nicht geschickt. " * 8
    (stem,) = set(analyse("Häuser", ("german",))) - set(analyse("Häuser", ("english",)))
    library.add("letter", f"{english}\n\n{same}")
    assert not found(library, stem)
    before = library.ledger.order(1)
    library.add("letter", f"{same}\n\n{german}")
    assert found(library, stem)
    assert set(before) & set(library.ledger.order(1))
