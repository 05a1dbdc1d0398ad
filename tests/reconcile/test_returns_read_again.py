"""`verify` reads each customs return that is kept again, and compares it with the rows that the books hold."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from behind import behind_the_guards
from databases import Database
from declaring import HEADINGS as DECLARATION_HEADINGS
from declaring import declaration, declare, write_xlsx
from levying import HEADINGS, exempt, month, take, text
from posting import NOON, failed
from sqlalchemy import Connection, Engine

from ledger.check import run_checks
from ledger.unit import Ledger
from reconcile.checks_returns import RETURNS
from reconcile.import_return import import_return

CHECK = "levy_files_read_again"


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books at noon on 2 April 2026."""
    return Ledger(books_engine, "installation", clock=lambda: NOON)


@pytest.fixture
def kept(ledger: Ledger, tmp_path: Path) -> Ledger:
    """A monthly return of two offices, then declarations of the second office, twice its first month."""
    take(ledger, month("BF901"), exempt("BF901"), month("BF902"), name="juin.csv")
    declare(
        ledger,
        tmp_path,
        declaration("C1", 100_000_000, office="BF902"),
        declaration("C2", 50_000_000, office="BF902", collected=0),
        declaration("C3", 3_000_000, office="BF902", code="E03"),
    )
    return ledger


def told(connection: Connection) -> list[dict[str, Any]]:
    """What the check answers."""
    (answer,) = run_checks(connection, RETURNS)
    rows: list[dict[str, Any]] = answer["rows"]
    return rows


def after(books: Database, *statements: str, **values: Any) -> list[dict[str, Any]]:
    """What the check answers once statements were run behind the guards."""
    with behind_the_guards(books) as connection, connection.begin():
        if books.backend == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = 'replica'")
        for statement in statements:
            connection.exec_driver_sql(statement.format(**values))
        return told(connection)


def blob(books: Database, data: bytes) -> str:
    """Bytes as SQL writes them."""
    return f"x'{data.hex()}'" if books.backend == "sqlite" else f"'\\x{data.hex()}'::bytea"


def swapped(books: Database, number: int, data: bytes, table: str = "customs_return") -> list[dict[str, Any]]:
    """What the check answers once the file of a return was swapped for another, its fingerprint with it."""
    column = "id" if table == "customs_return" else "return_id"
    return after(
        books,
        f"UPDATE {table} SET content = {blob(books, data)} WHERE {column} = {number}",
        f"UPDATE customs_return SET sha256 = '{hashlib.sha256(data).hexdigest()}' WHERE id = {number}",
    )


def test_returns_of_every_kind_read_again_as_they_were_taken(kept: Ledger, tmp_path: Path) -> None:
    # restated; as before under other bytes; declarations after a remittance, again in another order, in a workbook
    take(kept, month("BF901", assessed=1_200_000), exempt("BF901", value=41_000_000), name="rectifie.csv")
    take(kept, exempt("BF901", value=41_000_000), month("BF901", assessed=1_200_000), ";;;;;;;;;;", name="encore.csv")
    lines = (declaration("C9", office="BF901"), declaration("C8", office="BF901"), declaration("C7", office="ML901"))
    declare(kept, tmp_path, *lines, name="a.csv")
    declare(kept, tmp_path, *reversed(lines), name="b.csv")
    import_return(kept, write_xlsx(tmp_path / "c.xlsx", [*lines, declaration("C6", office="ML901")]))
    # the monthly totals again, as the declarations make them; then one declaration with no office's month changed
    take(kept, month("ML901", base=2_000_000, assessed=10_000, remitted=0, declarations=2), name="ml.csv")
    with kept.read() as connection:
        assert told(connection) == []
    assert failed(kept) == []


def test_a_month_of_zeros_says_no_more_than_no_month(ledger: Ledger) -> None:
    take(ledger, exempt("BF901"), name="a.csv")
    take(ledger, exempt("BF901"), month("BF901", base=0, assessed=0, declarations=0), name="b.csv")
    with ledger.read() as connection:
        assert told(connection) == []


@pytest.mark.parametrize(
    ("change", "line", "column", "in_file", "in_books"),
    [
        ("value = value + 1", 2, "valeur_en_douane", 200_000_000, 200_000_001),
        ("assessed = assessed + 1", 2, "liquide", 1_000_000, 1_000_001),
        ("collected = collected - 1", 2, "recouvre", 1_000_000, 999_999),
        ("remitted = remitted - 1", 2, "reverse", 1_000_000, 999_999),
        ("declarations = 11", 2, "declarations", 10, 11),
        ("reference = 'REV-1'", 2, "reference_reversement", "REV-BF901-2025-06", "REV-1"),
        ("remitted_on = '2025-07-11'", 2, "date_reversement", "2025-07-10", "2025-07-11"),
        ("office = 'BF903'", 2, "bureau", "BF901", "BF903"),
    ],
)
def test_a_row_altered_is_told_with_what_its_file_says(
    change: str, line: int, column: str, in_file: Any, in_books: Any, kept: Ledger, books: Database
) -> None:
    found = after(books, f"UPDATE customs_return_row SET {change} WHERE return_id = 1 AND position = {line}")
    place = {"return": 1, "file": "juin.csv"}
    assert place | {"line": line, "column": column, "in_file": in_file, "in_books": in_books} in found


