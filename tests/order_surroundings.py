"""What happens around the orders: the office changes hands, files go to the bank, rules and money come and go."""

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from order_oracle import BOOKS, Oracle, Rule
from ordered import SIGNERS, Office
from posting import payment

from ledger.mandates.appoint import appoint
from ledger.mandates.handover import hand_over, sign_handover
from ledger.orders.rules import add_rule, end_rule
from ledger.orders.transfer_file import make_transfer_file
from ledger.orders.transfer_recall import copy_transfer_file, recall_transfers
from ledger.post import post_entries
from ledger.refusal import Refusal


class Disagreement(AssertionError):
    """The product and the oracle do not say the same."""


class Surroundings:
    """The books and the oracle side by side; each step that is no act on an order."""

    office: Office
    oracle: Oracle
    dice: Random
    told: Counter[tuple[str, bool]]
    codes: Counter[str]
    records: list[tuple[str, str]]
    signed: set[tuple[int, str]]
    recalled: set[str]

    @property
    def now(self) -> datetime:
        """The clock of the office."""
        return self.office.now

    def tried(self, name: str, act: Any, lawful: bool, *facts: Any) -> Any:
        """Do it in the product; made or refused as the oracle says, or it is a disagreement."""
        code = ""
        try:
            answer = act()
        except Refusal as refusal:
            answer, code = None, str(refusal.as_json()["code"])
        self.told[name, not code] += 1
        self.codes[code] += 1
        if (not code) != lawful:
            expected = "lawful" if lawful else "unlawful"
            raise Disagreement(f"{name}: {expected} for the oracle, {code or 'made'} in the product; {facts}")
        return answer if not code else None

    # --- the office

    def appoint(self) -> None:
        """An appointment, soon past or soon to come."""
        person = self.dice.choice(["mlo", "bfo"])
        start = self.now + timedelta(minutes=self.dice.choice([-30, -1, -1, 0, 5]))
        self.tried(
            "appoint",
            lambda: self.office.perform("adm", lambda unit: appoint(unit, "ML", person, start, "Acte") and None),
            self._may_start(start),
            start,
        )
        if self._may_start(start):
            self.oracle.terms.append((start, person))

    def _may_start(self, start: datetime) -> bool:
        signed = self.oracle.last_officer
        return start > max(begin for begin, _ in self.oracle.terms) and (signed is None or signed < start)

    def hand_over(self) -> None:
        """A handover now or a little earlier; sometimes with witnesses, sometimes of a mandate known already."""
        oracle, dice = self.oracle, self.dice
        soon, earlier = self.now + timedelta(minutes=9), self.now - timedelta(minutes=3)
        at = dice.choice([self.now, self.now, self.now - timedelta(seconds=1), earlier, oracle.terms[-1][0], soon])
        holder = oracle.terms[-1][1]
        person = dice.choice(["mlo", "bfo"]) if dice.random() < 0.2 else {"mlo": "bfo", "bfo": "mlo"}[holder]
        administrator = dice.choice(["adm"] * 9 + ["mlo"])
        absence = dice.choice([None, None, "Empêchement"])
        witnesses = dice.choice([("ctl", "accBF")] * 3 + [("ctl", "ctl"), ("ctl",)]) if absence else ()
        known = (at, person) in oracle.terms
        before = [name for start, name in oracle.terms if start < at]
        lawful = (
            administrator == "adm" and at <= self.now and at not in oracle.handed and bool(before)
            and before[-1] != person and (known or self._may_start(at))
            and (absence is None or len(set(witnesses)) == 2)
        )  # fmt: skip
        when = at.isoformat()
        self.tried(
            "hand over",
            lambda: self.office.perform(
                administrator,
                lambda unit: hand_over(unit, person, when, "Acte", state="BF", absence=absence, witnesses=witnesses),
            ),
            lawful,
            when,
            person,
        )
        if lawful:
            oracle.handed.add(at)
            if not known:
                oracle.terms.append((at, person))
            parties = ("ctl", "accBF") if absence else (before[-1],)
            self.records.append((person, " ".join(parties)))

    def sign_record(self) -> None:
        """Somebody signs a record of handover."""
        if not self.records and self.dice.random() < 0.9:
            return
        number = self.dice.randint(1, max(1, len(self.records)))
        person, signer = self.dice.choice(["mlo", "bfo", "ctl", "accBF"]), self.dice.choice(["own", "own", "ctl"])
        signer = person if signer == "own" else signer
        parties = [one for pair in self.records[number - 1 : number] for one in (pair[0], *pair[1].split())]
        lawful = person in parties and (number, person) not in self.signed and signer == person
        self.tried(
            "sign the record",
            lambda: self.office.perform(person, lambda unit: sign_handover(unit, number, SIGNERS[signer], "réserve")),
            lawful,
            number,
            person,
        )
        if lawful:
            self.signed.add((number, person))

    # --- the bank's files

    def write_file(self) -> None:
        """The transfer file of a book."""
        book = self.dice.choice(BOOKS)
        if not self.oracle.waiting(book, self.now) and self.dice.random() < 0.8:
            book = max(BOOKS, key=lambda one: len(self.oracle.waiting(one, self.now)))
        waiting = self.oracle.waiting(book, self.now)
        if not waiting and self.dice.random() < 0.8:
            return
        person = self.dice.choice([f"acc{book}"] * 6 + ["accML", "req"])
        lawful = bool(waiting) and person == f"acc{book}"
        made = self.tried(
            "transfer file",
            lambda: self.office.perform(person, lambda unit: make_transfer_file(unit, book)[0]),
            lawful,
            book,
            waiting,
        )
        if made is not None:
            if made["orders"] != waiting:
                raise Disagreement(f"file of {made['orders']}, expected {waiting}")
            self.oracle.files[made["message"]] = (book, list(waiting))
            for number in waiting:
                self.oracle.orders[number].file[book] = made["message"]

    def recall(self) -> None:
        """The bank gives transfers back."""
        if not self.oracle.files:
            return
        living = [name for name, (book, inside) in self.oracle.files.items()
                  if any(self.oracle.orders[number].stage[book] == "accepted" for number in inside)]  # fmt: skip
        message = self.dice.choice(living if living and self.dice.random() < 0.8 else list(self.oracle.files))
        book, inside = self.oracle.files[message]
        asked = tuple(self.dice.sample(inside, 1)) if inside and self.dice.random() < 0.5 else ()
        if self.dice.random() < 0.1:
            asked = (self.dice.choice(list(self.oracle.orders)),)
        person = self.dice.choice([f"acc{book}"] * 5 + ["mlo"])
        payable = [number for number in inside if self.oracle.orders[number].stage[book] == "accepted"]
        taken = list(asked) or payable
        lawful = person == f"acc{book}" and bool(taken) and all(number in payable for number in taken)
        made = self.tried(
            "recall",
            lambda: self.office.perform(person, lambda unit: recall_transfers(unit, message, "motif", "BQ-1", asked)),
            lawful,
            message,
            asked,
        )
        if made is not None:
            if made["orders"] != taken:
                raise Disagreement(f"recalled {made['orders']}, expected {taken}")
            for number in taken:
                inside.remove(number)
                self.oracle.orders[number].file[book] = None
            self.oracle.files[message] = (book, inside)
            self.recalled.add(message)

    def copy_file(self) -> None:
        """A file is lost, and made again."""
        if self.oracle.files:
            message = self.dice.choice(list(self.oracle.files))
            book = self.oracle.files[message][0]
            lawful = message not in self.recalled
            self.tried(
                "copy of a file",
                lambda: self.office.perform(f"acc{book}", lambda unit: copy_transfer_file(unit, message)),
                lawful,
                message,
            )

    # --- rules and money

    def _acted_since(self, roles: set[str], act: str | None, day: date) -> bool:
        marks = ", ".join(f"'{role}'" for role in sorted(roles))
        only = f" AND act = '{act}'" if act else ""
        rows = self.office.rows(f"SELECT max(at) FROM order_event WHERE role IN ({marks}){only}")
        return rows[0][0] is not None and str(rows[0][0])[:10] >= day.isoformat()

    def threshold(self) -> None:
        """From an amount on, more visas; or the end of such a rule."""
        oracle, today = self.oracle, self.now.date()
        running = [rule for rule in oracle.thresholds if rule.end is None]
        if running and self.dice.random() < 0.6:
            self.end_rule(self.dice.choice(running), today)
            return
        amount, day = self.dice.choice([100_000, 300_000]), today + timedelta(days=self.dice.choice([-1, 0, 1]))
        taken = any(rule.amount == amount and (rule.end is None or rule.end > day) for rule in oracle.thresholds)
        lawful = not taken and not self._acted_since({"officer"}, "authorise", day)
        made = self.tried(
            "threshold",
            lambda: self.office.perform(
                "adm", lambda unit: add_rule(unit, "threshold", day, "Acte", amount=amount, visas=2)
            ),
            lawful,
            amount,
            day,
        )
        if made is not None:
            oracle.thresholds.append(Rule(int(made["id"]), day, None, amount, 2))

    def end_rule(self, rule: Rule, today: date) -> None:
        """A rule ends tomorrow."""
        day = today + timedelta(days=1)
        self.tried(
            "end of a rule",
            lambda: self.office.perform("adm", lambda unit: end_rule(unit, rule.id, day, "Acte") and None),
            day > rule.start,
            rule,
        )
        if day > rule.start:
            rule.end = day

    def nationality(self) -> None:
        """Three nationalities from a day on, or no more."""
        oracle, today = self.oracle, self.now.date()
        running = [rule for rule in oracle.nationality if rule.end is None]
        if running:
            self.end_rule(running[0], today)
            return
        if self.dice.random() < 0.6:
            return
        day = today + timedelta(days=self.dice.choice([0, 1]))
        taken = any(rule.end is None or rule.end > day for rule in oracle.nationality)
        lawful = not taken and not self._acted_since({"controller", "officer", "accountant"}, None, day)
        made = self.tried(
            "three nationalities",
            lambda: self.office.perform("adm", lambda unit: add_rule(unit, "nationality", day, "Acte")),
            lawful,
            day,
        )
        if made is not None:
            oracle.nationality.append(Rule(int(made["id"]), day))

    def sequence(self) -> None:
        """Visa first, or verification first, for the orders created from a day on."""
        day = self.now.date() + timedelta(days=self.dice.choice([0, 1]))
        name = self.dice.choice(["visa_first", "verification_first"])
        created = self.office.rows("SELECT max(created_at) FROM payment_order")[0][0]
        late = created is not None and str(created)[:10] >= day.isoformat()
        lawful = not late and all(start < day for start, _ in self.oracle.sequences)
        self.tried(
            "order of the visa",
            lambda: self.office.perform(
                "adm", lambda unit: add_rule(unit, "sequence", day, "Acte", sequence=name) and None
            ),
            lawful,
            day,
        )
        if lawful:
            self.oracle.sequences.append((day, name))

    def spend(self) -> None:
        """During the take-over money leaves without an order: what was committed may lack."""
        book, amount = self.dice.choice(BOOKS), self.dice.randint(1, 400_000)
        draft = payment(book, self.now.date(), amount, key=f"s{self.office.rows('SELECT count(*) FROM entry')[0][0]}")
        self.office.perform(f"acc{book}", lambda unit: post_entries(unit, [draft]) and None)
        self.oracle.bank[book] -= amount
        for line in draft.lines:
            if not line.account.startswith("5211"):
                self.oracle.enter(line.account, line.debit - line.credit)
        self.told["money out", True] += 1

    def receive(self) -> None:
        """Money comes in."""
        book, amount = self.dice.choice(BOOKS), self.dice.randint(1, 500_000)
        self.office.receive(book, amount)
        self.oracle.bank[book] += amount
        self.oracle.enter(f"4487{BOOKS.index(book) + 1}", -amount)
        self.told["money in", True] += 1

    def days_go_by(self) -> None:
        """Rules begin and end."""
        self.office.later(days=self.dice.choice([1, 1, 2]))
