"""Statements and books whose true ties are known: fictitious operations, drawn from a seed, with traps.

Each operation says which bank lines answer which book lines. `difficulty` from 0 (clean) to 3 (twins, round
amounts, garbled and missing references everywhere). Given round amounts, chance makes further twins.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from reconcile.matching.declarations import Declarations, DeclaredRemittance
from reconcile.matching.rows import BankLine, BookLine, Match
from reconcile.model import LineDetail

BOOKS = ("BF", "ML", "NE")
NAMES = ("Imprimerie Fictive", "Garage Exemple", "Cabinet Modèle", "Librairie Essai", "Transit Témoin", None)


@dataclass
class Truth:
    """The lines of both sides and, for each operation, the set of ids that belong together."""

    bank: list[BankLine] = field(default_factory=list)
    book: list[BookLine] = field(default_factory=list)
    remittances: list[DeclaredRemittance] = field(default_factory=list)
    operation_of_bank: dict[int, int] = field(default_factory=dict)
    operation_of_book: dict[tuple[int, int], int] = field(default_factory=dict)
    kind: dict[int, str] = field(default_factory=dict)
    rule_of_bank: dict[int, str] = field(default_factory=dict)

    @property
    def declarations(self) -> Declarations:
        """What is declared."""
        return Declarations(tuple(self.remittances))

    def wrong(self, match: Match) -> bool:
        """True when a confirmed match ties lines that do not belong together, or posts what is no rule's line."""
        if not match.book_ids:
            return any(self.rule_of_bank.get(x) != match.pass_name for x in match.bank_ids)
        bank = {self.operation_of_bank[x] for x in match.bank_ids}
        book = {self.operation_of_book[x] for x in match.book_ids}
        return len(bank) != 1 or bank != book


class Writer:
    """Draws operations one after another."""

    def __init__(self, seed: int, difficulty: int) -> None:
        self.dice = random.Random(seed)
        self.difficulty = difficulty
        self.truth = Truth()
        self.operation = 0
        self.round = (1, 1_000, 50_000, 250_000)[difficulty]

    def amount(self) -> int:
        """An amount; round ones, so repeated ones, when it is difficult."""
        return self.dice.randrange(20_000, 9_000_000) // self.round * self.round + self.round

    def day(self) -> date:
        """A day of the half-year."""
        return date(2026, 1, 5) + timedelta(days=self.dice.randrange((170, 170, 120, 60)[self.difficulty]))

    def bank(self, state: str, day: date, amount: int, label: str = "VIREMENT", **more: object) -> int:
        """Add a bank line to the operation; returns its id."""
        new = len(self.truth.bank) + 1
        bank_reference = str(more.pop("bank_reference", f"BK{new:07d}"))
        self.truth.bank.append(
            BankLine(
                new, state, f"{day.month}/1", new, day, day, amount, label=label, bank_reference=bank_reference
            )._replace(**more)  # the remaining fields are those of a bank line
        )
        self.truth.operation_of_bank[new] = self.operation
        return new

    def book(self, state: str, day: date, amount: int, reference: str = "", document: str = "", **more: object) -> None:
        """Add an entry line to the operation."""
        new = (len(self.truth.book) + 1, 2)
        self.truth.book.append(BookLine(new, state, day, amount, (reference, document))._replace(**more))
        self.truth.operation_of_book[new] = self.operation

    def garble(self, reference: str) -> str:
        """The reference as a clerk retypes it."""
        forms: list[Callable[[str], str]] = [
            lambda x: x.replace("-", ""),
            lambda x: x.replace("-", " ").lower(),
            lambda x: x.replace("0", "O", 1) if x[3:4] == "0" else x.replace("-", "/"),
            lambda x: f"{x.split('-')[0]} {int(x.split('-')[1])}" if x.count("-") == 1 else x.replace("-", "."),
        ]
        return f"VIR {self.dice.choice(forms)(reference)} FAVEUR TIERS"

    def reference(self, prefix: str = "OP") -> str:
        """A fresh reference."""
        return f"{prefix}-{self.operation:04d}"


