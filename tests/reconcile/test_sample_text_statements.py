"""Other people's MT940, MT942 and CFONB 120 files read as known, or are refused where their sums are false.

The files lie beside the checkout or where PCAES_SAMPLES says; without them this module is skipped.
"""

import importlib
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reconcile.model import FileRefused, Statement

SAMPLES = Path(os.environ.get("PCAES_SAMPLES", Path(__file__).resolve().parents[3] / "shared" / "samples"))
EXPECTED = SAMPLES / "statements" / "expected.json"
FORMATS = ("mt940", "mt942", "cfonb120")

if not EXPECTED.is_file():
    pytest.skip("the sample statements are not there", allow_module_level=True)

KNOWN: dict[str, Any] = {
    name: known
    for name, known in json.loads(EXPECTED.read_text(encoding="utf-8")).items()
    if name.split("/")[0] in FORMATS
}


def arithmetic(known: dict[str, Any]) -> list[bool | None]:
    """Whether each page or statement adds up, as recorded; None without balances."""
    listed: list[bool | None] = known.get("arithmetic") or [row.get("arithmetic") for row in known["statements"]]
    return listed


def is_false(name: str) -> bool:
    return False in arithmetic(KNOWN[name]) or bool(KNOWN[name].get("errors"))


def read(name: str) -> tuple[Statement, ...]:
    reader = importlib.import_module(f"reconcile.readers.{name.split('/')[0]}")
    found: tuple[Statement, ...] = reader.read((SAMPLES / "statements" / name).read_bytes())
    return found


def minor(text: str | None, exponent: int) -> int | None:
    return None if text is None else int(Decimal(text).scaleb(exponent))


@pytest.mark.parametrize("name", [name for name in KNOWN if not is_false(name)])
def test_a_sample_that_adds_up_reads_as_known(name: str) -> None:
    statements = read(name)
    rows = KNOWN[name]["statements"]
    whole = sum(row.get("close_tag") != "62M" for row in rows)
    exponents = {statement.exponent for statement in statements}
    assert exponents == {2}
    assert len(statements) == whole
    assert sum(len(statement.lines) for statement in statements) == sum(int(row["n"]) for row in rows)
    total = sum(line.amount for statement in statements for line in statement.lines)
    assert total == sum(minor(row["sum"], 2) or 0 for row in rows)
    assert [statement.opening for statement in statements] == [
        minor(row["open"], 2) for row in rows if row.get("open_tag") != "60M"
    ]
    assert [statement.closing for statement in statements] == [
        minor(row["close"], 2) for row in rows if row.get("close_tag") != "62M"
    ]
    assert [statement.proven for statement in statements] == [row["open"] is not None for row in rows][:whole]
    if "acct" in rows[0]:
        assert [statement.account for statement in statements] == [row["acct"] for row in rows]
    else:
        printed = [row["no"] for row in rows if row.get("open_tag") != "60M"]
        assert [statement.number for statement in statements] == printed
    for statement, row in zip(statements, rows, strict=False):
        assert row["ccy"] in (None, statement.currency) or len(statements) < len(rows)


@pytest.mark.parametrize("name", [name for name in KNOWN if is_false(name)])
def test_a_sample_whose_sums_are_false_or_that_is_a_fragment_is_refused(name: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(name)
    codes = [fault.code for fault in refused.value.faults]
    if "multiline" in name:  # a movement stands after the end of the message: that is what is wrong
        assert codes == ["structure"]
    elif KNOWN[name].get("errors"):
        assert codes == ["structure"] * len(KNOWN[name]["errors"])
    else:
        assert codes == ["statement_unbalanced"] * arithmetic(KNOWN[name]).count(False)
