"""Customs declarations: summed into the return as they are read, each kept, the odd ones shown, the file whole."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attack import insert
from behind import behind_the_guards
from declaring import declaration, declare, long_rows, text, write_csv, write_xlsx
from levying import chain, figures, month, take
from posting import NOON, failed, rows, write
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from ledger.guards import guard_name
from ledger.levy.decisions import Decision, decide
from ledger.levy.declared import declarations, declared_months
from ledger.levy.law import levy_law
from ledger.levy.return_rules import ReturnRefused
from ledger.money import format_francs
from ledger.unit import Ledger
from reconcile.import_return import import_return


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books at noon on 2 April 2026."""
    return Ledger(books_engine, "installation", clock=lambda: NOON)


def found(ledger: Ledger, **named: Any) -> list[tuple[Any, ...]]:
    """Number, line of the file and faults of the declarations in force."""
    with ledger.read() as connection:
        return [(one.number, one.line, one.faults) for one in declarations(connection, levy_law(connection), **named)]


def test_declarations_are_summed_by_office_month_and_code_and_each_is_kept(ledger: Ledger, tmp_path: Path) -> None:
    done = declare(
        ledger,
        tmp_path,
        declaration("C1", 1_000_000),
        declaration("C2", 300, collected=0),
        declaration("C3", 70_000_000, code="E03"),
        declaration("C1", 4_000_000, office="ML901"),
    )
    assert (done["form"], done["declarations"], done["months"], done["assessed"], done["odd"]) == (
        "declarations", 4, 2, 25_002, {},
    )  # fmt: skip
    names = ("office", "base", "exempt_base", "expected", "assessed", "collected", "declarations")
    assert figures(chain(ledger), *names) == [
        ("BF901", 1_000_300, 70_000_000, 5_002, 5_002, 5_000, 2),
        ("ML901", 4_000_000, 0, 20_000, 20_000, 20_000, 1),
    ]
    assert found(ledger) == [("C1", 2, ()), ("C2", 3, ()), ("C3", 4, ()), ("C1", 5, ())]
    with ledger.read() as connection:
        kept = rows(connection, "SELECT content FROM customs_return_part")
        (recorded,) = rows(connection, "SELECT sha256 FROM customs_return")[0]
    assert hashlib.sha256(b"".join(bytes(one[0]) for one in kept)).hexdigest() == recorded
    assert failed(ledger) == []


def test_what_is_odd_is_counted_and_shown_declaration_by_declaration(ledger: Ledger, tmp_path: Path) -> None:
    done = declare(
        ledger,
        tmp_path,
        declaration("C1", 1_000_000, assessed=10_000),
        declaration("C2", 1_000_000, assessed=5_001),
        declaration("C3", day="2025-07-01"),
        declaration("C4", collected=6_000),
        declaration("C5"),
        declaration("C5"),
        declaration("C5", code="E03"),
        declaration("C5", office="BF902"),
    )
    assert done["odd"] == {
        "declaration_rate": 1,
        "declaration_rounding": 1,
        "declaration_date": 1,
        "declaration_over_collected": 1,
        "declaration_twice": 1,
    }
    assert found(ledger, odd=True) == [
        ("C1", 2, ("declaration_rate",)),
        ("C2", 3, ("declaration_rounding",)),
        ("C3", 4, ("declaration_date",)),
        ("C4", 5, ("declaration_over_collected",)),
        ("C5", 7, ("declaration_twice",)),
    ]
    with ledger.read() as connection:
        one = declared_months(connection, levy_law(connection))["BF", "BF901", "2025-06"]
    assert (one.rate_difference, one.rounded_difference, one.over_collected, one.twice_assessed) == (
        5_000, 1, 1_000, 5_000,
    )  # fmt: skip


def test_a_number_declared_in_two_months_is_seen_and_one_of_another_year_is_not(ledger: Ledger, tmp_path: Path) -> None:
    declare(ledger, tmp_path, declaration("C9", period="2025-06"), name="juin.csv")
    declare(ledger, tmp_path, declaration("C9", period="2025-07"), name="juillet.csv")
    declare(ledger, tmp_path, declaration("C9", period="2026-01"), name="janvier.csv")
    assert found(ledger, odd=True) == [("C9", 2, ("declaration_twice",))]


