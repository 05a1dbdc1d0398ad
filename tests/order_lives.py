"""Random lives of orders and mandates, in the product and in the oracle: each act is made or refused by both."""

from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any

from order_oracle import ACTS, BOOKS, DEAD, EXCEPTED, HELD, ROLE, Known, Oracle, Try
from order_surroundings import Disagreement, Surroundings
from ordered import SIGNERS, Office, all_passed
from sqlalchemy import Engine, event

from ledger.bank_accounts import bind
from ledger.orders.inspect import MANUAL
from ledger.orders.order import Charge
from ledger.verify import CHECKS
from portal.demo.orders import payee_iban

MONEY = 2_000_000
ORDERS = 24
MANUAL_CODES = tuple(check.code for check in MANUAL)
OPEN = {"draft", "committed", "visa", "verified", "authorised"}
WEIGHTS = {
    "create": 9, "go_forward": 16, "turn_aside": 26, "confirm_all": 4, "try_anything": 10, "appoint": 0.5,
    "hand_over": 2, "sign_record": 2, "write_file": 5, "recall": 4, "copy_file": 1, "threshold": 1, "nationality": 1,
    "sequence": 1, "spend": 0.5, "receive": 3, "days_go_by": 3,
}  # fmt: skip
"""How often each kind of step is taken."""
FAVOURED = {
    "suspend": 9, "requisition": 30, "regularise": 4, "confirm": 2, "cancel": 0.3, "reject": 0.3, "return": 0.7,
}  # fmt: skip
"""Acts that a life meets too seldom, or that end it too soon: their weight beside 1."""


