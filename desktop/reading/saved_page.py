"""Saved web pages (.mhtml, .mht): the page itself; the frames, pictures and styles packed with it are left out."""

from desktop.domain.documents import Document
from desktop.reading import html, problems
from desktop.reading.encodings import decode_web_page
from desktop.reading.mail import parse_mail
from desktop.reading.mail_headers import header_text
from desktop.reading.text_builder import TextBuilder


def read(data: bytes) -> Document:
    """Raises FileProblem when there is no page in it."""
    archive = parse_mail(data)
    for part in archive.walk():
        page = part.get_payload(decode=True)
        if part.get_content_type() in ("text/html", "application/xhtml+xml") and isinstance(page, bytes):
            charset = str(part.get_param("charset", ""))
            builder = TextBuilder()
            title = html.add_page(builder, _decoded(page, charset))
            return builder.document("mhtml", title or header_text(archive, "Subject"))
    raise problems.misnamed("a saved web page", "no page")


def _decoded(page: bytes, charset: str) -> str:
    try:
        return page.decode(charset) if charset else decode_web_page(page)
    except (LookupError, ValueError):
        return decode_web_page(page)