@pytest.mark.parametrize(
    ("change", "column", "in_file", "in_books"),
    [
        ("number = 'C9'", "numero_declaration", "C2", "C9"),
        ("date = '2025-06-11'", "date_declaration", "2025-06-10", "2025-06-11"),
        ("importer = NULL", "importateur", "Importateur fictif", None),
        ("value = 1", "valeur_en_douane", 50_000_000, 1),
        ("assessed = 1", "liquide", 250_000, 1),
        ("collected = 1", "recouvre", 0, 1),
    ],
)
def test_a_declaration_altered_is_told_with_what_its_file_says(
    change: str, column: str, in_file: Any, in_books: Any, kept: Ledger, books: Database
) -> None:
    found = after(books, f"UPDATE customs_declaration SET {change} WHERE return_id = 2 AND position = 3")
    assert found == [
        {"return": 2, "file": "declarations.csv", "line": 3, "column": column, "in_file": in_file, "in_books": in_books}
    ]


def test_two_declarations_that_swap_their_amounts_are_told(kept: Ledger, books: Database) -> None:
    found = after(
        books,
        "UPDATE customs_declaration SET value = 150000000 - value, assessed = 750000 - assessed"
        " WHERE return_id = 2 AND row_position = 2",
    )
    assert [(row["line"], row["column"]) for row in found] == [
        (2, "valeur_en_douane"), (2, "liquide"), (3, "valeur_en_douane"), (3, "liquide"),
    ]  # fmt: skip


def test_a_declaration_taken_away_or_added_is_told(kept: Ledger, books: Database) -> None:
    one = {"return": 2, "file": "declarations.csv"}
    assert after(books, "DELETE FROM customs_declaration WHERE return_id = 2 AND position = 4") == [
        one | {"line": 4, "fault": "les livres n'ont pas cette ligne du fichier"}
    ]
    copy = "return_id, row_position, 9, number, date, importer, value, assessed, collected"
    assert after(books, f"INSERT INTO customs_declaration SELECT {copy} FROM customs_declaration WHERE position = 3")[
        -1:
    ] == [one | {"line": 9, "fault": "les livres ont une ligne que le fichier n'a pas"}]


def test_a_row_taken_away_from_a_month_is_told(kept: Ledger, books: Database) -> None:
    assert after(books, "DELETE FROM customs_return_row WHERE return_id = 1 AND position = 3") == [
        {"return": 1, "file": "juin.csv", "line": 3, "fault": "les livres n'ont pas cette ligne du fichier"}
    ]


def test_a_month_taken_away_whole_is_told(kept: Ledger, books: Database) -> None:
    found = after(books, "DELETE FROM customs_return_row WHERE office = 'BF901'")
    assert [row["month"] for row in found] == ["BF/BF901/2025-06"]


def test_what_was_remitted_under_declarations_is_what_was_known_before(kept: Ledger, books: Database) -> None:
    found = after(books, "UPDATE customs_return_row SET remitted = 1 WHERE return_id = 2 AND exemption = ''")
    assert [(row["column"], row["in_file"], row["in_books"]) for row in found] == [("reverse", 1_000_000, 1)]


def test_a_monthly_file_swapped_with_its_fingerprint_is_told(kept: Ledger, books: Database) -> None:
    file = text(month("BF901", assessed=1_000_001), exempt("BF901"), month("BF902")).encode()
    found = swapped(books, 1, file)
    assert [(row["line"], row["column"]) for row in found] == [(2, "liquide"), (2, "recouvre"), (2, "reverse")]


def test_a_declarations_file_swapped_with_its_fingerprint_is_told(kept: Ledger, books: Database) -> None:
    file = "\r\n".join((DECLARATION_HEADINGS, declaration("C1", 100_000_000, office="BF902"))).encode()
    found = swapped(books, 2, file, "customs_return_part")
    assert {"return": 2, "file": "declarations.csv", "column": "row_count", "in_file": 1, "in_books": 3} in found
    assert {
        "return": 2, "file": "declarations.csv", "line": 4, "fault": "les livres ont une ligne que le fichier n'a pas",
    } in found  # fmt: skip


def test_a_month_left_as_it_was_must_still_be_what_its_file_says(kept: Ledger, books: Database) -> None:
    take(kept, month("BF901"), exempt("BF901"), month("BF903"), name="juillet.csv")
    file = text(month("BF901", collected=999_999), exempt("BF901"), month("BF903")).encode()
    assert swapped(books, 3, file) == [
        {
            "return": 3, "file": "juillet.csv", "month": "BF/BF901/2025-06",
            "fault": "le fichier dit autre chose que les livres, qui n'en ont rien pris",
        }
    ]  # fmt: skip


def test_declarations_left_as_they_were_must_still_be_what_their_file_says(
    kept: Ledger, books: Database, tmp_path: Path
) -> None:
    same = [
        declaration("C2", 50_000_000, office="BF902", collected=0),
        declaration("C1", 100_000_000, office="BF902"),
        declaration("C3", 3_000_000, office="BF902", code="E03"),
    ]
    declare(kept, tmp_path, *same, declaration("C1", office="BF903"), name="encore.csv")
    other = [same[0].replace("C2", "C7"), *same[1:], declaration("C1", office="BF903")]
    found = swapped(books, 3, "\r\n".join((DECLARATION_HEADINGS, *other)).encode(), "customs_return_part")
    assert [row.get("month") for row in found] == ["BF/BF902/2025-06"]


def test_a_file_that_no_longer_reads_is_told(kept: Ledger, books: Database) -> None:
    found = swapped(books, 1, HEADINGS.encode() + b"\r\nBF\r\n")
    assert found[0] == {
        "return": 1, "file": "juin.csv",
        "fault": "le fichier gardé ne se relit plus : Ligne 2 : la ligne a 1 valeur(s), attendu 11.",
    }  # fmt: skip
