"""camt and OFX files of real banks and of other projects, where a folder of them is at hand."""

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reconcile.model import FileRefused, StatementFile
from reconcile.readers.dispatch import read_bytes

SAMPLES = Path(os.environ.get("PCAES_SAMPLES") or Path(__file__).parents[3] / "shared" / "samples") / "statements"


def expectations(folder: str) -> list[Any]:
    listed = SAMPLES / "expected.json"
    if not listed.is_file():
        return [pytest.param("", {}, marks=pytest.mark.skip(reason=f"no sample statements in {SAMPLES}"))]
    known = json.loads(listed.read_text(encoding="utf-8"))
    return [pytest.param(name, facts, id=name) for name, facts in known.items() if name.startswith(f"{folder}/")]


def read(name: str) -> StatementFile:
    return read_bytes((SAMPLES / name).read_bytes())


def units(text: str | None, exponent: int) -> int | None:
    return None if text is None else int(Decimal(text).scaleb(exponent))


@pytest.mark.parametrize(("name", "expected"), expectations("camt"))
def test_a_camt_sample_is_read_as_expected_or_refused_when_it_does_not_add_up(
    name: str, expected: dict[str, Any]
) -> None:
    statements = expected["statements"]
    if any(facts["arithmetic"] is False for facts in statements):
        with pytest.raises(FileRefused) as caught:
            read(name)
        assert caught.value.faults[0].code in ("statement_unbalanced", "currency_mismatch", "page_missing")
        assert caught.value.format == expected["version"][:8]
        return
    found = read(name)
    assert found.format == expected["version"][:8]
    for statement, facts in zip(found.statements, statements, strict=True):
        assert statement.account == facts["acct"]
        assert len(statement.lines) == facts["book"]
        assert sum(len(line.details) for line in statement.lines) == facts["tx"]
        assert statement.opening == units(facts["open"], statement.exponent)
        assert statement.closing == units(facts["close"], statement.exponent)
        assert statement.proven is bool(facts["arithmetic"])


@pytest.mark.parametrize(("name", "expected"), expectations("ofx"))
def test_an_ofx_sample_is_read_as_expected(name: str, expected: dict[str, Any]) -> None:
    found = read(name)
    assert sum(len(statement.lines) for statement in found.statements) == expected["n"]
    assert [(statement.opening, statement.proven) for statement in found.statements] == [(None, False)] * len(
        found.statements
    )
    if expected["ledger"]:
        closings = [statement.closing for statement in found.statements]
        assert closings == [units(text, found.statements[0].exponent) for text in expected["ledger"]]
