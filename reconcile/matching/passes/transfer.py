"""Transfers of funds between the three books, seen on two bank accounts."""

from ledger.plural import counted
from reconcile.matching.evidence import nature_objection, reference_objection
from reconcile.matching.rows import BankLine, BookLine, Match
from reconcile.matching.table import WorkTable, bank_order, francs, gap_text, name_bank

NAME = "transfer"
TITLE = "Virements entre comptes"
EXPLANATION = (
    "Les deux moitiés d'un virement de fonds entre comptes PC-AES sont cherchées ensemble : débit chez l'un, crédit "
    "du même montant chez l'autre."
)


def run(table: WorkTable) -> None:
    """Tie each half of a transfer to the only bank line that can be it."""
    lines: dict[tuple[str, int], list[BankLine]] = {}
    for line in table.bank.values():
        lines.setdefault((line.book, line.amount), []).append(line)
    entries: dict[tuple[str, int], list[BookLine]] = {}
    transfers: dict[str, list[BookLine]] = {}
    for entry in table.book.values():
        entries.setdefault((entry.book, entry.amount), []).append(entry)
        if entry.transfer is not None:
            transfers.setdefault(entry.transfer, []).append(entry)
    for identity in sorted(transfers):
        for half in transfers[identity]:
            key = (half.book, half.amount)
            other = next((x for x in transfers[identity] if x is not half), None)
            _half(table, half, other, lines.get(key, []), entries[key])


def _half(
    table: WorkTable, half: BookLine, other: BookLine | None, lines: list[BankLine], entries: list[BookLine]
) -> None:
    rival_days = table.config.rival_days
    near = [x for x in lines if abs((x.booking_date - half.date).days) <= rival_days]
    if not near:
        return
    line = min(near, key=lambda x: (abs((x.booking_date - half.date).days), bank_order(x)))
    gap = table.days.between(half.book, line.booking_date, half.date)
    if gap > 2 * table.config.window_working_days:
        return
    rivals = [x for x in entries if x is not half and abs((x.date - line.booking_date).days) <= rival_days]
    doubt = nature_objection(line, half, table.config) or reference_objection(line, half)
    where = f" ; l'autre moitié est au livre {other.book} le {other.date:%d/%m/%Y}" if other else ""
    reason = f"Virement entre comptes {half.transfer}, montant {francs(half.amount)}, {gap_text(gap)}{where}"
    facts: dict[str, int | str] = {"transfer": half.transfer or "", "amount": half.amount, "working_days": gap}
    others = sorted((x for x in near if x is not line), key=bank_order)
    nearest = (
        f"Possible aussi : {name_bank(others[0])}."
        if others
        else "Aucune autre ligne de relevé de ce montant à deux mois près."
    )
    if len(near) > 1 or rivals:
        ids = tuple(x.id for x in sorted(near, key=bank_order))
        book_ids = (half.id, *sorted(x.id for x in rivals))
        text = (
            f"{reason} : {counted(len(near), 'ligne')} de relevé et {counted(len(book_ids), 'écriture')} conviennent."
        )
        table.show(Match(NAME, "ambiguous", ids, book_ids, text, facts, nearest))
    elif doubt:
        table.show(
            Match(NAME, "proposed", (line.id,), (half.id,), f"{reason} ; à confirmer : {doubt}.", facts, nearest)
        )
    else:
        table.confirm(Match(NAME, "confirmed", (line.id,), (half.id,), f"{reason}.", facts, nearest))
