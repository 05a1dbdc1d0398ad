"""Equal amounts within a window of working days, unique on both sides."""

from bisect import bisect_left, bisect_right
from datetime import timedelta
from typing import NamedTuple

from ledger.plural import counted
from reconcile.matching.evidence import objection
from reconcile.matching.passes.series import Pair, series_of
from reconcile.matching.rows import BankLine, BookLine, Match
from reconcile.matching.table import (
    Mentions,
    WorkTable,
    bank_order,
    book_order,
    francs,
    gap_text,
    name_bank,
    name_book,
)

NAME = "amount_date"
TITLE = "Montant et date"
EXPLANATION = (
    "Une seule ligne de relevé et une seule ligne d'écriture ont ce montant, à quelques jours ouvrés l'une de l'autre, "
    "et rien ne les oppose. Deux lignes de même montant à deux mois près sont montrées, jamais devinées, "
    "sauf une suite de paiements égaux que leurs dates ne laissent lire que d'une façon."
)


class _Bucket(NamedTuple):
    bank: list[BankLine]
    book: list[BookLine]


def run(table: WorkTable) -> None:
    """Confirm unique pairs of equal amounts; show twins; propose near amounts when a tolerance is set."""
    buckets: dict[tuple[str, int], _Bucket] = {}
    for line in table.bank.values():
        buckets.setdefault((line.book, line.amount), _Bucket([], [])).bank.append(line)
    for entry in table.book.values():
        bucket = buckets.get((entry.book, entry.amount))
        if bucket is not None:
            bucket.book.append(entry)
    mentions = table.mentions
    for bucket in buckets.values():
        if bucket.book:
            _bucket(table, mentions, bucket)
    if table.config.amount_tolerance:
        _near_amounts(table)


def _bucket(table: WorkTable, mentions: Mentions, bucket: _Bucket) -> None:
    bank, book = sorted(bucket.bank, key=bank_order), sorted(bucket.book, key=book_order)
    bank_days, book_days = [x.booking_date for x in bank], [x.date for x in book]
    span = timedelta(days=table.config.rival_days)
    if len(bank) > 1 and len(book) > 1:
        for pairs in series_of(table, bank, book):
            _series(table, pairs)
    for line in bank:
        if line.id not in table.bank:
            continue
        low, high = bisect_left(book_days, line.booking_date - span), bisect_right(book_days, line.booking_date + span)
        if low == high:
            continue
        near = book[low:high] if high - low <= 8 else _closest(line, book, low, high)
        entry = min(near, key=lambda x: (table.days.between(line.book, line.booking_date, x.date), book_order(x)))
        gap = table.days.between(line.book, line.booking_date, entry.date)
        if gap > table.config.window_working_days:
            continue
        rivals = bisect_right(bank_days, entry.date + span) - bisect_left(bank_days, entry.date - span)
        if entry.id in table.shown_book or line.id in table.shown_bank:
            continue
        if high - low == 1 and rivals == 1:
            _pair(table, mentions, line, entry, gap)
        else:
            _twins(table, line, near, [x for x in bank if abs(x.booking_date - entry.date) <= span][:20])


def _closest(line: BankLine, book: list[BookLine], low: int, high: int) -> list[BookLine]:
    """The eight lines around the date: enough to show, whatever the number of twins."""
    middle = bisect_left([x.date for x in book[low:high]], line.booking_date) + low
    return book[max(low, middle - 4) : min(high, middle + 4)]


def _pair(table: WorkTable, mentions: Mentions, line: BankLine, entry: BookLine, gap: int) -> None:
    doubt = objection(line, entry, table, mentions)
    if not doubt and entry.transfer is not None:
        return  # Left to the pass for transfers, which looks at both books.
    reason = f"Montant {francs(line.amount)} unique des deux côtés, {gap_text(gap)}"
    match = Match(
        NAME,
        "proposed" if doubt else "confirmed",
        (line.id,),
        (entry.id,),
        f"{reason} ; à confirmer : {doubt}." if doubt else f"{reason}.",
        {"amount": line.amount, "working_days": gap, "window": table.config.window_working_days},
        f"Aucune autre ligne ouverte de {francs(line.amount)} à {table.config.rival_days} jours près.",
    )
    if doubt:
        table.show(match)
    else:
        table.confirm(match)


def _series(table: WorkTable, pairs: list[Pair]) -> None:
    first = min(line.id for line, _, _ in pairs)
    for line, entry, gap in pairs:
        table.confirm(
            Match(
                NAME,
                "confirmed",
                (line.id,),
                (entry.id,),
                f"Montant {francs(line.amount)} répété {len(pairs)} fois de chaque côté, dans l'ordre des dates une "
                f"seule réponse possible, {gap_text(gap)}.",
                {"amount": line.amount, "working_days": gap, "series": first, "repeated": len(pairs)},
                f"Écartées : les {len(pairs) - 1} autres de ce montant, à {table.config.series_days_min} jours au "
                "moins de celles-ci.",
            )
        )


def _twins(table: WorkTable, line: BankLine, near: list[BookLine], rivals: list[BankLine]) -> None:
    entries = [x for x in near if x.id in table.book and x.id not in table.shown_book]
    lines = [x for x in rivals if x.id in table.bank and x.id not in table.shown_bank]
    if not entries or line not in lines:
        return
    table.show(
        Match(
            NAME,
            "ambiguous",
            tuple(x.id for x in lines),
            tuple(x.id for x in entries),
            f"Montant {francs(line.amount)} porté par {counted(len(lines), 'ligne')} de relevé "
            f"et {counted(len(entries), 'ligne')} d'écriture à {table.config.rival_days} jours près : "
            "rien ne dit laquelle répond à laquelle.",
            {"amount": line.amount, "bank_lines": len(lines), "book_lines": len(entries)},
            f"Possibles : {name_bank(lines[0])} ; {name_book(entries[0])}.",
        )
    )


def _near_amounts(table: WorkTable) -> None:
    by_book: dict[str, list[BookLine]] = {}
    for entry in sorted(table.book.values(), key=lambda x: (x.amount, book_order(x))):
        by_book.setdefault(entry.book, []).append(entry)
    amounts = {book: [x.amount for x in entries] for book, entries in by_book.items()}
    tolerance, window = table.config.amount_tolerance, table.config.window_working_days
    for line in sorted(table.bank.values(), key=bank_order):
        if line.id in table.shown_bank or line.book not in by_book:
            continue
        low = bisect_left(amounts[line.book], line.amount - tolerance)
        high = bisect_right(amounts[line.book], line.amount + tolerance)
        close = [
            x
            for x in by_book[line.book][low:high]
            if x.amount != line.amount
            and (x.amount > 0) == (line.amount > 0)
            and table.days.between(line.book, line.booking_date, x.date) <= window
        ]
        if len(close) != 1:
            continue
        difference = line.amount - close[0].amount
        table.show(
            Match(
                NAME,
                "proposed",
                (line.id,),
                (close[0].id,),
                f"Montants proches : relevé {francs(line.amount)}, écriture {francs(close[0].amount)}, "
                f"écart {francs(difference)} dans la tolérance de {francs(tolerance)} ; "
                "à confirmer, l'écart reste à passer.",
                {"amount": line.amount, "difference": difference},
                "Aucune écriture du montant exact dans la fenêtre.",
            )
        )
