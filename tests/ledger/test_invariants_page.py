"""docs/invariants.md and the titles of the guards say every guard that the migrations make."""

import re
import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest
from errors_page import catalogue

from ledger.guard_forms import FAMILIES
from ledger.guards import title_of
from ledger.setup import create_books

PAGE = Path(__file__).resolve().parents[2] / "docs" / "invariants.md"


@pytest.fixture(scope="module")
def guards(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The guards of a new database: what its triggers raise and the names of its CHECKs."""
    file = tmp_path_factory.mktemp("guards") / "livres.db"
    create_books(f"sqlite:///{file}")
    catalogue()  # every package is imported: each declares the titles of its own guards
    connection = sqlite3.connect(file)
    written = "\n".join(sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
    connection.close()
    found = re.findall(r"RAISE\s*\(\s*ABORT\s*,\s*'([a-z0-9_]+)'", written)
    return {*found, *re.findall(r'CONSTRAINT\s+"?([a-z0-9_]+)"?\s+CHECK', written)}


def test_the_guards_are_found_where_they_are_made(guards: set[str]) -> None:
    assert {"entry_balances", "order_funds", "statement_balances", "app_user_role", "entry_append_only"} <= guards


def test_every_guard_stands_on_the_page_of_invariants(guards: set[str]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    absent = {name for name in guards if f"`{name}`" not in text and not name.endswith("_append_only")}
    assert absent == set(), "add them to docs/invariants.md, the forms in its last table"


def test_every_guard_has_a_french_title(guards: set[str]) -> None:
    assert {name for name in guards if title_of(name) is None} == set(), "add it to ledger/guards.py or guard_forms.py"


def test_a_title_of_family_is_given_to_no_guard_but_its_own(guards: set[str]) -> None:
    assert [end for end in FAMILIES if not any(name.endswith(end) for name in guards)] == []


def test_the_tables_of_the_page_have_one_layout() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    heads = [line for line, rule in pairwise(lines) if rule.startswith("|---")]
    assert set(heads) == {"| règle | fonction pure | garde SQLite/PostgreSQL | contrôle verify | attaque |"}
    # a bar inside code is not a column
    columns = {line.count("|") for line in lines if line.startswith("|")}
    assert columns == {6}
