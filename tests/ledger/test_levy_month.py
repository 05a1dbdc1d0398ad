"""Worked examples: one month of levy from the customs return to the bank, restated, shared, late."""

from datetime import date
from typing import Any

import pytest
from attack import AT, NEXT, TOTALS, command
from levying import chain, credit, exempt, figures, month, take
from posting import NOON, do, failed, receipt, rows, seal, write
from sqlalchemy import Engine

from ledger.correct import reverse_entry
from ledger.levy.arrears import arrears
from ledger.levy.remittances import declared_remittances
from ledger.periods.close import close_period
from ledger.unit import Ledger
from ledger.years.close import close_year


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books at noon on 2 April 2026."""
    return Ledger(books_engine, "installation", clock=lambda: NOON)


def journal(ledger: Ledger) -> list[tuple[Any, ...]]:
    """Journal, number, date, document, account, debit, credit of every line."""
    with ledger.read() as connection:
        found = rows(
            connection,
            "SELECT e.journal, e.number, e.date, e.document, l.account, l.debit, l.credit FROM entry e"
            " JOIN entry_line l ON l.entry_id = e.id ORDER BY e.id, l.position",
        )
    return [(journal, number, str(day), *rest) for journal, number, day, *rest in found]


def test_the_return_of_a_month_becomes_one_entry_dated_the_last_day_of_the_month(ledger: Ledger) -> None:
    done = take(ledger, month(), exempt())
    assert (done["status"], done["months"], done["new"], done["rows"]) == ("imported", 1, 1, 2)
    assert [one["reference"] for one in done["entries"]] == ["BF/PC/2025/1"]
    assert journal(ledger) == [
        ("PC", 1, "2025-06-30", "EMR-BF901-2025-06", "44871", 1_000_000, 0),
        ("PC", 1, "2025-06-30", "EMR-BF901-2025-06", "7101", 0, 1_000_000),
    ]
    assert failed(ledger) == []


def test_a_franc_is_followed_from_assessed_to_credited(ledger: Ledger) -> None:
    take(ledger, month(assessed=1_000_000, collected=900_000, remitted=700_000), exempt(value=50_000_000))
    seal(ledger, credit(650_000, "REV-BF901-2025-06"))
    (row,) = chain(ledger, as_of=date(2025, 8, 30))
    assert (row.base, row.exempt_base, row.expected) == (200_000_000, 50_000_000, 1_000_000)
    assert (row.assessed, row.collected, row.remitted, row.credited) == (1_000_000, 900_000, 700_000, 650_000)
    assert (row.to_collect, row.to_remit) == (100_000, 200_000)
    assert (row.due_date, row.days_late) == (date(2025, 7, 15), 46)
    assert row.gap == 350_000
    assert (row.not_collected, row.not_remitted, row.in_transit, row.unexplained) == (100_000, 200_000, 0, 50_000)
    assert failed(ledger) == []


def test_a_recent_remittance_is_on_its_way_and_an_old_one_is_unexplained(ledger: Ledger) -> None:
    take(ledger, month(day="2025-07-10"))
    seal(ledger, credit(1, None, day=date(2025, 9, 1)))
    names = ("in_transit", "unexplained")
    assert figures(chain(ledger, as_of=date(2025, 7, 20)), *names)[0] == (1_000_000, 0)
    assert figures(chain(ledger, as_of=date(2025, 7, 21)), *names)[0] == (0, 1_000_000)


def test_a_restated_month_is_taken_back_whole_and_posted_again(ledger: Ledger) -> None:
    take(ledger, month(assessed=1_000_000))
    done = take(ledger, month(base=240_000_000, assessed=1_200_000), name="rectifie.csv")
    assert (done["restated"], done["corrected"], done["assessed"]) == (1, 1, 200_000)
    assert journal(ledger)[2:] == [
        ("PC", 2, "2025-06-30", "EMR-BF901-2025-06", "44871", -1_000_000, 0),
        ("PC", 2, "2025-06-30", "EMR-BF901-2025-06", "7101", 0, -1_000_000),
        ("PC", 3, "2025-06-30", "EMR-BF901-2025-06", "44871", 1_200_000, 0),
        ("PC", 3, "2025-06-30", "EMR-BF901-2025-06", "7101", 0, 1_200_000),
    ]
    with ledger.read() as connection:
        links = rows(connection, "SELECT correction, corrects, replaces FROM entry ORDER BY id")
    assert links == [(None, None, None), ("negative", 1, None), (None, None, 1)]
    assert figures(chain(ledger), "assessed", "revision") == [(1_200_000, 2)]
    assert figures(chain(ledger, known=1), "assessed", "revision") == [(1_000_000, 1)]
    assert failed(ledger) == []


def test_a_month_restated_to_nothing_is_only_taken_back(ledger: Ledger) -> None:
    take(ledger, month())
    take(ledger, month(base=0, assessed=0, declarations=0), name="neant.csv")
    assert sum(line[5] for line in journal(ledger)) == 0
    assert figures(chain(ledger), "assessed", "revision") == [(0, 2)]
    take(ledger, month(declarations=11), name="trois.csv")
    assert figures(chain(ledger), "assessed", "revision") == [(1_000_000, 3)]
    assert failed(ledger) == []


def test_a_later_file_with_the_same_total_posts_nothing_and_keeps_what_it_says(ledger: Ledger) -> None:
    take(ledger, month(remitted=0))
    done = take(ledger, month(remitted=1_000_000), name="reverse.csv")
    assert (done["restated"], done["corrected"], done["entries"]) == (1, 0, [])
    assert figures(chain(ledger), "remitted", "revision") == [(1_000_000, 2)]
    assert len(journal(ledger)) == 2
    assert failed(ledger) == []


def test_what_a_later_file_repeats_word_for_word_is_unchanged(ledger: Ledger) -> None:
    take(ledger, month(), exempt())
    done = take(ledger, exempt(), month(), month("BF902", base=9_000_000, assessed=45_000), name="deux.csv")
    assert (done["new"], done["restated"], done["unchanged"]) == (1, 0, 1)
    assert figures(chain(ledger), "office", "revision") == [("BF901", 1), ("BF902", 1)]


def test_the_same_file_twice_does_nothing(ledger: Ledger) -> None:
    take(ledger, month())
    again = take(ledger, month(), name="autre-nom.csv")
    assert (again["status"], again["first_file"], again["entries"]) == ("already_imported", "etat.csv", [])
    assert again["restated_since"] == []
    assert len(journal(ledger)) == 2


def test_an_old_file_sent_again_says_which_of_its_months_were_restated_since(ledger: Ledger) -> None:
    take(ledger, month(), month("BF902", base=9_000_000, assessed=45_000))
    take(ledger, month(assessed=999_000), name="rectifie.csv")
    again = take(ledger, month(), month("BF902", base=9_000_000, assessed=45_000))
    assert (again["status"], again["restated_since"]) == ("already_imported", ["BF/BF901/2025-06"])
    assert figures(chain(ledger), "assessed", "revision") == [(999_000, 2), (45_000, 1)]


def test_a_closed_month_is_restated_in_the_first_open_one_with_its_document_date(ledger: Ledger) -> None:
    take(ledger, month())
    write(
        ledger,
        "INSERT INTO period_event (id, book, year, period, action, known_entry, at, actor, command_id) VALUES"
        f" (1, 'BF', 2025, 6, 'close', 1, '{AT}', 'installation', {NEXT})",
        TOTALS,
        command(actor="installation"),
    )
    take(ledger, month(assessed=900_000), name="rectifie.csv")
    with ledger.read() as connection:
        dates = rows(connection, "SELECT date, document_date FROM entry WHERE id > 1 ORDER BY id")
    assert [(str(day), str(document)) for day, document in dates] == [("2025-07-01", "2025-06-30")] * 2
    assert figures(chain(ledger), "period", "assessed") == [("2025-06", 900_000)]


def test_one_credit_for_two_references_is_shared_by_their_declared_amounts(ledger: Ledger) -> None:
    take(
        ledger,
        month("ML901", base=200_000_000, assessed=1_000_000, reference="REV-1"),
        month("ML902", base=100_000_000, assessed=500_000, reference="REV-2"),
    )
    seal(ledger, credit(1_000_000, "REV-1 REV-2", book="ML"))
    assert figures(chain(ledger), "office", "credited") == [("ML901", 666_667), ("ML902", 333_333)]


def test_one_reference_for_two_offices_is_shared_too(ledger: Ledger) -> None:
    take(
        ledger,
        month("ML901", assessed=1_000_000, reference="REV-COMMUNE"),
        month("ML902", base=1, assessed=500_000, reference="REV-COMMUNE"),
    )
    seal(ledger, credit(1_500_000, "rev-commune", book="ML"))
    assert figures(chain(ledger), "credited", "unexplained") == [(1_000_000, 0), (500_000, 0)]


def test_credits_without_a_declared_reference_stand_on_a_row_of_their_own(ledger: Ledger) -> None:
    take(ledger, month())
    seal(ledger, credit(1_000_000, "REV-BF901-2025-06"), credit(77, None), credit(300, None, account="4712"))
    found = chain(ledger)
    assert figures(found, "office", "period", "credited") == [("BF901", "2025-06", 1_000_000), (None, None, 377)]
    assert (found[1].due_date, found[1].days_late, found[1].gap, found[1].unexplained) == (None, 0, -377, -377)


def test_a_suspense_credit_that_is_identified_moves_to_its_office(ledger: Ledger) -> None:
    take(ledger, month())
    seal(ledger, credit(1_000_000, "x", account="4712"))
    assert figures(chain(ledger), "office", "credited") == [("BF901", 0), (None, 1_000_000)]
    imputed = credit(1_000_000, "REV-BF901-2025-06")
    lines = (imputed.lines[0]._replace(account="47121"), imputed.lines[1])
    seal(ledger, imputed._replace(origin="imputation", lines=lines, document="OD-1"))
    assert figures(chain(ledger), "office", "credited") == [("BF901", 1_000_000)]


def test_a_corrected_credit_is_counted_no_more(ledger: Ledger) -> None:
    take(ledger, month())
    (entry,) = seal(ledger, credit(400_000, "REV-BF901-2025-06"))
    assert figures(chain(ledger), "credited") == [(400_000,)]
    ledger.perform("reverse", lambda unit: reverse_entry(unit, entry.reference, "contra", "autre compte"))
    assert figures(chain(ledger), "credited") == [(0,)]
    with ledger.read() as connection:
        (row,) = declared_remittances(connection, "BF")
    assert (row.reference, row.amount, row.credited) == ("REV-BF901-2025-06", 1_000_000, 0)


def test_what_was_remitted_is_offered_to_the_reconciliation_with_what_is_already_credited(ledger: Ledger) -> None:
    take(ledger, month(), month("BF902", base=3, assessed=50, remitted=0), month("ML901", base=7, assessed=9))
    seal(ledger, credit(400_000, "REV-BF901-2025-06"))
    with ledger.read() as connection:
        found = [tuple(row) for row in declared_remittances(connection, "BF")]
    assert found == [("REV-BF901-2025-06", "BF", "BF901", "2025-06", 1_000_000, date(2025, 7, 10), 400_000)]


def test_at_an_earlier_date_later_remittances_and_months_are_not_there_yet(ledger: Ledger) -> None:
    take(ledger, month(day="2025-07-10"), month(period="2025-08", base=5, assessed=7))
    seal(ledger, credit(1_000_000, "REV-BF901-2025-06", day=date(2025, 7, 12)))
    names = ("period", "remitted", "credited", "to_remit")
    assert figures(chain(ledger, as_of=date(2025, 7, 9)), *names) == [("2025-06", 0, 0, 1_000_000)]
    assert figures(chain(ledger, as_of=date(2025, 7, 11)), *names) == [("2025-06", 1_000_000, 0, 0)]
    assert len(chain(ledger, as_of=date(2025, 8, 31))) == 2


def test_months_are_chosen_by_the_dates_asked(ledger: Ledger) -> None:
    take(ledger, month(period="2025-05", base=1, assessed=1), month(period="2025-06"), month(period="2025-07", base=2))
    asked = chain(ledger, start=date(2025, 6, 1), end=date(2025, 6, 30))
    assert figures(asked, "period") == [("2025-06",)]


def test_arrears_count_from_the_day_after_the_fifteenth_and_are_not_offset(ledger: Ledger) -> None:
    take(
        ledger,
        month("BF901", assessed=1_000_000, collected=800_000, remitted=500_000),
        month("BF902", base=3, assessed=100_000, collected=100_000, remitted=150_000),
    )
    found = chain(ledger)
    assert arrears(found, date(2025, 7, 15)) == []
    late = arrears(found, date(2025, 7, 16))
    assert [(one.office, one.stage, one.amount, one.days_late) for one in late] == [
        ("BF901", "to_collect", 200_000, 1),
        ("BF901", "to_remit", 300_000, 1),
    ]
    assert [one.amount_days for one in arrears(found, date(2025, 7, 25))] == [2_000_000, 3_000_000]


def test_a_month_declared_after_its_year_was_closed_is_booked_in_the_open_year(ledger: Ledger) -> None:
    seal(ledger, receipt("NE", date(2025, 12, 5), 9_000))
    do(ledger, close_period, "NE", (2025, 12))
    do(ledger, close_year, "NE", 2025)
    take(ledger, month("NE901", period="2025-06"))
    with ledger.read() as connection:
        found = rows(connection, "SELECT date, document_date FROM entry WHERE origin = 'collection'")
    assert [(str(day), str(document)) for day, document in found] == [("2026-01-01", "2025-06-30")]
    assert failed(ledger) == []
