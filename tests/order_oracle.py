"""The law of orders and mandates as a few plain dictionaries: nothing of the product is asked here.

An independent reading of it: which act, by whom, from where, on which conditions; and what each act enters.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

BOOKS = ("BF", "ML", "NE")
ROLE = {
    "req": "req", "ctl": "ctl", "ctl2": "ctl", "mlo": "off", "bfo": "off", "accBF": "acc", "accML": "acc",
    "accNE": "acc", "aud": "aud",
}  # fmt: skip
NATION = {"req": "BF", "ctl": "ML", "ctl2": "ML", "mlo": "ML", "bfo": "BF", "accBF": "NE", "accML": "NE", "accNE": "NE"}
EXCEPTED = {"funds_available", "legal_basis", "service_rendered", "prior_visa", "payee_account", "no_opposition"}
MOTIVATED = {"reject", "cancel", "suspend", "resume", "requisition", "return"}
SIGNED = {"authorise", "confirm", "requisition"}
HELD = {"accept", "regularise", "pay", "requisition"}
TAKEN_BACK = {"suspend", "cancel", "return"}
FREE = {"draft", "paid", "cleared", "rejected", "cancelled", "returned", "bank_returned"}
"""Stages at which a charge holds nothing back on its account."""
DEAD = {"rejected", "cancelled", "returned"}

BEFORE = {(stage, "cancel"): ("cancelled", "req") for stage in ("draft", "committed", "visa", "verified")}
WHOLE = {
    "visa_first": BEFORE | {
        ("draft", "commit"): ("committed", "req"), ("committed", "visa"): ("visa", "ctl"),
        ("committed", "reject"): ("rejected", "ctl"), ("visa", "visa"): ("visa", "ctl"),
        ("visa", "verify"): ("verified", "req"), ("verified", "visa"): ("verified", "ctl"),
        ("verified", "authorise"): ("authorised", "off"), ("verified", "reject"): ("rejected", "off"),
    },
    "verification_first": BEFORE | {
        ("draft", "commit"): ("committed", "req"), ("committed", "verify"): ("verified", "req"),
        ("verified", "reject"): ("rejected", "ctl"), ("verified", "visa"): ("visa", "ctl"),
        ("visa", "visa"): ("visa", "ctl"), ("visa", "authorise"): ("authorised", "off"),
        ("visa", "reject"): ("rejected", "off"),
    },
}  # fmt: skip
ONE = {
    ("authorised", "accept"): ("accepted", "acc"), ("requisitioned", "accept"): ("accepted", "acc"),
    ("authorised", "regularise"): ("cleared", "acc"), ("authorised", "suspend"): ("suspended", "acc"),
    ("accepted", "suspend"): ("suspended", "acc"), ("suspended", "resume"): ("authorised", "acc"),
    ("suspended", "return"): ("returned", "acc"), ("suspended", "requisition"): ("requisitioned", "off"),
    ("accepted", "pay"): ("paid", "acc"), ("paid", "return"): ("bank_returned", "acc"),
    ("cleared", "return"): ("bank_returned", "acc"),
    **{(stage, "return"): ("returned", "off") for stage in ("authorised", "requisitioned", "accepted")},
    **{(one, act): (one if act == "confirm" else "cancelled", "off")
       for one in ("authorised", "suspended", "requisitioned", "accepted") for act in ("confirm", "cancel")},
}  # fmt: skip
ACTS = sorted({act for table in (*WHOLE.values(), ONE) for _, act in table})


@dataclass
class Known:
    """What the oracle knows of one order."""

    kind: str
    charges: dict[str, int]
    account: str
    sequence: str
    reissues: str | None = None
    behalf: str | None = None
    whole: str = "draft"
    stage: dict[str, str] = field(default_factory=dict)
    visas: set[str] = field(default_factory=set)
    acted: list[tuple[str, str]] = field(default_factory=list)
    signed: dict[str, set[int]] = field(default_factory=dict)
    failed: dict[str, set[str]] = field(default_factory=dict)
    file: dict[str, str | None] = field(default_factory=dict)

    def at(self, book: str) -> str:
        """The stage of a charge."""
        return self.stage.get(book, self.whole)


@dataclass
class Rule:
    """A dated rule, `end` excluded; `id` is its number in the product."""

    id: int
    start: date
    end: date | None = None
    amount: int = 0
    visas: int = 0

    def rules(self, day: date) -> bool:
        """In force on that day."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass
