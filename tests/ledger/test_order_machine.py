"""Many random acts on mandates and orders, against an oracle that knows the law as a few plain dictionaries."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from ordered import SIGNERS, WHO, Office, all_passed
from sqlalchemy import event

from ledger.engine import open_engine
from ledger.mandates.appoint import appoint
from ledger.orders.order import Charge
from ledger.refusal import Refusal

MONEY = 1_000_000
LIVES = 10  # lives in the suite
BOOKS = ("BF", "ML")
PEOPLE = ("req", "ctl", "ctl2", "mlo", "bfo", "accBF", "accML")
ROLE = {"req": "req", "ctl": "ctl", "ctl2": "ctl", "mlo": "off", "bfo": "off", "accBF": "acc", "accML": "acc"}
HOLDS = {"draft": False, "committed": True, "visa": True, "verified": True, "authorised": True, "accepted": True,
         "suspended": True}  # fmt: skip
WHOLE = {
    ("draft", "commit"): ("committed", "req"), ("committed", "visa"): ("visa", "ctl"),
    ("visa", "visa"): ("visa", "ctl"), ("verified", "visa"): ("verified", "ctl"),
    ("visa", "verify"): ("verified", "req"), ("verified", "authorise"): ("authorised", "off"),
    ("committed", "reject"): ("rejected", "ctl"), ("verified", "reject"): ("rejected", "off"),
    **{(stage, "cancel"): ("cancelled", "req") for stage in ("draft", "committed", "visa", "verified")},
}  # fmt: skip
ONE = {
    ("authorised", "accept"): ("accepted", "acc"), ("authorised", "suspend"): ("suspended", "acc"),
    ("accepted", "suspend"): ("suspended", "acc"), ("suspended", "resume"): ("authorised", "acc"),
    ("accepted", "pay"): ("paid", "acc"), ("paid", "return"): ("bank_returned", "acc"),
    ("suspended", "return"): ("returned", "acc"), ("authorised", "return"): ("returned", "off"),
    ("accepted", "return"): ("returned", "off"),
    **{(stage, "cancel"): ("cancelled", "off") for stage in ("authorised", "accepted", "suspended")},
    **{(stage, "confirm"): (stage, "off") for stage in ("authorised", "accepted", "suspended")},
}  # fmt: skip
FORWARD = {
    "draft": "commit", "committed": "visa", "visa": "verify", "verified": "authorise", "charge authorised": "accept",
    "charge accepted": "pay", "charge suspended": "resume",
}  # fmt: skip
ACTS = sorted({act for _, act in (*WHOLE, *ONE)})


class Orders(RuleBasedStateMachine):
    """The product on one side, dictionaries on the other: each act is made or refused by both."""

    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="orders-"))
        shutil.copyfile(self.template, self.folder / "books.db")
        self.engine = open_engine(f"sqlite:///{self.folder / 'books.db'}")
        # the machine never loses its disk: what is tested is the law, not the cable
        event.listen(self.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous = OFF"))
        self.office = Office(self.engine).set_up(MONEY)
        self.orders: dict[str, dict[str, Any]] = {}
        self.bank = dict.fromkeys(BOOKS, MONEY)
        self.terms = ["mlo"]
        self.last_officer_act = self.office.now - timedelta(hours=1)

    def teardown(self) -> None:
        self.engine.dispose()
        shutil.rmtree(self.folder, ignore_errors=True)

    @precondition(lambda self: len(self.orders) < 8)
    @rule(first=st.integers(1, 700_000), second=st.sampled_from([0, 0, 200_000, 650_000]))
    def create(self, first: int, second: int) -> None:
        charges = {"BF": first} | ({"ML": second} if second else {})
        number = self.office.order(charges=tuple(Charge(book, amount) for book, amount in charges.items()))
        assert number == f"2026-{len(self.orders) + 1:04d}"
        self.orders[number] = {"charges": charges, "whole": "draft", "stage": {}, "visas": set(), "signed": {}}

    @rule(person=st.sampled_from(["mlo", "bfo"]), hours=st.integers(0, 2))
    def appoint(self, person: str, hours: int) -> None:
        self.office.later(hours=hours, minutes=1)
        start = self.office.now - timedelta(minutes=1)
        lawful = start > self.last_officer_act
        starts = [row[0] for row in self.office.rows("SELECT max(start_at) FROM mandate")]
        lawful = lawful and start.strftime("%Y-%m-%dT%H:%M:%S.%fZ") > starts[0]
        made = self.tried(lambda: self.office.perform("adm", lambda unit: appoint(unit, "ML", person, start, "Acte")))
        assert made == lawful
        if made:
            self.terms.append(person)

    @precondition(lambda self: self.orders)
    @rule(
        pick=st.integers(0, 3), steps=st.integers(1, 7), book=st.sampled_from(BOOKS),
        controller=st.sampled_from(["ctl", "ctl2"]),
    )  # fmt: skip
    def go_forward(self, pick: int, steps: int, book: str, controller: str) -> None:
        """The usual path, each act by the person whose part it is."""
        number = sorted(self.orders)[-1 - pick % len(self.orders)]
        mine = self.orders[number]
        for _ in range(steps):
            whole = mine["whole"] != "authorised"
            stage = mine["whole"] if whole else mine["stage"].get(book, "")
            act = FORWARD.get(stage if whole else f"charge {stage}")
            if act is None:
                return
            person = {"visa": controller, "authorise": self.terms[-1]}.get(act, "req" if whole else f"acc{book}")
            self.attempt(number, act, person, book, True)

    @precondition(lambda self: self.orders)
    @rule(
        pick=st.integers(0, 3), choice=st.integers(0, 20), book=st.sampled_from(BOOKS), passed=st.booleans(),
        controller=st.sampled_from(["ctl", "ctl2"]),
    )  # fmt: skip
    def turn_aside(self, pick: int, choice: int, book: str, passed: bool, controller: str) -> None:
        """Any act that the stage allows, by the right person."""
        number = sorted(self.orders)[-1 - pick % len(self.orders)]
        mine = self.orders[number]
        whole = mine["whole"] != "authorised"
        stage = mine["whole"] if whole else mine["stage"].get(book, "")
        legal = sorted(act for (source, act) in (WHOLE if whole else ONE) if source == stage)
        if not legal:
            return
        act = legal[choice % len(legal)]
        role = (WHOLE if whole else ONE)[stage, act][1]
        person = {"req": "req", "ctl": controller, "off": self.terms[-1]}.get(role, f"acc{book}")
        self.attempt(number, act, person, book, passed)

    @precondition(lambda self: self.orders)
    @rule(
        pick=st.integers(0, 3), act=st.sampled_from(ACTS), person=st.sampled_from(PEOPLE), book=st.sampled_from(BOOKS),
        passed=st.booleans(),
    )  # fmt: skip
    def try_anything(self, pick: int, act: str, person: str, book: str, passed: bool) -> None:
        """Any act by anybody: mostly refused."""
        self.attempt(sorted(self.orders)[-1 - pick % len(self.orders)], act, person, book, passed)

    def attempt(self, number: str, act: str, person: str, book: str, passed: bool) -> None:
        """The act in the product and in the oracle: both make it or both refuse it."""
        mine = self.orders[number]
        whole = mine["whole"] != "authorised"
        self.office.later(minutes=1)
        expected = self.lawful(mine, act, person, None if whole else book, passed)
        given: dict[str, Any] = {"reason": "motif"}
        if not whole:
            given["book"] = book
        if act in ("authorise", "confirm"):
            given["signer"] = SIGNERS.get(person) if person in ("mlo", "bfo") else None
        if act in ("accept", "suspend"):
            given["results"] = all_passed(person, *(() if passed else ("no_opposition",)))
        made = self.tried(lambda: self.office.act(number, act, person, **given))
        assert made == (expected is not None), (number, act, person, book, mine)
        if expected is not None:
            self.follow(mine, act, person, None if whole else book, expected)

    def tried(self, act: Any) -> bool:
        try:
            act()
        except Refusal:
            return False
        return True

    def lawful(self, mine: dict[str, Any], act: str, person: str, book: str | None, passed: bool) -> str | None:
        """The stage that the act leads to, or None when the law refuses it."""
        if book is not None and book not in mine["charges"]:
            return None
        stage = mine["whole"] if book is None else mine["stage"][book]
        found = (WHOLE if book is None else ONE).get((stage, act))
        if found is None or ROLE[person] != found[1]:
            return None
        free = {
            one: self.bank[one] - sum(other["charges"].get(one, 0) for other in self.orders.values()
                                      if other is not mine and self.holds(other, one))
            for one in BOOKS
        }  # fmt: skip
        refused = (
            (found[1] == "off" and person != self.terms[-1])
            or (found[1] == "acc" and person != f"acc{book}")
            or (act == "visa" and person in mine["visas"])
            or (act == "commit" and any(amount > free[one] for one, amount in mine["charges"].items()))
            or (act in ("accept", "pay") and mine["signed"].get(book) != len(self.terms))
            or (act == "accept" and not passed)
            or (act == "suspend" and passed)
            or (act == "pay" and mine["charges"][book or ""] > self.bank[book or ""])
        )
        return None if refused else found[0]

    def holds(self, order: dict[str, Any], book: str) -> bool:
        stage = order["stage"].get(book, order["whole"])
        return bool(HOLDS.get(stage, False))

    def follow(self, mine: dict[str, Any], act: str, person: str, book: str | None, target: str) -> None:
        if book is None:
            mine["whole"] = target
            if act == "visa":
                mine["visas"].add(person)
            if act == "authorise":
                mine["stage"] = dict.fromkeys(mine["charges"], "authorised")
                mine["signed"] = dict.fromkeys(mine["charges"], len(self.terms))
        else:
            mine["stage"][book] = target
            if act == "confirm":
                mine["signed"][book] = len(self.terms)
            if act == "pay":
                self.bank[book] -= mine["charges"][book]
            if act == "return" and target == "bank_returned":
                self.bank[book] += mine["charges"][book]
        if person in ("mlo", "bfo"):
            self.last_officer_act = self.office.now

    @invariant()
    def both_tell_the_same_story(self) -> None:
        for number in sorted(self.orders)[-4:]:
            mine, stored = self.orders[number], self.office.find(number)
            assert stored.whole_stage == mine["whole"]
            if mine["stage"]:
                assert stored.charge_stages() == mine["stage"]
        for book, account in (("BF", "52111"), ("ML", "52112")):
            (row,) = self.office.rows(f"SELECT sum(debit - credit) FROM entry_line WHERE account = '{account}'")
            assert int(row[0]) == self.bank[book]


@pytest.mark.hypothesis
def test_the_program_and_the_oracle_never_disagree(sqlite_books_template: Path) -> None:
    """A few long lives in the suite; many others under the profile for long runs."""
    Orders.template = sqlite_books_template
    long = settings().max_examples == settings.get_profile("fuzz").max_examples
    run_state_machine_as_test(
        Orders,
        settings=settings(
            max_examples=LIVES * (20 if long else 1),
            stateful_step_count=50,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
            derandomize=not long,
            database=None,
        ),
    )


def test_the_oracle_knows_the_people() -> None:
    assert set(WHO.values()) <= set(PEOPLE)
