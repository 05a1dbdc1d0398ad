"""Every sample statement, of every format, through the door that people use."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from reconcile.inspect import inspect_files

SAMPLES = Path(os.environ.get("PCAES_SAMPLES") or Path(__file__).parents[3] / "shared" / "samples") / "statements"

HARMLESS = ("reader_failed", "reading_aborted", "reading_too_long")
"""What no sample may be refused for: the fault would be ours."""

LINE = {
    "booking_date": str,
    "value_date": (str, type(None)),
    "amount": int,
    "reversal": bool,
    "bank_reference": (str, type(None)),
    "customer_reference": (str, type(None)),
    "type": (str, type(None)),
    "counterparty": (str, type(None)),
    "label": str,
}


def samples() -> list[Any]:
    listed = SAMPLES / "index.csv"
    if not listed.is_file():
        return [pytest.param({}, marks=pytest.mark.skip(reason=f"no sample statements in {SAMPLES}"))]
    with listed.open(encoding="utf-8", newline="") as stream:
        return [pytest.param(row, id=row["file"]) for row in csv.DictReader(stream)]


@pytest.mark.parametrize("sample", samples())
def test_a_sample_is_read_whole_or_refused_for_what_is_wrong_with_it(sample: dict[str, str]) -> None:
    document = json.loads(json.dumps(inspect_files([SAMPLES / sample["file"]])))
    (found,) = document["files"]
    assert found["file"] == Path(sample["file"]).name
    if sample["format"] == "pdftext":
        assert (found["format"], found["refused"]["code"]) == (None, "not_recognised")
        return
    assert found["format"].startswith(sample["format"])
    if found["status"] == "refused":
        assert found["statements"] == []
        assert found["refused"]["code"] == found["refused"]["facts"]["faults"][0]["code"]
        assert found["refused"]["code"] not in HARMLESS
    else:
        assert "N" not in sample["arithmetic_per_statement"]
        assert (found["status"], found["refused"]) == ("read", None)
    for statement in found["statements"]:
        total = sum(line["amount"] for line in statement["lines"])
        if statement["proven"]:
            assert statement["opening"] + total == statement["closing"]
        for line in statement["lines"]:
            assert {name: isinstance(line[name], kind) for name, kind in LINE.items()} == dict.fromkeys(LINE, True)


def adding_up() -> list[Any]:
    """The samples of which every statement has balances, and they add up."""
    return [one for one in samples() if one.marks or set(one.values[0]["arithmetic_per_statement"]) == {"Y"}]


@pytest.mark.parametrize("sample", adding_up())
def test_a_sample_whose_statements_all_add_up_is_read(sample: dict[str, str]) -> None:
    (found,) = inspect_files([SAMPLES / sample["file"]])["files"]
    assert found["refused"] is None
    assert sum(len(statement["lines"]) for statement in found["statements"]) == int(sample["expected_transactions"])
