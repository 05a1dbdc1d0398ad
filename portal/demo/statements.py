"""The bank's lines put in order, referenced and chained month after month."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from portal.demo.days import month_end, month_start, months
from portal.demo.model import BankLine, MonthlyStatement
from portal.demo.places import FIRST_DAY, LAST_DAY, STATES

FORMATS = {"BF": "cfonb120", "ML": "mt940", "NE": "camt.053"}
TAKEN_FROM_EBANKING = ("ML", "2026-02")
PAGED = ("ML", "2025-12")
PAGE_SIZE = 5
ANNOUNCED = ("NE", "2026-04", "OPF-NE-2026-901")
"""Book and month of a statement that announces a movement booked the month after."""

RANK = {
    "remittance": 0,
    "unidentified": 1,
    "reversal": 2,
    "transfer": 3,
    "payment": 4,
    "order": 4,
    "returned": 5,
    "charge": 6,
    "tax": 7,
    "interest": 8,
}


def _referenced(book: str, lines: Iterable[BankLine]) -> tuple[BankLine, ...]:
    """In the bank's order, each operation with its own bank reference; the lines of one operation stay together."""
    ordered = sorted(lines, key=lambda line: (line.booked, min(RANK[line.kind], 4), line.operation, RANK[line.kind]))
    given: dict[str, str] = {}
    done: list[BankLine] = []
    for line in ordered:
        number = given.setdefault(line.operation, f"{len(given) + 1:05d}")
        reference = {
            "BF": f"77{number}",
            "ML": f"STAR{line.booked:%y%m%d}{number}",
            "NE": f"SVC-{line.booked:%Y%m%d}-{number}",
        }[book]
        first = next((other.bank_reference for other in done if other.operation == line.operation), reference)
        done.append(replace(line, bank_reference=first))
    return tuple(done)


def make_statements(lines: Iterable[BankLine]) -> tuple[MonthlyStatement, ...]:
    """One statement a month and account, opening = closing of the month before, from zero."""
    by_book: dict[str, list[BankLine]] = defaultdict(list)
    for line in lines:
        by_book[line.book].append(line)
    statements = []
    for book in STATES:
        ordered = _referenced(book, by_book[book])
        balance = 0
        for number, period in enumerate(months(FIRST_DAY, LAST_DAY), start=1):
            inside = tuple(line for line in ordered if f"{line.booked:%Y-%m}" == period)
            closing = balance + sum(line.amount for line in inside)
            statements.append(
                MonthlyStatement(
                    book=book,
                    period=period,
                    number=number,
                    start=month_start(period),
                    end=month_end(period),
                    opening=balance,
                    closing=closing,
                    lines=inside,
                    format="xlsx" if (book, period) == TAKEN_FROM_EBANKING else FORMATS[book],
                    page_size=PAGE_SIZE if (book, period) == PAGED else None,
                    pending=tuple(line for line in ordered if (book, period, line.reference) == ANNOUNCED),
                )
            )
            balance = closing
    return tuple(statements)
