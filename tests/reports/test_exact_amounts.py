"""A sum that a spreadsheet cannot show to the franc is refused in words, and JSON gives it."""

import json
from pathlib import Path

import pytest
from posting import NOON, do, expense, seal
from sqlalchemy import Engine

from ledger.correct import reverse_entry
from ledger.money import AMOUNT_MAX
from ledger.unit import Ledger
from portal.cli.call import call


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Two entries of the greatest amount: each is taken, their sum has sixteen digits."""
    ledger = Ledger(books_engine, "essai", clock=lambda: NOON)
    seal(ledger, expense(amount=AMOUNT_MAX), expense(amount=AMOUNT_MAX, document="FACT-13"))
    return ledger


def asked(ledger: Ledger, form: str, folder: Path) -> tuple[int, dict[str, object]]:
    """What `pcaes report journal` answers, and its exit code."""
    url = ledger.engine.url.render_as_string(hide_password=False)
    file = folder / f"etat.{form}"
    done = call(("--json", "report", "journal", "--format", form, "--out", str(file)), database=url, actor="essai")
    return done.code, json.loads(done.out) if done.code else {}


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_sum_of_sixteen_digits_is_refused_in_words(form: str, ledger: Ledger, tmp_path: Path) -> None:
    code, told = asked(ledger, form, tmp_path)
    refused = told["refused"]
    assert isinstance(refused, dict)
    assert (code, refused["code"], refused["facts"]) == (1, "report_amount_too_long", {"amount": 2 * AMOUNT_MAX})
    assert list(tmp_path.glob("etat.*")) == []
    # the amount once taken back, the report is there again
    do(ledger, reverse_entry, "BF/OD/2026/2", "negative", "montant invraisemblable")
    assert asked(ledger, form, tmp_path) == (0, {})


def test_json_gives_the_sum_as_it_is(ledger: Ledger, tmp_path: Path) -> None:
    assert asked(ledger, "json", tmp_path) == (0, {})
    assert str(2 * AMOUNT_MAX) in (tmp_path / "etat.json").read_text(encoding="utf-8")
