"""The chain of the levy against plain dictionaries: returns, restated returns, credits, corrections, refunds."""

import datetime as dt
import tempfile
from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some
from levying import chain, month, take
from posting import NOON, do, failed, seal

from ledger.correct import reverse_entry
from ledger.engine import open_engine
from ledger.entry import EntryDraft, Line
from ledger.levy.anomalies import anomalies
from ledger.levy.arrears import arrears
from ledger.levy.law import levy_law
from ledger.setup import create_books
from ledger.unit import Ledger

OFFICES = ("BF901", "BF902", "ML901")
PERIODS = ("2025-06", "2025-07")
MONTHS = some.tuples(some.sampled_from(OFFICES), some.sampled_from(PERIODS))
AMOUNT = some.integers(0, 2_000)
ACTS = some.one_of(
    some.tuples(some.just("return"), MONTHS, AMOUNT, AMOUNT, AMOUNT, some.integers(1, 28)),
    some.tuples(some.just("credit"), MONTHS, some.integers(1, 2_000)),
    some.tuples(some.just("unknown"), MONTHS, some.integers(1, 2_000)),
    some.tuples(some.just("refund"), MONTHS, some.integers(1, 500)),
    some.tuples(some.just("undo"), MONTHS),
)
SUFFIX = {"BF": "1", "ML": "2", "NE": "3"}
AS_OF = dt.date(2025, 9, 5)
TRANSIT = dt.timedelta(days=10)


def reference(place: tuple[str, str]) -> str:
    return f"REV-{place[0]}-{place[1]}"


def banked(place: tuple[str, str], amount: int, known: bool = True) -> EntryDraft:
    """Money in (or given back, when negative) on the bank account of the office's State."""
    book = place[0][:2]
    bank, levy = f"5211{SUFFIX[book]}", f"4487{SUFFIX[book]}"
    text = reference(place) if known else "VERSEMENT"
    lines = (
        (Line(bank, amount), Line(levy, 0, amount, reference=text))
        if amount > 0
        else (Line(levy, -amount, reference=text), Line(bank, 0, -amount))
    )
    return EntryDraft(book, "BQ", dt.date(2025, 9, 5), text, "Mouvement fictif", lines, origin="statement")


class Model:
    """What each act should leave, in dictionaries."""

    def __init__(self) -> None:
        self.stated: dict[tuple[str, str], tuple[int, int, int, dt.date | None]] = {}
        self.moves: dict[tuple[str, str], list[list[Any]]] = defaultdict(list)
        self.unknown: dict[str, int] = defaultdict(int)

    def credited(self, place: tuple[str, str]) -> int:
        remitted = self.stated[place][2]
        return sum(amount for amount, _ in self.moves[place]) if remitted or place in self.named else 0

    @property
    def named(self) -> set[tuple[str, str]]:
        """The months whose last return gives a reference: only those know their credits."""
        return {place for place, (_, _, remitted, _) in self.stated.items() if remitted}


def play(ledger: Ledger, model: Model, act: tuple[Any, ...], number: int) -> None:
    kind, place = act[0], act[1]
    if kind == "return":
        _, _, assessed, collected, remitted, on = act
        following = f"{place[1][:5]}{int(place[1][5:]) + 1:02d}"
        day = f"{following}-{on:02d}" if remitted else ""
        row = month(place[0], place[1], assessed * 200, assessed, collected, remitted,
                    reference(place) if remitted else "", day, declarations=number + 1)  # fmt: skip
        take(ledger, row, name=f"{number}.csv")
        model.stated[place] = (assessed, collected, remitted, dt.date.fromisoformat(day) if remitted else None)
    elif kind == "undo":
        for move in model.moves[place]:
            if move[1] is not None:
                do(ledger, reverse_entry, move[1], "negative", "erreur")
                move[:] = [0, None]
                return
    else:
        amount = -act[2] if kind == "refund" else act[2]
        (entry,) = seal(ledger, banked(place, amount, known=kind != "unknown"))
        if kind == "unknown":
            model.unknown[place[0][:2]] += amount
        else:
            model.moves[place].append([amount, entry.reference])


def expected(model: Model) -> dict[tuple[str, str], tuple[int, ...]]:
    """(credited, not collected, not remitted, in transit, unexplained, days late) of each month declared."""
    found = {}
    for place, (assessed, collected, remitted, on) in model.stated.items():
        credited = sum(amount for amount, _ in model.moves[place]) if place in model.named else 0
        travelling = remitted - credited
        recent = on is not None and on + TRANSIT >= AS_OF and travelling > 0
        due = dt.date(2025, int(place[1][5:]) + 1, 15)
        until = AS_OF if collected > remitted else on
        late = max((until - due).days, 0) if until is not None else 0
        found[place] = (credited, assessed - collected, collected - remitted, travelling if recent else 0,
                        0 if recent else travelling, late)  # fmt: skip
    return found


@settings(max_examples=40)
@given(some.lists(ACTS, max_size=14))
def test_the_chain_is_what_plain_dictionaries_say_and_its_gaps_add_up(acts: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/essai.db"
        create_books(url, fictional=True)
        engine = open_engine(url)
        ledger, model = Ledger(engine, "installation", clock=lambda: NOON), Model()
        for number, act in enumerate(acts):
            play(ledger, model, act, number)
        rows = chain(ledger, as_of=AS_OF)
        months = {(row.office, row.period): row for row in rows if row.office is not None and row.period is not None}
        names = ("credited", "not_collected", "not_remitted", "in_transit", "unexplained", "days_late")
        assert {key: tuple(getattr(row, name) for name in names) for key, row in months.items()} == expected(model)
        for row in rows:
            assert row.not_collected + row.not_remitted + row.in_transit + row.unexplained == row.gap
        money = sum(amount for moves in model.moves.values() for amount, _ in moves) + sum(model.unknown.values())
        assert sum(row.credited for row in rows) == money
        late = {(one.office, one.period, one.stage): one for one in arrears(rows, AS_OF)}
        owed = {
            (*place, stage): amount * (AS_OF - dt.date(2025, int(place[1][5:]) + 1, 15)).days
            for place, (assessed, collected, remitted, _) in model.stated.items()
            for stage, amount in (("to_collect", assessed - collected), ("to_remit", collected - remitted))
            if (amount > 0 and place[1] == "2025-06") or (amount > 0 and dt.date(2025, 8, 15) < AS_OF)
        }
        assert {key: one.amount_days for key, one in late.items()} == owed
        assert failed(ledger) == []
        engine.dispose()


def test_money_given_back_is_named_a_refund_and_not_a_remittance_lost() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/essai.db"
        create_books(url, fictional=True)
        engine = open_engine(url)
        ledger = Ledger(engine, "installation", clock=lambda: NOON)
        take(ledger, month(assessed=1_000_000, remitted=1_025_000))
        place = ("BF901", "2025-06")
        seal(ledger, banked(place, 1_025_000), banked(place, -10_000))
        (row,) = chain(ledger, as_of=AS_OF)
        assert (row.credited, row.refunded, row.unexplained, row.to_remit) == (1_015_000, 10_000, 10_000, -25_000)
        with ledger.read() as connection:
            law = levy_law(connection)
        assert [(one.code, one.amount) for one in anomalies([row], law)] == [
            ("over_remitted", 25_000),
            ("refunded", 10_000),
        ]
        engine.dispose()