def test_the_return_without_a_remittance_keeps_the_one_declared_before(ledger: Ledger, tmp_path: Path) -> None:
    take(ledger, month(base=1_000_000, assessed=5_000))
    declare(ledger, tmp_path, declaration())
    names = ("revision", "remitted", "reference", "remitted_on")
    assert figures(chain(ledger), *names) == [(2, 5_000, "REV-BF901-2025-06", date(2025, 7, 10))]
    assert failed(ledger) == []


def test_a_month_that_loses_its_taxable_declarations_while_remitted_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    take(ledger, month(base=1_000_000, assessed=5_000))
    with pytest.raises(ReturnRefused) as told:
        declare(ledger, tmp_path, declaration(code="E03"))
    assert told.value.facts["faults"][0]["message"] == (
        f"Ligne 2 : le bureau BF901 n'a plus de déclaration taxable pour 2025-06, or {format_francs(5_000)} y sont "
        "déclarés reversés. "
        "Attendu : d'abord un état mensuel rectifié."
    )


def test_the_same_declarations_in_another_order_change_nothing(ledger: Ledger, tmp_path: Path) -> None:
    rows = [declaration(f"C{place}", 1_000 * place) for place in range(1, 40)]
    declare(ledger, tmp_path, *rows)
    again = declare(ledger, tmp_path, *reversed(rows), name="autre.csv")
    assert (again["status"], again["unchanged"], again["entries"]) == ("imported", 1, [])
    assert len(found(ledger)) == 39
    assert failed(ledger) == []


def test_another_declaration_of_the_same_total_is_a_new_version_without_an_entry(
    ledger: Ledger, tmp_path: Path
) -> None:
    declare(ledger, tmp_path, declaration("C1"))
    again = declare(ledger, tmp_path, declaration("C2"), name="rectifie.csv")
    assert (again["restated"], again["entries"]) == (1, [])
    assert [one[0] for one in found(ledger)] == ["C2"]
    assert failed(ledger) == []


def test_the_same_file_twice_does_nothing(ledger: Ledger, tmp_path: Path) -> None:
    declare(ledger, tmp_path, declaration())
    again = declare(ledger, tmp_path, declaration(), name="copie.csv")
    assert (again["status"], again["rows"], again["first_file"]) == ("already_imported", 1, "declarations.csv")


def test_a_rate_that_changes_in_the_month_is_that_of_each_declaration(ledger: Ledger, tmp_path: Path) -> None:
    change = Decision("rate", date(2025, 6, 16), "Décision fictive", "essai", 100)
    ledger.perform("decide", lambda unit: decide(unit, change, retroactive=True))
    declare(ledger, tmp_path, declaration("C1", day="2025-06-15"), declaration("C2", assessed=10_000, day="2025-06-16"))
    with ledger.read() as connection:
        one = declared_months(connection, levy_law(connection))["BF", "BF901", "2025-06"]
    assert (one.expected, one.rate_lines) == (15_000, 0)


def test_each_declaration_is_rounded_to_the_franc(ledger: Ledger, tmp_path: Path) -> None:
    declare(ledger, tmp_path, *(declaration(f"C{place}", 100) for place in range(10)))
    assert figures(chain(ledger), "base", "expected", "assessed") == [(1_000, 10, 10)]


def test_the_greatest_value_is_expected_without_overflow(ledger: Ledger, tmp_path: Path) -> None:
    declare(ledger, tmp_path, declaration(value=999_999_999_999_999))
    assert figures(chain(ledger), "expected") == [(5_000_000_000_000,)]