def _exact(w: Writer, state: str, day: date, amount: int) -> None:
    w.book(state, day, -amount, w.reference())
    w.bank(state, day + timedelta(days=w.dice.randrange(4)), -amount, customer_reference=w.reference())


def _exact_with_charges(w: Writer, state: str, day: date, amount: int) -> None:
    w.book(state, day, -amount, w.reference())
    seen = day + timedelta(days=1)
    w.bank(state, seen, -amount, customer_reference=w.reference(), type="NTRF")
    shared = {"customer_reference": w.reference()}
    w.operation += 1
    for kind, cost in (("NCOM", 2_500), ("NTAX", 450)):
        fee = w.bank(state, seen, -cost, "COMMISSION" if kind == "NCOM" else "TAXE", type=kind, **shared)
        w.truth.rule_of_bank[fee] = "rule_charge"


def _garbled(w: Writer, state: str, day: date, amount: int) -> None:
    w.book(state, day, -amount, w.reference())
    w.bank(state, day + timedelta(days=w.dice.randrange(6)), -amount, w.garble(w.reference()))


def _one_sign_off(w: Writer, state: str, day: date, amount: int) -> None:
    """Two operations of one amount: the bank shows only the second, whose reference differs by one sign."""
    w.book(state, day, -amount, w.reference("OQ"))
    w.operation += 1
    w.bank(state, day + timedelta(days=1), -amount, f"VIR {w.reference('OQ')}")


def _bare(w: Writer, state: str, day: date, amount: int) -> None:
    sign, name = w.dice.choice((-1, 1)), w.dice.choice(NAMES)
    w.book(state, day, sign * amount, "", w.reference("PC"), counterparty=name)
    w.bank(state, day + timedelta(days=w.dice.randrange(5)), sign * amount, counterparty=name)


def _late(w: Writer, state: str, day: date, amount: int) -> None:
    w.book(state, day, -amount, "", w.reference("PC"))
    w.bank(state, day + timedelta(days=w.dice.randrange(15, 60)), -amount)


def _twins(w: Writer, state: str, day: date, amount: int) -> None:
    order = [0, 1]
    w.dice.shuffle(order)
    start = w.operation
    for place in (0, 1):
        w.operation = start + place
        w.book(state, day, -amount, "", w.reference("PC"))
    for place in order:
        w.operation = start + place
        if place or w.dice.random() < 0.7:
            w.bank(state, day + timedelta(days=w.dice.randrange(3)), -amount)
    w.operation = start + 1


def _monthly(w: Writer, state: str, day: date, amount: int) -> None:
    """Three equal payments a month apart, each a few days after its entry, no reference."""
    _months(w, state, day, amount, [w.dice.randrange(4) for _ in range(3)])


def _monthly_with_a_hole(w: Writer, state: str, day: date, amount: int) -> None:
    """The same, one of which the bank has not seen, or sees weeks late."""
    late: list[int | None] = [w.dice.randrange(4) for _ in range(3)]
    late[w.dice.randrange(3)] = w.dice.choice((None, w.dice.randrange(12, 45)))
    _months(w, state, day, amount, late)


def _monthly_all_late(w: Writer, state: str, day: date, amount: int) -> None:
    """The same, all a month late, so that each comes beside the next one's entry."""
    _months(w, state, day, amount, [w.dice.randrange(27, 33) for _ in range(3)])


def _months(w: Writer, state: str, day: date, amount: int, late: Sequence[int | None]) -> None:
    start = w.operation
    for place, days in enumerate(late):
        w.operation = start + place
        due = day + timedelta(days=30 * place + w.dice.randrange(2))
        w.book(state, due, -amount, "", w.reference("PC"))
        if days is not None:
            w.bank(state, due + timedelta(days=days), -amount)


