"""Forms made of sentences: a list, an email, a table. Each point, sentence and row is a claim of its own."""

import re

from desktop.answering.forms.form import Claim, line_spans, sentence_claims, without_fence

_GREETING = re.compile(
    r"(?:dear|hi|hello|good (?:morning|afternoon|evening|day)|to whom|greetings|sehr geehrte\w*|liebe\w*|hallo|"
    r"guten tag|bonjour|cher|chère|madame|monsieur|estimad[oa]s?|hola|gentile|egregio|caro|cara|buongiorno|"
    r"geachte|beste|kära|hej)"
    r"\b[^.!?\n]{0,80}[,!:，]?",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:(?:best|kind|warm|with (?:kind|best)|many)?\s*(?:regards|wishes|thanks)|thank you|thanks|sincerely|yours\b.*|"
    r"respectfully|cheers|mit freundlichen grüßen|freundliche grüße|viele grüße|cordialement|bien à vous|saludos|"
    r"atentamente|cordiali saluti|distinti saluti|met vriendelijke groet|med vänliga hälsningar)\b[^.?\n]{0,40}[,.!]?",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"(?:i hope|i trust|thank you for|thanks for|(?:please )?(?:do not hesitate|feel free|let me know|get in touch)|"
    r"if you (?:have|need) (?:any|further|more|additional)|(?:i am|i'm) happy to|best\b|looking forward|"
    r"vielen dank|bitte (?:melden|lassen)|bei (?:rück)?fragen|n'hésitez|merci|no dude|gracias|grazie|"
    r"non esiti)\b[^\d]*",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:i am|i'm|i’m|we are|this is) writing(?: to \w+ you)? (?:about|regarding|concerning|in regard to)\b[^.]*\.?",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"(?:subject|re|betreff|objet|asunto|oggetto|onderwerp|ämne)\s*:", re.IGNORECASE)
_SIGNED_LINES = 4
_SEPARATOR = re.compile(r"\|?[\s:|-]*-{2,}[\s:|-]*\|?")


_FORMAL = (_GREETING, _POLITE, _CLOSING, _ABOUT)


def email_claims(text: str, question: str) -> tuple[Claim, ...]:
    """Greeting, pleasantries, closing and signature claim nothing, nor does a subject that only names the question."""
    asked = set(re.findall(r"\w+", question.casefold()))
    signed_from = _signature(text)
    claims: list[Claim] = []
    for claim in sentence_claims(text):
        words = text[claim.start : claim.end]
        says = _SUBJECT.sub("", words, 1).strip()
        named = says != words and asked.issuperset(re.findall(r"\w+", says.casefold()))
        formal = named or claim.start >= signed_from or any(form.fullmatch(words.strip()) for form in _FORMAL)
        claims.append(Claim(claim.start, claim.end, "" if formal else says))
    return tuple(claims)


def _signature(text: str) -> int:
    """Where the closing begins: near the end, on a line of its own."""
    for start, end in line_spans(text)[-_SIGNED_LINES:]:
        if _CLOSING.fullmatch(text[start:end]):
            return start
    return len(text)


def tidy_table(text: str) -> str:
    """The rows of the table alone; the text as it is where there is none."""
    plain = without_fence(text)
    rows = [line.strip() for line in plain.splitlines() if line.strip().startswith("|")]
    return "\n".join(rows) if rows else plain


def table_claims(text: str, _question: str) -> tuple[Claim, ...]:
    """Each row after the separator claims its cells; the head claims nothing."""
    if table_problems(text):
        return sentence_claims(text)
    spans = line_spans(text)
    head = next(at for at, (start, end) in enumerate(spans) if _SEPARATOR.fullmatch(text[start:end]))
    return tuple(
        Claim(start, end, "" if at <= head else ", ".join(cell for cell in cells(text[start:end]) if cell))
        for at, (start, end) in enumerate(spans)
    )


def table_problems(text: str) -> tuple[str, ...]:
    rows = [text[start:end] for start, end in line_spans(text)]
    if len(rows) < 2 or not all(row.startswith("|") for row in rows) or not _SEPARATOR.fullmatch(rows[1]):
        return ("The model did not write a table.",)
    if len(rows) == 2:
        return ("The table has no rows.",)
    width = len(cells(rows[0]))
    uneven = next((number for number, row in enumerate(rows[2:], 1) if len(cells(row)) != width), 0)
    return (f"Row {uneven} has {len(cells(rows[uneven + 1]))} cells, not {width}.",) if uneven else ()


def cells(row: str) -> list[str]:
    """`| a | b |` as its cells; a bar after a backslash is no border."""
    inner = row.strip().removeprefix("|")
    inner = inner.removesuffix("|") if not inner.endswith("\\|") else inner
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


def bullet_problems(text: str) -> tuple[str, ...]:
    points = [text[start:end] for start, end in line_spans(text)]
    return () if points and any(re.match(r"[-*•]\s", point) for point in points) else ("The model wrote no list.",)


def tidy_bullets(text: str) -> str:
    """One mark for all points."""
    return re.sub(r"(?m)^(\s*)(?:[*•‣▪–·]|\d{1,2}[.)])[ \t]+", r"\1- ", without_fence(text))
