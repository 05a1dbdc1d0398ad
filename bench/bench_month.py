"""The ten workbooks of the month, of three States, over three years of books, in one process.

    python bench/bench_month.py [payments of a State in a month]

Books made up from nothing: customs returns of five offices a State, remittances seen at the bank, payments and their
statements reconciled, capital, orders through every hand, a handover. Goal: the whole set in seconds.
"""

import contextlib
import io
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from figures import Table  # noqa: E402  # the root of the checkout must be on the path first

STATES = ("BF", "ML", "NE")
OFFICES, YEARS = 5, (2025, 2026, 2027, 2028)
MONTHS = [(2025 + (3 + place) // 12, (3 + place) % 12 + 1) for place in range(36)]
"""April 2025, the first month of the levy, to March 2028."""
YEARLY = ("trial-balance", "general-ledger", "journal")
GOAL_SECONDS = 20.0
HEADINGS = (
    "etat;bureau;periode;declarations;valeur_en_douane;code_exoneration;liquide;recouvre;reverse;"
    "reference_reversement;date_reversement"
)


def returns_of(place: int, year: int, month: int) -> tuple[str, list[tuple[str, int]]]:
    """The monthly state of receipts of one State as a file, and its remittances: reference and amount."""
    rows, remitted = [HEADINGS], []
    due = date(year + month // 12, month % 12 + 1, 12)
    for office in range(1, OFFICES + 1):
        name = f"{STATES[place]}{office:03d}"
        base = (place + 2) * 7_000_000_000 + (year * 12 + month * 37 + office * 101) % 997 * 1_000_000
        assessed = base // 200
        collected = assessed - assessed // 50
        reference = f"RV-{name}-{year}{month:02d}"
        head = f"{STATES[place]};{name};{year}-{month:02d}"
        rows.append(f"{head};120;{base};;{assessed};{collected};{collected};{reference};{due.isoformat()}")
        rows.append(f"{head};9;{base // 30};E03;0;0;0;;")
        remitted.append((reference, collected))
    return "\n".join(rows) + "\n", remitted


def payments_of(place: int, year: int, month: int, count: int) -> Iterator[Any]:
    """The payments of a State in a month, as entries taken over: debt, then payment."""
    from ledger.entry import EntryDraft, Line

    bank, debt = f"5211{place + 1}", f"4011{place + 1}"
    for number in range(count):
        amount = 90_000 + (year + month * 31 + number * 977) % 9_000 * 100
        reference, day = f"OP-{STATES[place]}-{year}{month:02d}-{number:03d}", date(year, month, 1 + number % 27)
        label = f"Bénéficiaire fictif n° {number % 40}"
        lines = (Line("65881", debit=amount, label=label), Line(debt, credit=amount, label=label))
        yield EntryDraft(STATES[place], "OP", day, reference, label, lines)
        paid = (
            Line(debt, debit=amount, label=label),
            Line(bank, credit=amount, label=label, reference=reference),
        )
        yield EntryDraft(STATES[place], "BQ", day, reference, label, paid)


def a_month(office: Any, place: int, year: int, month: int, count: int, opening: int, folder: Path) -> int:
    """One month of one State: return, payments, statement, reconciliation; gives the closing balance."""
    from ledger.post import post_many
    from reconcile.import_return import import_return
    from reconcile.run import run_book
    from tests.reconcile.banked import Seen, bring, statement

    book = STATES[place]
    ledger = office.ledger(f"acc{book}")
    text, remitted = returns_of(place, year, month)
    file = folder / f"{book}-{year}-{month:02d}.csv"
    file.write_text(text, "utf-8")
    import_return(ledger, file, book)
    drafts = list(payments_of(place, year, month, count))
    ledger.perform("bench", lambda unit: {"posted": post_many(unit, drafts)})
    end = date(year, month, 28)
    seen = [Seen(date(year, month, 14), amount, f"VIR {name}", name, name) for name, amount in remitted]
    for draft in drafts:
        if draft.journal == "BQ":
            line = draft.lines[1]
            seen.append(Seen(draft.date, -line.credit, f"VIR {line.reference}", line.reference, line.reference))
    seen.append(Seen(end, -10_000, "FRAIS DE TENUE DE COMPTE", None, f"F{year}{month:02d}", "NCHG"))
    one = statement(seen, f"{year}/{month}", opening, date(year, month, 1), end)
    bring(ledger, one, book)
    ledger.perform("bench", lambda unit: run_book(unit, book, end))
    closing: int = one.closing
    return closing


def acts(office: Any) -> None:
    """Capital subscribed, called and paid, twenty orders, a handover."""
    from ledger.capital.register import call, subscribe
    from ledger.mandates.handover import hand_over

    for book, amount in zip(STATES, (170, 170, 160), strict=True):
        billion = amount * 1_000_000_000
        actor = f"acc{book}"
        office.perform(actor, lambda unit, b=book, n=billion: subscribe(unit, b, n, date(2025, 9, 1), f"SOUS-{b}"))
        office.perform(
            actor,
            lambda unit, b=book, n=billion // 4: call(unit, b, n, date(2025, 9, 15), date(2025, 12, 15), f"APP-{b}"),
        )
    for number in range(20):
        office.until("pay" if number % 2 else "authorise", 100_000 + number)
    office.later(days=2)
    at = f"{office.now:%Y-%m-%dT08:00}"
    office.perform("adm", lambda unit: hand_over(unit, "bfo", at, "Acte fictif", state="BF") and None)


@contextlib.contextmanager
def three_years(count: int) -> Iterator[Any]:
    """The books of three years in a SQLite file of its own."""
    from ordered import Office

    from ledger.bank_accounts import bind
    from ledger.engine import open_engine
    from ledger.setup import create_books
    from tests.reconcile.banked import IBAN

    with tempfile.TemporaryDirectory(prefix="pcaes-bench-") as home:
        url = f"sqlite:///{Path(home) / 'books.db'}"
        create_books(url, fictional=True)
        engine = open_engine(url)
        office = Office(engine, now=datetime(2028, 4, 20, 9, tzinfo=UTC)).set_up(money=0)
        for book in STATES:
            office.perform(f"acc{book}", lambda unit, b=book: bind(unit, b, IBAN[b]) and None)
        balances = [0, 0, 0]
        for year, month in MONTHS:
            for place in range(len(STATES)):
                balances[place] = a_month(office, place, year, month, count, balances[place], Path(home))
        acts(office)
        yield engine
        engine.dispose()


def days_of(year: int | None) -> dict[str, date]:
    """What is asked of a report: everything, or one financial year."""
    if year is None:
        return {}
    end = min(date(year, 12, 31), date(2028, 4, 20))
    return {"start": date(year, 1, 1), "end": end, "as_of": end}


def main(count: int) -> int:
    """Print what each workbook takes to compute and to write, then the set; the libraries are loaded in it, once."""
    from sqlalchemy import text

    from reports.catalogue import REPORTS, compute
    from reports.workbook.write import write_workbook

    shown = Table("Les dix classeurs du mois : trois États, trois ans de livres, un seul processus")
    with three_years(count) as engine, engine.connect() as connection:
        lines = connection.execute(text("SELECT count(*) FROM entry_line")).scalar_one()
        whole, used = time.perf_counter(), time.process_time()
        for name in REPORTS:
            reading = writing = size = 0.0
            for year in YEARS if name in YEARLY else (None,):
                start, stream = time.process_time(), io.BytesIO()
                report = compute(connection, name, **days_of(year))
                middle = time.process_time()
                write_workbook(report, stream)
                reading, writing = reading + middle - start, writing + time.process_time() - middle
                size += stream.tell()
            shown.tell(name, f"{reading:.2f} + {writing:.2f} s, {size / 1000:.0f} Ko")
        seconds, processor = time.perf_counter() - whole, time.process_time() - used
        verdict = "atteint" if processor <= GOAL_SECONDS else "objectif non atteint"
        shown.tell(f"les dix, {lines} lignes d'écritures", f"{seconds:.1f} s, {processor:.1f} de processeur")
        shown.tell("objectif : la série en secondes", f"≤ {GOAL_SECONDS:.0f} s de processeur : {verdict}")
    return shown.end()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
