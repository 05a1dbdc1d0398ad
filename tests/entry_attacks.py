"""Entries that break one rule of the journal each, under the name of the guard that must refuse them."""

from datetime import date
from typing import Any

from posting import do, expense, receipt, seal, transfer

from ledger.chart import open_or_close
from ledger.correct import reverse_entry
from ledger.periods.close import close_period
from ledger.unit import Ledger

GOOD = [{"account": "65881", "debit": 5}, {"account": "40111", "credit": 5}]
HALF = [{"account": "5851", "debit": 5}, {"account": "52111", "credit": 5}]
OTHER = [{"account": "52112", "debit": 5}, {"account": "5851", "credit": 5}]


def two(first: dict[str, Any], second: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The good lines, changed."""
    return [{**GOOD[0], **first}, {**GOOD[1], **(second or {})}]


Attack = tuple[list[dict[str, Any]], dict[str, Any]]
ENTRY: dict[str, Attack] = {
    "entry_sequence": (GOOD, {"id": 99}),
    "entry_number_gap": (GOOD, {"number": 9}),
    "entry_position_gap": (GOOD, {"position": 9}),
    "entry_previous_hash": (GOOD, {"previous_hash": "a" * 64}),
    "entry_recorded_order": (GOOD, {"recorded_at": "2026-04-01T12:00:00.000000Z"}),
    "entry_two_lines": (GOOD[:1], {}),
    "entry_balances": (two({"debit": 6}), {}),
    "line_of_its_entry": (two({"date": "2026-03-31"}), {}),
    "account_not_postable": (two({}, {"account": "4011"}), {}),
    "account_of_book": (two({}, {"account": "40112"}), {}),
    "account_closed": (two({"account": "6328"}), {}),
    "negative_only_in_correction": (two({"debit": -5}, {"credit": -5}), {}),
    "transfer_in_pairs": (HALF, {}),
    "transfer_of_two_books": (HALF, {"transfer": "V1", "origin": "transfer", "peer": 8}),
    "transfer_pair": (HALF, {"transfer": "V2", "origin": "transfer", "peer": 5}),
    "entry_key_used": (GOOD, {"key": "k1"}),
    "entry_corrected_once": (two({"debit": -5_000}, {"credit": -5_000}), {"corrects": 2, "correction": "negative"}),
    "entry_corrects_same_book": (
        two({"debit": 5_000}, {"credit": 5_000}),
        {"corrects": 6, "correction": "negative"},
    ),
    "entry_corrects_earlier": (
        [{"account": "52111", "debit": -9_000}, {"account": "7101", "credit": -9_000}],
        {"corrects": 3, "correction": "negative", "date": "2026-02-01"},
    ),
    "entry_origin": (GOOD, {"origin": "autre"}),
    "entry_origin_of_year": (GOOD, {"origin": "opening", "journal": "AN"}),
    "entry_book_code": (GOOD, {"journal": "ZZ"}),
    "correction_mirrors": (two({"debit": -5}, {"credit": -5}), {"corrects": 3, "correction": "negative"}),
    "period_closed": (GOOD, {"date": "2026-01-31"}),
    "line_one_side": (two({"credit": 5}), {}),
    "line_amount_digits": (two({"debit": 10**15}, {"credit": 10**15}), {}),
    "entry_year_of_date": (GOOD, {"year": 2027, "number": 1}),
    "entry_period_of_date": (GOOD, {"period": 13}),
    "entry_document_given": (GOOD, {"document": ""}),
    "entry_document_date": (GOOD, {"document_date": "2026-04-03"}),
    "entry_correction_link": (GOOD, {"correction": "contra"}),
    "entry_correction_style": (
        [{"account": "52111", "credit": 9_000}, {"account": "7101", "debit": 9_000}],
        {"corrects": 3, "correction": "autre"},
    ),
    "entry_transfer_peer": (GOOD, {"transfer": "V9"}),
    "entry_hash_shape": (GOOD, {"hash": "ff"}),
    "entry_recorded_instant": (GOOD, {"recorded_at": "2026-04-03 12:00"}),
    "transfer_reversed_whole": (
        [{"account": "5851", "credit": 700}, {"account": "52111", "debit": 700}],
        {"corrects": 4, "correction": "contra", "origin": "closing", "date": "2026-12-31", "period": 13},
    ),
    "entry_replaces_corrected": (GOOD, {"replaces": 3}),
}


def attacked(ledger: Ledger) -> None:
    """The books that the attacks suppose: entries 1 (January, closed), 2 and 3 (March, the key k1), 4 and 5 a transfer,
    6 takes back 2; account 6328 is closed."""
    seal(ledger, expense(day=date(2026, 1, 10)), expense(), receipt(key="k1"), *transfer())
    do(ledger, reverse_entry, "BF/OD/2026/2", "negative", "essai")
    do(ledger, close_period, "BF", (2026, 1))

    def shut(unit: Any) -> dict[str, Any]:
        open_or_close(unit, "6328", "close", date(2026, 1, 1), "essai")
        return {}

    do(ledger, shut)
