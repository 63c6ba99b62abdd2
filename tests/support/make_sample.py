"""Makes the documents of the sample folder that can't be written by hand: two in docx, one in PDF.

Run it as `python -m tests.support.make_sample` from the project's root after a change; its output is committed.
"""

import io
import sys
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from docx import Document
from docx.document import Document as DocxDocument

from tests.support.pdf import Heading, write_pdf

LEASE: Sequence[tuple[str, Sequence[str]]] = (
    (
        "1. Parties",
        (
            "1.1 The landlord is Brenton & Oakes Properties Ltd, 18 Quay Lane, Harrow Bridge.",
            "1.2 The tenant is Alder Street Physiotherapy LLP.",
        ),
    ),
    (
        "2. Premises",
        (
            "2.1 The premises are Unit 4 on the ground floor of Harrow Mill, with a floor area of 186 square metres.",
            "2.2 Two parking spaces, marked 4A and 4B, go with the premises.",
        ),
    ),
    (
        "3. Term",
        ("3.1 The term is five years. It begins on 1 April 2024 and ends on 31 March 2029.",),
    ),
    (
        "4. Rent",
        (
            "4.1 The rent is £2,150.00 a calendar month, due on the first working day of each month.",
            "4.2 The rent is reviewed once, with effect from 1 April 2027. It may not rise by more than 6 per cent.",
            "4.3 Rent that is more than ten days late bears interest at 4 per cent a year above the base rate.",
        ),
    ),
    (
        "5. Deposit",
        (
            "5.1 The tenant pays a deposit of £6,450.00 before the term begins.",
            "5.2 The landlord returns the deposit within 28 days of the end of the lease, less the cost of repairs.",
        ),
    ),
    (
        "6. Use",
        (
            "6.1 The tenant may use the premises as a physiotherapy clinic and for no other purpose.",
            "6.2 The premises may be used between 07:00 and 21:00 on every day of the week.",
        ),
    ),
    (
        "7. Repairs",
        (
            "7.1 The landlord keeps the roof, the outer walls and the lift in repair.",
            "7.2 The tenant keeps the inside in repair and paints it in the third year of the term.",
        ),
    ),
    (
        "8. Ending the lease",
        (
            "8.1 The lease ends with the term unless the parties renew it in writing.",
            "8.2 Either party may terminate this lease on three months' written notice, but not before 1 April 2026.",
        ),
    ),
    (
        "9. Arrears",
        (
            "9.1 If the rent is in arrears of two months or more, the landlord may end the lease at once "
            "by written notice.",
            "9.2 The landlord may not do so while the tenant keeps to a plan of instalments agreed in writing.",
        ),
    ),
)

CHARGES = (
    ("Charge", "Yearly amount", "Due"),
    ("Building insurance", "£612.00", "1 May"),
    ("Cleaning of shared stairs", "£348.00", "1 July"),
    ("Lift maintenance", "£195.00", "1 October"),
)

LETTER = (
    "30 June 2025",
    "Alder Street Physiotherapy LLP, Unit 4, Harrow Mill",
    "Our reference: BO/U4/0625",
    "Dear Mr Reyes,",
    "Thank you for your payment of £2,150.00, which reached us on 23 May 2025. It settles the rent for April.",
    "The rent for May and June 2025 is still unpaid. With interest of £21.46 under clause 4.3 of the lease, "
    "the arrears are now £4,321.46.",
)

INSTALMENTS = (
    ("Instalment", "Date", "Amount"),
    ("First", "15 July 2025", "£1,200.00"),
    ("Second", "15 August 2025", "£1,200.00"),
    ("Third", "15 September 2025", "£1,921.46"),
)

LETTER_END = (
    "The rent for July and for the months after it remains due on its usual day.",
    "Please sign and return the enclosed copy by 14 July 2025. While you keep to the plan, we will not use our "
    "right under clause 9.1.",
    "Yours sincerely,",
    "Miriam Okafor",
    "Property manager, Brenton & Oakes Properties Ltd",
)

