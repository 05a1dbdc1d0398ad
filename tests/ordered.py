"""Books with every office filled, and an order taken to any stage: what the tests of orders start from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, text

from ledger.book import BOOKS
from ledger.entry import EntryDraft, Line
from ledger.keys import Signer, register_key
from ledger.mandates.appoint import appoint
from ledger.orders.act import Given, act_on
from ledger.orders.checks import CheckResult
from ledger.orders.create import create_orders
from ledger.orders.inspect import MANUAL
from ledger.orders.order import Charge, Document, Payee, PaymentOrder
from ledger.orders.order_file import OrderRequest
from ledger.orders.stored import StoredOrder, find_order
from ledger.post import post_entries
from ledger.signing import load_key, make_key, raw_public
from ledger.unit import Ledger
from ledger.users import add_user

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PAYEE = Payee("Bénéficiaire fictif", "NE58NE9990100102025000033369")
CONTENT = b"facture fictive"
PEOPLE = {
    "req": ("requester", None, "BF"),
    "ctl": ("controller", None, "ML"),
    "ctl2": ("controller", None, "ML"),
    "mlo": ("officer", None, "ML"),
    "bfo": ("officer", None, "BF"),
    "accBF": ("accountant", "BF", "NE"),
    "accML": ("accountant", "ML", "NE"),
    "accNE": ("accountant", "NE", "NE"),
    "aud": ("auditor", None, None),
}
PATH = ("commit", "visa", "verify", "authorise", "accept", "pay")
WHO = {"commit": "req", "visa": "ctl", "verify": "req", "authorise": "mlo"}


def new_signer() -> Signer:
    """A key of its own."""
    private, _ = make_key("phrase de test")
    key = load_key(private, "phrase de test")
    return Signer(key, raw_public(key).hex())


SIGNERS = {"mlo": new_signer(), "bfo": new_signer(), "ctl": new_signer(), "accBF": new_signer()}


def all_passed(person: str, *failed: str, note: str = "motif écrit") -> tuple[CheckResult, ...]:
    """Every check that a person makes, passed but for some."""
    return tuple(
        CheckResult(check.code, check.code not in failed, person, note if check.code in failed else "")
        for check in MANUAL
    )


def received(book: str, amount: int, day: date = date(2026, 2, 27)) -> EntryDraft:
    """Money that came in on a book's account."""
    suffix = BOOKS.index(book) + 1
    lines = (Line(f"5211{suffix}", debit=amount), Line(f"4487{suffix}", credit=amount))
    return EntryDraft(book, "BQ", day, "REM", "Versement fictif", lines)


@dataclass
class Office:
    """The three books, one million on each account, and everybody at their desk; the clock moves when told."""

    engine: Engine
    now: datetime = START
    documents: int = 0
    seen: list[str] = field(default_factory=list)

    def ledger(self, person: str | None) -> Ledger:
        """The books seen by one person."""
        return Ledger(self.engine, person, clock=lambda: self.now)

    def perform(self, person: str | None, act: Callable[[Any], Any]) -> dict[str, Any]:
        """One act by one person."""
        return self.ledger(person).perform("test", lambda unit: act(unit) or {})

    def later(self, **lapse: int) -> datetime:
        """Let time pass."""
        self.now += timedelta(**lapse)
        return self.now

    def set_up(self, money: int = 1_000_000) -> "Office":
        """Users, the Malian mandate with its specimen, money on the three accounts."""

        def people(unit: Any) -> None:
            for name, (role, book, nation) in PEOPLE.items():
                add_user(unit, name, role, book, nation)

        def office(unit: Any) -> None:
            key = bytes.fromhex(SIGNERS["mlo"].public_key)
            appoint(unit, "ML", "mlo", datetime(2024, 7, 6, tzinfo=UTC), "Acte fictif n° 1", key)
            for name in ("bfo", "ctl", "accBF"):
                register_key(unit, name, bytes.fromhex(SIGNERS[name].public_key), "dépôt")

        self.perform("adm", lambda unit: add_user(unit, "adm", "administrator") and None)
        self.perform("adm", people)
        self.perform("adm", office)
        if money:
            self.perform("accBF", lambda unit: post_entries(unit, [received(book, money) for book in BOOKS]) and None)
        return self

    def receive(self, book: str, amount: int) -> None:
        """Money comes in on a book's account."""
        self.perform(f"acc{book}", lambda unit: post_entries(unit, [received(book, amount)]) and None)

    def order(self, amount: int = 400_000, **changes: Any) -> str:
        """A new order on the book BF (or on `charges`); gives its number."""
        self.documents += 1
        content = CONTENT + str(self.documents).encode()
        digest = sha256(content).hexdigest()
        charges = changes.pop("charges", (Charge("BF", amount),))
        key = changes.pop("key", None)
        order = PaymentOrder(
            number="",
            purpose="Étude fictive",
            payee=PAYEE,
            amount=sum(charge.amount for charge in charges),
            account=changes.pop("account", "65881"),
            charges=charges,
            documents=(Document("facture.txt", digest, len(content)),),
            **changes,
        )
        request = OrderRequest(order, {digest: content}, key)
        done = self.perform("req", lambda unit: create_orders(unit, [request]))
        return str(done["orders"][0]["number"])

    def act(self, number: str, name: str, person: str | None = None, **given: Any) -> dict[str, Any]:
        """One act on an order; by default by the person whose part it is, with checks and key in order."""
        book = given.pop("book", None)
        who = person or WHO.get(name, f"acc{book or 'BF'}")
        if name in ("authorise", "confirm", "requisition") and "signer" not in given:
            given["signer"] = SIGNERS[who]
        if name in ("accept", "regularise") and "results" not in given:
            given["results"] = all_passed(who)
        return self.perform(who, lambda unit: act_on(unit, number, name, Given(book=book, **given)))

    def until(self, stage_act: str, amount: int = 400_000, **changes: Any) -> str:
        """A new order that has gone through every act up to `stage_act`."""
        number = self.order(amount, **changes)
        for name in PATH[: PATH.index(stage_act) + 1]:
            self.act(number, name)
        return number

    def find(self, number: str) -> StoredOrder:
        """The order as it stands."""
        with self.ledger("aud").read() as connection:
            return find_order(connection, number)

    def rows(self, sql: str) -> list[Any]:
        """What a query of the test answers."""
        with self.ledger("aud").read() as connection:
            return list(connection.execute(text(sql)).all())