def _same_reference_twins(w: Writer, state: str, day: date, amount: int) -> None:
    reference, start = w.reference("CT"), w.operation
    for place in (0, 1):
        w.operation = start + place
        w.book(state, day, -amount, reference)
        w.bank(state, day + timedelta(days=1), -amount, customer_reference=reference)


def _near_miss(w: Writer, state: str, day: date, amount: int) -> None:
    w.book(state, day, -amount, "", w.reference("PC"))
    w.operation += 1
    w.bank(state, day, -amount - 1)


def _other_operation(w: Writer, state: str, day: date, amount: int) -> None:
    """Same amount, same day, but the bank's line bears another known or unknown reference."""
    w.book(state, day, -amount, w.reference())
    w.operation += 1
    w.bank(state, day, -amount, customer_reference=w.reference())


def _grouped(w: Writer, state: str, day: date, amount: int) -> None:
    bordereau = w.reference("BORD")
    parts = [w.amount() for _ in range(w.dice.randrange(2, 6))]
    for place, part in enumerate(parts):
        w.book(state, day, -part, f"LG{w.operation}{place}", bordereau)
    if w.dice.random() < 0.5:
        w.bank(state, day + timedelta(days=2), -sum(parts), customer_reference=bordereau)
    else:
        w.bank(state, day + timedelta(days=2), -sum(parts), f"VIREMENT MULTIPLE {bordereau.replace('-', ' ')}")


def _batched(w: Writer, state: str, day: date, amount: int) -> None:
    parts = [w.amount() for _ in range(3)]
    details = tuple(LineDetail(part, f"DT{w.operation}{place}", None, "") for place, part in enumerate(parts))
    for place, part in enumerate(parts):
        w.book(state, day, -part, f"DT{w.operation}{place}")
    w.bank(state, day + timedelta(days=1), -sum(parts), "LOT", details=details)


def _split(w: Writer, state: str, day: date, amount: int) -> None:
    part = amount // 3 + 7
    w.book(state, day, -amount, w.reference())
    for place, share in enumerate((part, amount - part)):
        w.bank(state, day + timedelta(days=1 + place), -share, customer_reference=w.reference())


def _split_with_charges(w: Writer, state: str, day: date, amount: int) -> None:
    _split(w, state, day, amount)
    reference = w.reference()
    w.operation += 1
    fee = w.bank(state, day + timedelta(days=2), -2_500, "COMMISSION", type="NCOM", customer_reference=reference)
    w.truth.rule_of_bank[fee] = "rule_charge"


def _transfer(w: Writer, state: str, day: date, amount: int) -> None:
    receiver = BOOKS[(BOOKS.index(state) + 1) % 3]
    start = w.operation
    for place, (book, signed) in enumerate(((state, -amount), (receiver, amount))):
        w.operation = start + place
        w.book(book, day, signed, "", f"VF{start}", transfer=f"T{start}")
        w.bank(book, day + timedelta(days=1 + place), signed, "VIREMENT DE FONDS")


def _returned(w: Writer, state: str, day: date, amount: int) -> None:
    reference = w.reference()
    w.book(state, day, -amount, reference)
    w.bank(state, day + timedelta(days=1), -amount, customer_reference=reference)
    w.operation += 1
    marked = w.dice.random() < 0.5
    label = f"VIREMENT {reference}" if marked else f"REJET {reference} COMPTE CLOS"
    back = w.bank(state, day + timedelta(days=5), amount, label, reversal=marked)
    w.truth.rule_of_bank[back] = "returned_payment"


def _charge(w: Writer, state: str, day: date, amount: int) -> None:
    label = w.dice.choice(("FRAIS DE TENUE DE COMPTE", "COMMISSION DE MOUVEMENT", "AGIOS", "TAF SUR COMMISSION"))
    fee = w.bank(state, day, -w.dice.randrange(500, 20_000), label, type=w.dice.choice(("NCOM", "NMSC", None)))
    w.truth.rule_of_bank[fee] = "rule_charge"