STRIDE = (
    (
        Heading("Early loading after knee arthroscopy"),
        "Summary of the STRIDE trial for the clinics that took part",
        "Priya Raman and Daniel Osei, 28 November 2024",
        "",
        Heading("1 Background"),
        "After a knee arthroscopy most clinics ask patients to spare the leg for ten days.",
        "There is little evidence for this habit. Long rest weakens the thigh and keeps",
        "people from work. We asked whether full loading from day 2 is safe, and whether",
        "it brings patients back to work sooner.",
        "",
        Heading("2 Methods"),
        "The trial enrolled 184 patients in three clinics between January 2022 and June 2023.",
        "Patients were between 18 and 60 years old and had had a partial meniscectomy.",
        "Chance decided who loaded the leg fully from day 2 (early group, 92 patients) and",
        "who did so from day 10 (usual group, 92 patients).",
        "The main outcome was the number of days until return to work.",
        "Pain was measured on a scale from 0 to 10 after two and six weeks.",
        "The physiotherapists knew the groups; the people who measured did not.",
    ),
    (
        Heading("3 Results"),
        "The median time to return to work was 19 days in the early group and 27 days in",
        "the usual group.",
        "After two weeks mean pain was 2.8 in the early group and 3.1 in the usual group.",
        "After six weeks it was 1.4 and 1.5. Neither difference is likely to be real.",
        "",
        Heading("4 Safety"),
        "Three patients in each group needed a second operation.",
        "Swelling that needed a visit was seen in 9 patients of the early group and in 7 of",
        "the usual group. No patient had a thrombosis.",
        "",
        Heading("5 Who gained most"),
        "Patients with physical jobs gained most: 22 days instead of 36.",
        "For patients with desk jobs the gain was 3 days.",
        "Age made no difference.",
    ),
    (
        Heading("6 Limits"),
        "Eleven patients were lost to follow-up, six of them in the usual group.",
        "All three clinics are in towns. Patients with a repaired meniscus were left out, so",
        "the results say nothing about them.",
        "",
        Heading("7 What follows"),
        "We suggest full loading from day 2 after a partial meniscectomy, with a visit on",
        "day 5 to look for swelling.",
        "A follow-up after 24 months will look for wear of the joint.",
        "",
        Heading("8 Funding"),
        "The trial was paid for by the Calder Foundation, grant CF-2021-118.",
        "The foundation had no part in the design, the analysis or this summary.",
    ),
)


def make_sample(folder: Path) -> None:
    """Writes the three documents into `folder`, which exists."""
    _save(_lease(), folder / "lease.docx")
    _save(_second_letter(), folder / "letter-arrears-second.docx")
    write_pdf(folder / "stride-trial.pdf", STRIDE, title="Early loading after knee arthroscopy")


def _lease() -> DocxDocument:
    document = _new("Lease of Unit 4, Harrow Mill")
    document.add_heading("Lease of Unit 4, Harrow Mill", level=1)
    document.add_paragraph("Made on 14 March 2024 between the parties named in section 1.")
    for heading, clauses in LEASE:
        document.add_heading(heading, level=2)
        for clause in clauses:
            document.add_paragraph(clause)
    document.add_heading("Schedule: service charges", level=2)
    _add_table(document, CHARGES)
    return document


def _second_letter() -> DocxDocument:
    document = _new("Arrears of rent for Unit 4, Harrow Mill")
    document.add_heading("Arrears of rent for Unit 4, Harrow Mill", level=1)
    for paragraph in LETTER:
        document.add_paragraph(paragraph)
    document.add_heading("Plan of instalments", level=2)
    document.add_paragraph("We offer to take this sum in three instalments:")
    _add_table(document, INSTALMENTS)
    for paragraph in LETTER_END:
        document.add_paragraph(paragraph)
    return document


def _new(title: str) -> DocxDocument:
    document = Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "Brenton & Oakes Properties Ltd", ""
    properties.created = properties.modified = datetime(2025, 6, 30)
    return document


def _add_table(document: DocxDocument, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _save(document: DocxDocument, path: Path) -> None:
    # python-docx stamps every part with the time of saving; packing again with one date keeps the bytes the same
    packed = io.BytesIO()
    document.save(packed)
    with zipfile.ZipFile(packed) as parts, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in sorted(parts.namelist()):
            entry = zipfile.ZipInfo(name, (2025, 6, 30, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, parts.read(name))


if __name__ == "__main__":
    make_sample(Path(__file__).resolve().parents[2] / "resources" / "sample")
    sys.stdout.write("lease.docx, letter-arrears-second.docx and stride-trial.pdf are written\n")