class Life(Surroundings):
    """One set of books and its oracle; `told` counts the acts made and refused, `codes` the refusals."""

    def __init__(self, engine: Engine, dice: Random) -> None:
        event.listen(engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous = OFF"))
        self.engine, self.dice = engine, dice
        self.office = Office(engine).set_up(MONEY)
        for book in BOOKS:
            iban = payee_iban(book, "030000000777")
            self.office.perform(f"acc{book}", lambda unit, b=book, i=iban: bind(unit, b, i) and None)
        self.oracle = Oracle(dict.fromkeys(BOOKS, MONEY), [(datetime(2024, 7, 6, tzinfo=UTC), "mlo")])
        self.told: Counter[tuple[str, bool]] = Counter()
        self.codes: Counter[str] = Counter()
        self.records: list[tuple[str, str]] = []
        self.signed: set[tuple[int, str]] = set()
        self.recalled: set[str] = set()

    def step(self) -> None:
        """One step of life."""
        self.office.later(minutes=1)
        name = self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        getattr(self, name)()

    # --- orders

    def create(self) -> None:
        """A new order: a payment, one for another State, a regularisation, a payment ordered again."""
        if sum(one.whole in OPEN for one in self.oracle.orders.values()) >= ORDERS:
            return
        dice = self.dice
        kind = dice.choices(["payment", "regularisation", "reissue"], [6, 2, 3])[0]
        books = sorted(dice.sample(BOOKS, dice.choices([1, 2, 3], [6, 2, 1])[0]))
        charges = {book: dice.choice([1, dice.randint(1, 90_000), dice.randint(1, 700_000)]) for book in books}
        one = Known(kind, charges, {"regularisation": "6318", "reissue": "47129"}.get(kind, "65881"), self._sequence())
        lawful = True
        if kind == "payment" and dice.random() < 0.15:
            one.behalf = dice.choice(BOOKS)
        if kind == "reissue":
            back = [number for number, other in self.oracle.orders.items() if "bank_returned" in other.stage.values()]
            one.reissues = dice.choice(back or ["2026-0001"])
            first = self.oracle.orders.get(one.reissues)
            if first and dice.random() < 0.8:
                one.charges = {book: first.charges[book] for book, at in first.stage.items() if at == "bank_returned"}
                one.charges = one.charges or charges
            lawful = self.oracle.may_reissue(one.reissues, one.charges)
        given = {"kind": kind, "reissues": one.reissues, "on_behalf_of": one.behalf, "account": one.account}
        parts = tuple(Charge(book, amount) for book, amount in one.charges.items())
        number = self.tried(f"create {kind}", lambda: self.office.order(charges=parts, **given), lawful, one)
        if number is not None:
            if number != f"2026-{len(self.oracle.orders) + 1:04d}":
                raise Disagreement(f"number {number}")
            self.oracle.orders[number] = one

    def _sequence(self) -> str:
        ruled = [row for row in self.oracle.sequences if row[0] <= self.now.date()]
        return max(ruled)[1] if ruled else "visa_first"

    def pick(self) -> tuple[str, Known] | None:
        """An order, rather a living one."""
        living = [number for number, one in self.oracle.orders.items()
                  if (one.whole in OPEN and not one.stage) or set(one.stage.values()) - DEAD - {"cleared"}]  # fmt: skip
        numbers = living if living and self.dice.random() < 0.95 else list(self.oracle.orders)
        if not numbers:
            return None
        number = self.dice.choice(numbers[-12:])
        return number, self.oracle.orders[number]

    def go_forward(self) -> None:
        """The usual path, each act by the person whose part it is."""
        picked = self.pick()
        if picked is None:
            return
        number, one = picked
        usual = {
            "visa_first": {"draft": "commit", "committed": "visa", "visa": "verify", "verified": "authorise"},
            "verification_first": {"draft": "commit", "committed": "verify", "verified": "visa", "visa": "authorise"},
        }[one.sequence]  # fmt: skip
        for _ in range(self.dice.randint(1, 7)):
            book = self.dice.choice(list(one.charges))
            stage = one.at(book)
            act = usual.get(stage) if one.whole != "authorised" else {
                "authorised": "regularise" if one.kind == "regularisation" else "accept",
                "requisitioned": "accept", "accepted": "pay", "suspended": "resume",
            }.get(stage)  # fmt: skip
            if act is None:
                return
            act = self.confirmed_first(one, book, act)
            lacking = len(one.visas) < self.oracle.needed(sum(one.charges.values()), self.now.date())
            if act == "authorise" and lacking and self.dice.random() < 0.8:
                act = "visa"
            self.attempt(number, Try(act, self.whose(one, act, book), book if one.stage else None, signer="own"))

    def confirmed_first(self, one: Known, book: str, act: str) -> str:
        """A confirmation instead of an act that awaits one, more often than not."""
        waits = act in HELD and self.oracle.holder(self.now) not in one.signed.get(book, set())
        return "confirm" if waits and self.dice.random() < 0.8 else act

    def whose(self, one: Known, act: str, book: str) -> str:
        """The person whose part it is."""
        found = self.oracle.table(one).get((one.at(book), act), ("", "req"))[1]
        if found == "ctl":
            return self.dice.choice([name for name in ("ctl", "ctl2") if name not in one.visas] or ["ctl"])
        return {"off": self.oracle.terms[self.oracle.holder(self.now)][1], "acc": f"acc{book}"}.get(found, "req")

    def turn_aside(self) -> None:
        """Any act that the stage knows, the rare ones rather, by the right person."""
        picked = self.pick()
        if picked is None:
            return
        number, one = picked
        book = self.dice.choice(list(one.charges))
        legal = sorted(act for stage, act in self.oracle.table(one) if stage == one.at(book))
        if not legal:
            return
        weights = [3 if one.at(book) == "paid" else FAVOURED.get(name, 1) for name in legal]
        act = self.dice.choices(legal, weights)[0]
        act = self.confirmed_first(one, book, act)
        failed = ()
        if act == "suspend" or (act == "accept" and one.at(book) == "requisitioned"):
            codes = [code for code in MANUAL_CODES if code not in EXCEPTED or self.dice.random() < 0.12]
            failed = tuple(self.dice.sample(codes, 1))
        self.attempt(number, Try(act, self.whose(one, act, book), book if one.stage else None, failed, signer="own"))

    def confirm_all(self) -> None:
        """The officer takes a position on every charge at once."""
        picked = self.pick()
        if picked is not None:
            act = self.dice.choices(["confirm", "return", "cancel", "requisition"], [6, 2, 1, 0.3])[0]
            holder = self.oracle.terms[self.oracle.holder(self.now)][1]
            self.attempt(picked[0], Try(act, holder, signer="own"))

    def try_anything(self) -> None:
        """Any act by anybody, with whatever comes to hand: mostly refused."""
        picked, dice = self.pick(), self.dice
        if picked is None:
            return
        person = dice.choice(list(ROLE))
        failed = tuple(dice.sample(MANUAL_CODES, dice.choice([0, 0, 1, 2])))
        signer = dice.choice(["own", "own", "mlo", "bfo", "ctl", None])
        what = Try(dice.choice(ACTS), person, dice.choice([*BOOKS, None]), failed, dice.random() < 0.8, signer)
        self.attempt(picked[0], what)

    def attempt(self, number: str, what: Try) -> None:
        """The act in the product and in the oracle; on several charges, all or none."""
        one = self.oracle.orders[number]
        self.office.later(seconds=self.dice.choice([1, 20, 60]))
        if what.signer == "own":
            what.signer = what.person if what.person in SIGNERS else None
        places = self.oracle.places(one, what)
        lawful = all(self.oracle.lawful(one, what, book, self.now) for book in places)
        given: dict[str, Any] = {"signer": SIGNERS[what.signer] if what.signer else None}
        given["reason"] = "motif" if what.reason else None
        if what.act in ("accept", "regularise"):
            given["results"] = all_passed(what.person, *what.failed)
        if what.act == "suspend":
            given["results"] = tuple(row for row in all_passed(what.person, *what.failed) if not row.passed)
        name = what.act
        if name == "return":
            name = "return (bank)" if one.stage and "paid" in {one.stage.get(str(book)) for book in places} else name
        given |= {"book": what.book}
        made = self.tried(name, lambda: self.office.act(number, what.act, what.person, **given), lawful, what, one)
        if made is not None:
            for book in places:
                self.oracle.follow(one, what, book, self.now)
            stages = {row["book"]: row["stage"] for row in made["charges"]}
            if stages != {book: one.at(book) for book in one.charges}:
                raise Disagreement(f"{number}: {stages}, expected {one}")

    # --- both tell the same story

    def balances_agree(self) -> None:
        """Every account of the books is what the oracle entered."""
        expected = dict(self.oracle.entered)
        for place, book in enumerate(BOOKS, start=1):
            expected[f"5211{place}"] = self.oracle.bank[book]
            expected[f"4487{place}"] = expected.get(f"4487{place}", 0) - MONEY
        rows = self.office.rows("SELECT account, sum(debit - credit) FROM entry_line GROUP BY account")
        found = {account: int(amount) for account, amount in rows if amount}
        if found != {account: amount for account, amount in expected.items() if amount}:
            raise Disagreement(f"balances: {found}, expected {expected}")
        if expected.get("47129", 0) > 0:
            raise Disagreement("more was ordered again than came back")

    def verified(self) -> None:
        """Every check of orders, mandates and handovers finds nothing."""
        names = ("order", "mandate", "handover", "transfer")
        with self.office.ledger("aud").read() as connection:
            for check in CHECKS:
                if check.name.startswith(names):
                    rows = list(check.find(connection))
                    if rows:
                        raise Disagreement(f"{check.name}: {rows}")