def _mission(w: Writer, state: str, day: date, amount: int) -> None:
    w.bank(state, day, -amount, "FRAIS DE MISSION DELEGATION")


def _booked_charge(w: Writer, state: str, day: date, amount: int) -> None:
    cost = w.dice.randrange(500, 20_000)
    w.book(state, day, -cost, "", w.reference("PC"), label="Frais bancaires")
    w.bank(state, day + timedelta(days=1), -cost, "FRAIS DE TENUE DE COMPTE", type="NCOM")


def _interest(w: Writer, state: str, day: date, amount: int) -> None:
    got = w.bank(state, day, w.dice.randrange(1_000, 90_000), "INTERETS CREDITEURS", type=w.dice.choice(("NINT", None)))
    w.truth.rule_of_bank[got] = "rule_interest"


def _remittance(w: Writer, state: str, day: date, amount: int) -> None:
    reference = w.reference("REM")
    w.truth.remittances.append(DeclaredRemittance(reference, state, "BUREAU-1", "2026-01", amount, day))
    style = w.dice.randrange(4)
    seen = day + timedelta(days=w.dice.randrange(-3, 25))
    if style == 0:  # partial
        got = [w.bank(state, seen, amount // 3, customer_reference=reference)]
    elif style == 1:  # in two payments
        got = [w.bank(state, seen, amount // 3, customer_reference=reference)]
        got.append(w.bank(state, seen + timedelta(days=9), amount - amount // 3, f"REVERSEMENT {reference.lower()}"))
    else:
        got = [w.bank(state, seen, amount, f"REVERSEMENT PC-AES {reference}")]
    for line in got:
        w.truth.rule_of_bank[line] = "rule_remittance"


def _remittances_together(w: Writer, state: str, day: date, amount: int) -> None:
    names = [w.reference("RMA"), w.reference("RMB")]
    other = w.amount()
    for name, part in zip(names, (amount, other), strict=True):
        w.truth.remittances.append(DeclaredRemittance(name, state, f"BUREAU-{name[2]}", "2026-02", part, day))
    got = w.bank(state, day + timedelta(days=3), amount + other, f"REVERSEMENT {names[0]} ET {names[1]}")
    w.truth.rule_of_bank[got] = "rule_remittance"


def _back_dated(w: Writer, state: str, day: date, amount: int) -> None:
    w.book(state, day, -amount, w.reference())
    w.bank(state, day - timedelta(days=w.dice.randrange(1, 20)), -amount, f"PAIEMENT {w.reference()}")


def _unseen(w: Writer, state: str, day: date, amount: int) -> None:
    w.book(state, day, -amount, w.reference())


def _unknown(w: Writer, state: str, day: date, amount: int) -> None:
    w.bank(state, day, amount, "VERSEMENT ESPECES")


KINDS: dict[str, Callable[[Writer, str, date, int], None]] = {
    name.lstrip("_"): value
    for name, value in list(globals().items())
    if name.startswith("_") and name != "_months" and getattr(value, "__module__", None) == __name__ and callable(value)
}
WEIGHTS = {"exact": 12, "garbled": 5, "bare": 5, "grouped": 3, "charge": 3}


def labelled(seed: int, difficulty: int, operations: int = 120) -> Truth:
    """Draw that many operations; the same arguments give the same lines."""
    writer = Writer(seed, difficulty)
    names = [name for name in KINDS for _ in range(WEIGHTS.get(name, 1))]
    for _ in range(operations):
        writer.operation += 1
        name, first = writer.dice.choice(names), writer.operation
        KINDS[name](writer, writer.dice.choice(BOOKS), writer.day(), writer.amount())
        for operation in range(first, writer.operation + 1):
            writer.truth.kind[operation] = name
    return writer.truth
