"""Payment orders from the command line: the same words as in the manual, from the key to the offline check."""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.orders.offline_verifier import main as check_offline
from portal.cli.call import Outcome, call

IBAN = "NE58NE9990100102025000033369"


class Desk:
    """A database of one test, and everybody who acts on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = f"sqlite:///{folder / 'livres.db'}"
        self.now = "2026-03-02T09:00:00Z"

    def run(self, person: str | None, *words: str) -> Outcome:
        """One command, answered in JSON."""
        return call([*words, "--json"], database=self.database, actor=person, now=self.now)

    def done(self, person: str | None, *words: str) -> Any:
        """One command that must be done."""
        outcome = self.run(person, *words)
        assert outcome.code == 0, outcome.out + outcome.err
        return outcome.document

    def refused(self, person: str, *words: str) -> str:
        """One command that must be refused; gives the code."""
        outcome = self.run(person, *words)
        assert outcome.code == 1, outcome.out
        return str(outcome.document["refused"]["code"])

    def write(self, name: str, content: Any) -> str:
        """A JSON file of the test."""
        (self.folder / name).write_text(json.dumps(content), encoding="utf-8")
        return str(self.folder / name)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Users, a key, a mandate, a million on the account of Burkina Faso."""
    monkeypatch.setenv("PCAES_PASSPHRASE", "phrase de test")
    made = Desk(tmp_path)
    made.done(None, "init", "--fictional")
    for name, role in (("adm", "administrator"), ("req", "requester"), ("ctl", "controller"), ("off", "officer")):
        made.done("adm", "user", "add", name, "--role", role)
    made.done("adm", "user", "add", "acc", "--role", "accountant", "--book", "BF")
    made.done("off", "key", "new", "--out", str(tmp_path / "off.key"))
    made.done(
        "adm", "mandate", "appoint", "--state", "ML", "--user", "off", "--from", "2024-07-06", "--act", "Acte fictif",
        "--key", str(tmp_path / "off.key.pub"),
    )  # fmt: skip
    lines = [{"account": "52111", "debit": 1_000_000}, {"account": "44871", "credit": 1_000_000}]
    entry = {"book": "BF", "journal": "BQ", "date": "2026-02-27", "document": "R", "label": "Reçu", "lines": lines}
    made.done("acc", "post", made.write("e.json", {"entries": [entry]}))
    (tmp_path / "facture.txt").write_text("facture fictive", encoding="utf-8")
    return made


def order(**changes: Any) -> dict[str, Any]:
    """The document of one order."""
    charges = [{"book": "BF", "amount": 400_000}]
    fields = {"purpose": "Étude fictive", "payee": {"name": "Bénéficiaire fictif", "iban": IBAN}, "amount": 400_000}
    return {"orders": [{**fields, "charges": charges, "account": "65881", "documents": ["facture.txt"], **changes}]}


def test_an_order_is_created_signed_paid_and_checked_offline(desk: Desk, tmp_path: Path) -> None:
    made = desk.done("req", "order", "create", desk.write("o.json", order(key="k")))
    assert made == {"orders": [{"id": 1, "number": "2026-0001", "stage": "draft"}]}
    assert desk.done("req", "order", "create", desk.write("o.json", order(key="k"))) == made
    key = ("--key", str(tmp_path / "off.key"))
    stages = [
        desk.done("req", "order", "commit", "1")["stage"],
        desk.done("ctl", "order", "visa", "1")["stage"],
        desk.done("req", "order", "verify", "2026-0001")["stage"],
        desk.done("off", "order", "authorise", "1", *key)["stage"],
        desk.done("acc", "order", "accept", "1", "--all-checks-made")["stage"],
        desk.done("acc", "order", "pay", "1")["stage"],
    ]
    assert stages == ["committed", "visa", "verified", "authorised", "accepted", "paid"]
    shown = desk.done("acc", "order", "show", "1")
    assert (shown["stage"], shown["signature"]["person"], len(shown["checks"])) == ("paid", "off", 11)
    out = tmp_path / "ordre.json"
    desk.done("acc", "order", "export", "1", "--out", str(out))
    specimen = shown["signature"]["public_key"]
    assert check_offline([str(out), "--specimen", specimen, "--documents", str(tmp_path)]) == 0
    assert [row["stage"] for row in desk.done("acc", "order", "list")["orders"]] == ["paid"]
    checks = desk.done("acc", "verify")["checks"]
    assert [check["name"] for check in checks if not check["ok"]] == []


def test_refusals_have_their_codes(desk: Desk, tmp_path: Path) -> None:
    without = order()
    del without["orders"][0]["charges"]
    assert desk.refused("req", "order", "create", desk.write("o.json", without)) == "order_file_unreadable"
    assert desk.refused("acc", "order", "create", desk.write("o.json", order())) == "role_forbidden"
    wrong = order(amount=400_001)
    assert desk.refused("req", "order", "create", desk.write("o.json", wrong)) == "order_charges_differ"
    desk.done("req", "order", "create", desk.write("o.json", order()))
    key = ("--key", str(tmp_path / "off.key"))
    assert desk.refused("off", "order", "authorise", "1", *key) == "order_move_illegal"
    assert desk.refused("req", "order", "show", "77") == "order_unknown"
    desk.done("req", "order", "commit", "1")
    assert desk.refused("off", "order", "visa", "1") == "order_role_wrong"


def test_a_wrong_passphrase_signs_nothing(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.done("req", "order", "create", desk.write("o.json", order()))
    monkeypatch.setenv("PCAES_PASSPHRASE", "une autre phrase")
    assert desk.refused("off", "order", "authorise", "1", "--key", str(tmp_path / "off.key")) == "key_passphrase_wrong"
    monkeypatch.setenv("PCAES_PASSPHRASE", "court")
    assert desk.refused("off", "key", "new", "--out", str(tmp_path / "autre.key")) == "key_passphrase_short"


def test_mandates_are_listed_with_their_specimen(desk: Desk) -> None:
    (row,) = desk.done("adm", "mandate", "list")["mandates"]
    assert (row["state"], row["person"], row["from"], row["to"], row["presidency"]) == (
        "ML", "off", "2024-07-06T00:00:00.000000Z", None, True,
    )  # fmt: skip
    assert desk.done("adm", "key", "list")["keys"][0]["fingerprint"] == row["fingerprint"]


def test_rules_are_set_and_listed(desk: Desk) -> None:
    desk.done(
        "adm", "order", "rules", "threshold", "--amount", "5000", "--visas", "2", "--from", "2026-03-01", "--act", "D"
    )
    (rule,) = desk.done("adm", "order", "rules", "list")["rules"]
    assert (rule["kind"], rule["amount"], rule["visas"], rule["end"]) == ("threshold", 5_000, 2, None)
