"""A desk for each office, at the command line: the words of the manual, answered in JSON."""

import json
from pathlib import Path
from typing import Any

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


def furnished(tmp_path: Path) -> Desk:
    """Users, a key, a mandate, a million on the account of Burkina Faso; the passphrase is in the environment."""
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