class Try:
    """One act as somebody tries it. `signer`: whose key is used; `failed`: the checks found wanting."""

    act: str
    person: str
    book: str | None = None
    failed: tuple[str, ...] = ()
    reason: bool = True
    signer: str | None = None


@dataclass
class Oracle:
    """Orders, terms of office, rules, money: all that the law looks at."""

    bank: dict[str, int]
    terms: list[tuple[datetime, str]]
    orders: dict[str, Known] = field(default_factory=dict)
    entered: dict[str, int] = field(default_factory=dict)
    thresholds: list[Rule] = field(default_factory=list)
    nationality: list[Rule] = field(default_factory=list)
    sequences: list[tuple[date, str]] = field(default_factory=list)
    handed: set[datetime] = field(default_factory=set)
    last_officer: datetime | None = None
    files: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """Message → book and orders still in it."""

    def holder(self, now: datetime) -> int:
        """The place of the term in which an instant falls."""
        return max(place for place, (start, _) in enumerate(self.terms) if start <= now)

    def enter(self, account: str, amount: int) -> None:
        """Debit (credit when negative) an account."""
        self.entered[account] = self.entered.get(account, 0) + amount

    def free(self, book: str, but: Known) -> int:
        """What the account holds, less what the other orders hold back."""
        held = sum(one.charges[book] for one in self.orders.values()
                   if one is not but and book in one.charges and one.kind != "regularisation"
                   and one.at(book) not in FREE)  # fmt: skip
        return self.bank[book] - held

    def short(self, one: Known, book: str) -> bool:
        """The account does not hold this charge beside the accepted ones."""
        accepted = sum(other.charges[book] for other in self.orders.values()
                       if other is not one and book in other.charges and other.kind != "regularisation"
                       and other.at(book) == "accepted")  # fmt: skip
        return one.kind != "regularisation" and self.bank[book] - accepted < one.charges[book]

    def table(self, one: Known) -> dict[tuple[str, str], tuple[str, str]]:
        """The moves open to an order: as a whole, then by charge."""
        return ONE if one.whole == "authorised" else WHOLE[one.sequence]

    def places(self, one: Known, what: Try) -> list[str | None]:
        """The charges that the act is about; None for the whole order."""
        if one.whole != "authorised":
            return [None]
        asked = what.book or (what.person[3:] if ROLE[what.person] == "acc" else None)
        if asked is not None:
            return [asked]
        fits = [book for book in one.charges if (one.stage[book], what.act) in ONE]
        return list(fits or list(one.charges)[:1])

    def lawful(self, one: Known, what: Try, book: str | None, now: datetime) -> bool:
        """Whether the law lets the act be done on one charge, or on the whole order."""
        if book is not None and book not in one.charges:
            return False
        stage = one.whole if book is None else one.stage[book]
        found = self.table(one).get((stage, what.act))
        role = ROLE[what.person]
        if found is None or role != found[1] or (role == "acc" and what.person != f"acc{book}"):
            return False
        if what.act in MOTIVATED and not (what.reason or (what.act == "suspend" and what.failed)):
            return False
        today, holder = now.date(), self.holder(now)
        if role == "off" and self.terms[holder][1] != what.person:
            return False
        if what.act in SIGNED and what.signer != what.person:
            return False
        if what.act == "visa" and what.person in one.visas:
            return False
        if not self.fits_kind(one, what.act, stage) or not self.nations_differ(one, what.person, today):
            return False
        if book is None:
            return self.whole_conditions(one, what, today)
        return self.charge_conditions(one, what, book, stage, holder)

    def fits_kind(self, one: Known, act: str, stage: str) -> bool:
        """An order « ne pas payer » is regularised, and it alone."""
        if one.kind != "regularisation":
            return act != "regularise"
        return act not in ("accept", "requisition", "pay") and not (act == "return" and stage in ("paid", "cleared"))

    def nations_differ(self, one: Known, person: str, today: date) -> bool:
        """Visa, authorisation and payment of three nationalities, on the days of the rule."""
        role = ROLE[person]
        if role == "req" or not any(rule.rules(today) for rule in self.nationality):
            return True
        return all(NATION[other] != NATION[person] for duty, other in one.acted if duty not in ("req", role))

    def needed(self, amount: int, today: date) -> int:
        """How many visas an amount asks for."""
        return max([1, *(rule.visas for rule in self.thresholds if rule.amount <= amount and rule.rules(today))])

    def whole_conditions(self, one: Known, what: Try, today: date) -> bool:
        """Funds to commit, visas to authorise."""
        if what.act == "commit" and one.kind != "regularisation":
            return all(amount <= self.free(book, one) for book, amount in one.charges.items())
        if what.act == "authorise":
            return len(one.visas) >= self.needed(sum(one.charges.values()), today)
        return True

    def charge_conditions(self, one: Known, what: Try, book: str, stage: str, holder: int) -> bool:
        """Confirmation, checks, requisition, money, transfer file."""
        if what.act in HELD and holder not in one.signed[book]:
            return False
        found = set(what.failed) | ({"funds_available"} if self.short(one, book) else set())
        if what.act in ("accept", "regularise"):
            return not (found & EXCEPTED if stage == "requisitioned" else found)
        if what.act == "suspend" and not found:
            return False
        if what.act == "requisition":
            return not one.failed[book] & EXCEPTED
        if what.act == "pay":
            return one.charges[book] <= self.bank[book]
        return not (stage == "accepted" and what.act in TAKEN_BACK and one.file.get(book))

    def follow(self, one: Known, what: Try, book: str | None, now: datetime) -> None:
        """Do the act in the oracle's own books."""
        stage = one.whole if book is None else one.stage[book]
        target, role = self.table(one)[stage, what.act]
        holder = self.holder(now)
        one.acted.append((role, what.person))
        if role == "off":
            self.last_officer = now
        if book is None:
            one.whole = target
            if what.act == "visa":
                one.visas.add(what.person)
            if what.act == "authorise":
                one.stage = dict.fromkeys(one.charges, "authorised")
                one.signed = {each: {holder} for each in one.charges}
            return
        if what.act == "confirm":
            one.signed[book].add(holder)
        if what.act == "suspend":
            one.failed[book] = set(what.failed) | ({"funds_available"} if self.short(one, book) else set())
        self.post(one, what.act, book, stage, target)
        one.stage[book] = target

    def post(self, one: Known, act: str, book: str, stage: str, target: str) -> None:
        """What the act enters in the books."""
        amount, last = one.charges[book], BOOKS.index(book) + 1
        if act in ("accept", "regularise"):
            self.impute(one, book, amount, f"4011{last}" if act == "accept" else f"4711{last}")
            one.file[book] = None
        elif stage == "accepted" and act in TAKEN_BACK:
            self.impute(one, book, -amount, f"4011{last}")
        elif act == "pay":
            self.enter(f"4011{last}", amount)
            self.bank[book] -= amount
        elif target == "bank_returned":
            self.enter("47129", -amount)
            self.bank[book] += amount

    def impute(self, one: Known, book: str, amount: int, credit: str) -> None:
        """The expense against the creditor, through 185x when one State pays for another."""
        self.enter(credit, -amount)
        self.enter(one.account, amount)
        if one.behalf not in (None, book):
            self.enter(f"185{BOOKS.index(str(one.behalf)) + 1}", amount)
            self.enter(f"185{BOOKS.index(book) + 1}", -amount)

    def may_reissue(self, number: str, charges: dict[str, int]) -> bool:
        """A payment that came back is ordered again once, whole, unless that new order died before it was paid."""
        first = self.orders.get(number)
        if first is None:
            return False
        for book, amount in charges.items():
            if first.charges.get(book) != amount or first.at(book) != "bank_returned":
                return False
            if any(other.reissues == number and book in other.charges and other.at(book) not in DEAD
                   for other in self.orders.values()):  # fmt: skip
                return False
        return True

    def waiting(self, book: str, now: datetime) -> list[str]:
        """The orders that a transfer file would take."""
        return [number for number, one in self.orders.items()
                if one.kind != "regularisation" and one.stage.get(book) == "accepted" and not one.file.get(book)
                and self.holder(now) in one.signed[book]]  # fmt: skip