FAULTS = {
    "an unknown code": (declaration(code="E77"), "code_exoneration"),
    "levy on an exempt value": (declaration(code="E03", assessed=5), "liquide"),
    "a negative value": (declaration(value=-5, assessed=0), "valeur_en_douane"),
    "half a franc": (declaration().replace("1000000", "1000000,5"), "valeur_en_douane"),
    "no number": (declaration(number=""), "numero_declaration"),
    "no such day": (declaration(day="2025-06-31"), "date_declaration"),
    "no day": (declaration(day=" "), "date_declaration"),
    "no office": (declaration().replace("BF901", ""), "bureau"),
    "no month": (declaration(period="2025-13", day="2025-06-10"), "periode"),
    "an unknown State": (declaration(office="XX901"), "etat"),
    "no amount": (declaration(collected=0)[:-1], "recouvre"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_declaration_that_is_wrong_refuses_the_file_and_says_where(
    name: str, books_engine: Engine, tmp_path: Path
) -> None:
    ledger = Ledger(books_engine, "installation", clock=lambda: NOON)
    row, column = FAULTS[name]
    with pytest.raises(ReturnRefused) as told:
        declare(ledger, tmp_path, declaration("C0", office="ML901"), row)
    assert [(one["row"], one["column"]) for one in told.value.facts["faults"]] == [(3, column)]
    with ledger.read() as connection:
        assert rows(connection, "SELECT count(*) FROM customs_return_part") == [(0,)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (text(), "Le fichier n'a pas de ligne sous les titres."),
        (text(declaration() + ";9"), "Ligne 2 : la ligne a 11 valeur(s), attendu 10."),
        (text(declaration(importer='"ouvert')), "Ligne 2 : le texte n'est pas un CSV à points-virgules"),
        (text(declaration(importer="a\0b")), "Ligne 2 : le fichier contient un caractère nul, il est abîmé."),
        (text(declaration()).replace("liquide", "montant"), "Ligne 1 : titre absent : liquide."),
    ],
)
def test_a_file_that_is_not_one_of_declarations_says_why(
    content: str, message: str, books_engine: Engine, tmp_path: Path
) -> None:
    ledger = Ledger(books_engine, "installation", clock=lambda: NOON)
    file = tmp_path / "declarations.csv"
    file.write_text(content, encoding="utf-8", newline="")
    with pytest.raises(ReturnRefused) as told:
        import_return(ledger, file)
    assert told.value.facts["faults"][0]["message"].startswith(message)


def test_a_workbook_a_windows_file_and_a_utf16_one_give_the_same_rows(books_engine: Engine, tmp_path: Path) -> None:
    ledger = Ledger(books_engine, "installation", clock=lambda: NOON)
    kinds = {}
    for number, name in enumerate(("utf-8", "cp1252", "utf-16", "xlsx")):
        file = tmp_path / f"{name}.{'xlsx' if name == 'xlsx' else 'csv'}"
        office = f"BF90{number}"
        lines = [
            declaration("C1", office=office, importer="Société fictive"),
            "",
            declaration("C2", office=office),
        ]
        if name == "xlsx":
            write_xlsx(file, [line for line in lines if line])
        else:
            file.write_text(text(*lines), encoding=name, newline="")
        import_return(ledger, file)
        with ledger.read() as connection:
            kinds[name] = [
                (one.importer, one.value, one.assessed)
                for one in declarations(connection, levy_law(connection), office=office)
            ]
    assert set(map(str, kinds.values())) == {
        "[('Société fictive', 1000000, 5000), ('Importateur fictif', 1000000, 5000)]"
    }


def test_a_long_file_is_summed_in_both_forms_alike(books_engine: Engine, tmp_path: Path) -> None:
    ledger = Ledger(books_engine, "installation", clock=lambda: NOON)
    done = import_return(ledger, write_csv(tmp_path / "long.csv", long_rows(5_000)))
    again = import_return(ledger, write_xlsx(tmp_path / "long.xlsx", long_rows(5_000)))
    assert (done["declarations"], done["new"], done["odd"]) == (5_000, 180, {})
    assert (again["unchanged"], again["entries"]) == (180, [])
    assert sum(row.assessed for row in chain(ledger)) == done["assessed"]
    assert failed(ledger) == []


ATTACKS = {
    "a declaration added to a row that is there": (
        "declaration_on_sealed_row",
        (insert("customs_declaration", return_id=1, row_position=2, position=9, number="X", date="2025-06-01", value=0,
                assessed=0, collected=0),),
    ),
    "a row that is not the sum of its declarations": (
        "customs_row_declarations_add_up",
        (
            insert("customs_declaration", return_id=1, row_position=9, position=9, number="X", date="2025-06-01",
                   value=5, assessed=0, collected=0),
            insert("customs_return_row", return_id=1, position=9, state="BF", office="BF901", period="2025-06",
                   revision=2, exemption="", declarations=1, value=6, assessed=0, collected=0, remitted=0),
        ),
    ),
    "a row without declarations in a file of declarations": (
        "customs_row_declarations_add_up",
        (insert("customs_return_row", return_id=1, position=9, state="BF", office="BF901", period="2025-06",
                revision=2, exemption="", declarations=1, value=0, assessed=0, collected=0, remitted=0),),
    ),
    "a declaration under a monthly return": (
        "customs_row_declarations_add_up",
        (
            insert("customs_declaration", return_id=2, row_position=9, position=9, number="X", date="2025-06-01",
                   value=0, assessed=0, collected=0),
            insert("customs_return_row", return_id=2, position=9, state="ML", office="ML901", period="2025-06",
                   revision=2, exemption="", declarations=1, value=0, assessed=0, collected=0, remitted=0),
        ),
    ),
    "a negative value": (
        "customs_declaration_not_negative",
        (insert("customs_declaration", return_id=1, row_position=9, position=9, number="X", date="2025-06-01", value=-1,
                assessed=0, collected=0),),
    ),
    "no number": (
        "customs_declaration_number",
        (insert("customs_declaration", return_id=1, row_position=9, position=9, number="", date="2025-06-01", value=1,
                assessed=0, collected=0),),
    ),
    "a part after the act": ("customs_part_of_its_act", ("INSERT INTO customs_return_part VALUES (1, 2, {blob})",)),
    "a part out of order": ("customs_part_sequence", ("INSERT INTO customs_return_part VALUES (1, 7, {blob})",)),
    "a part of a whole file": ("customs_part_sequence", ("INSERT INTO customs_return_part VALUES (2, 1, {blob})",)),
    "an empty part": ("customs_part_size", ("INSERT INTO customs_return_part VALUES (3, 1, {empty})",)),
    "a declaration changed": ("customs_declaration_append_only", ("UPDATE customs_declaration SET value = 7",)),
    "a declaration erased": ("customs_declaration_append_only", ("DELETE FROM customs_declaration",)),
    "a part erased": ("customs_return_part_append_only", ("DELETE FROM customs_return_part",)),
}  # fmt: skip


@pytest.fixture
def declared(ledger: Ledger, tmp_path: Path) -> Ledger:
    """Books with a file of declarations (return 1) and a monthly return (return 2)."""
    declare(ledger, tmp_path, declaration())
    take(ledger, month("ML901"))
    return ledger


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_on_the_declarations_meets_its_guard(attack: str, declared: Ledger, owner_engine: Engine) -> None:
    guard, statements = ATTACKS[attack]
    sqlite = owner_engine.dialect.name == "sqlite"
    blobs = {"blob": "x'41'" if sqlite else "'A'::bytea", "empty": "x''" if sqlite else "''::bytea"}
    if attack == "an empty part":
        part = ("INSERT INTO customs_return SELECT 3, 'f' || substr(sha256, 2), name, format, row_count,"
                " received_at, actor, (SELECT max(id) + 1 FROM command_log), {empty} FROM customs_return"
                " WHERE id = 1")  # fmt: skip
        statements = (part, *statements)
    with pytest.raises(DBAPIError) as told:
        write(Ledger(owner_engine), *(one.format(**blobs) for one in statements))
    assert told.value.orig is not None
    assert guard_name(told.value.orig) == guard


def test_a_declaration_that_no_row_takes_is_refused_at_the_end(declared: Ledger) -> None:
    lonely = insert("customs_declaration", return_id=1, row_position=9, position=9, number="X", date="2025-06-01",
                    value=1, assessed=0, collected=0)  # fmt: skip
    with pytest.raises(DBAPIError) as told:
        write(declared, lonely)
    assert told.value.orig is not None
    assert guard_name(told.value.orig) in ("fk_customs_declaration_row", "foreign_key")


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE customs_declaration SET value = value + 1", "levy_declarations"),
        ("UPDATE customs_declaration SET row_position = 77", "levy_declarations"),
        ("DELETE FROM customs_declaration", "levy_declarations"),
        ("UPDATE customs_return_part SET content = {blob}", "levy_files"),
        ("DELETE FROM customs_return_part", "levy_files"),
        ("UPDATE customs_declaration SET importer = 'Autre'", "rows_as_sealed"),
    ],
)
def test_a_change_behind_the_guards_is_noticed(statement: str, check: str, declared: Ledger, books: Any) -> None:
    blob = "x'41'" if books.backend == "sqlite" else "'A'::bytea"
    with behind_the_guards(books) as connection, connection.begin():
        if books.backend == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = 'replica'")
        connection.exec_driver_sql(statement.format(blob=blob))
    assert check in failed(declared)
