"""Late fees on the clinic's invoices: when a reminder is due and what it costs.

Amounts are in pence. Private patients never pay a late fee; companies and public bodies do.
"""

from dataclasses import dataclass
from datetime import date, timedelta

GRACE_DAYS = 14
REMINDER_FEE = 750
YEARLY_RATE = 0.08
MAX_REMINDERS = 3


@dataclass(frozen=True)
class Invoice:
    number: str
    amount: int
    due: date
    is_private: bool


def reminder_date(invoice: Invoice) -> date:
    """The day on which the first reminder goes out: the due date plus the days of grace."""
    return invoice.due + timedelta(days=GRACE_DAYS)


def interest(invoice: Invoice, today: date) -> int:
    """Simple interest from the due date, rounded down to whole pence."""
    days = max(0, (today - invoice.due).days)
    return int(invoice.amount * YEARLY_RATE * days / 365)


def amount_owed(invoice: Invoice, today: date, reminders: int) -> int:
    """The invoice with interest and reminder fees. Raises ValueError above MAX_REMINDERS: it goes to the lawyer."""
    if reminders > MAX_REMINDERS:
        raise ValueError(f"{invoice.number} has had {reminders} reminders")
    if invoice.is_private or today < reminder_date(invoice):
        return invoice.amount
    return invoice.amount + interest(invoice, today) + reminders * REMINDER_FEE
