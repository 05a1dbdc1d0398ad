"""Sample CSV and XLSX statements of other people, where they are at hand: read as expected."""

import json
import os
from pathlib import Path

import pytest

from reconcile.readers import csv_table, xlsx

SAMPLES = Path(os.environ.get("PCAES_SAMPLES") or Path(__file__).parents[3] / "shared" / "samples") / "statements"
EXPECTED = SAMPLES / "expected.json"

if not EXPECTED.is_file():
    pytest.skip("the sample statements are not at hand", allow_module_level=True)

TABLES = {
    name: facts
    for name, facts in json.loads(EXPECTED.read_text(encoding="utf-8")).items()
    if name.startswith(("csv/", "xlsx/"))
}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_sample_table_is_read_as_expected(name):
    facts = TABLES[name]
    reader = csv_table if name.startswith("csv/") else xlsx
    (statement,) = reader.read((SAMPLES / name).read_bytes())
    # The samples count the rows printed; a row that its own note calls not booked is no movement.
    waiting = 1 if "not booked" in facts["note"] or "without booking date" in facts["note"] else 0
    assert len(statement.lines) == facts["n"] - waiting
    assert ("pending_rows_left_out" in statement.notes, statement.pending) == (bool(waiting), waiting)
    for printed, read in ((facts["open"], statement.opening), (facts["close"], statement.closing)):
        if printed:
            assert read == round(float(printed) * 10**statement.exponent)
            assert statement.proven is True
