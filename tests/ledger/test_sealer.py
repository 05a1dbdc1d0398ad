"""What the sealer writes out, field by field, is what the encoding says, whatever the entry."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from ledger.chain import ENTRY_FIELDS, GENESIS, Fields, entry_hash, field
from ledger.entry import EntryDraft, Line
from ledger.seal import Sealer

NOW = datetime(2026, 3, 6, 8, 0, 0, 1, tzinfo=UTC)
days = st.dates(date(1900, 1, 1), date(9999, 12, 31))
words = st.text(min_size=1, max_size=12)
numbers = st.integers(1, 10**12)
amounts = st.integers(-(10**15) + 1, 10**15 - 1).filter(bool)


@st.composite
def lines(draw: Any) -> Line:
    amount, at_debit = draw(amounts), draw(st.booleans())
    sides = (amount, 0) if at_debit else (0, amount)
    return Line(draw(words), *sides, draw(st.none() | words), draw(st.none() | words), draw(st.none() | days))


drafts = st.builds(
    EntryDraft,
    book=st.sampled_from(["BF", "ML", "NE"]), journal=st.sampled_from(["OD", "BQ"]), date=days, document=words,
    label=words, lines=st.lists(lines(), min_size=2, max_size=12).map(tuple), document_date=st.none() | days,
    period=st.none() | st.just(13), origin=words, origin_ref=st.none() | words,
    correction=st.sampled_from([None, "negative", "contra"]), corrects=st.none() | numbers,
    replaces=st.none() | numbers, transfer=st.none() | words, key=st.none() | words,
)  # fmt: skip


class Heads:
    """The heads of empty books, as the database would give them."""

    def execute(self, _query: Any, _given: Any) -> "Heads":
        return self

    def one(self) -> SimpleNamespace:
        return SimpleNamespace(last_id=None, last_of_lines=None, position=None, hash=None, number=None)


def sealed(groups: list[tuple[EntryDraft, ...]]) -> Iterator[tuple[dict[str, Any], list[tuple[Any, ...]]]]:
    unit = SimpleNamespace(connection=Heads(), now=NOW, user=SimpleNamespace(name="comptable-ne1"), command_id=7)
    entries, rows = Sealer(unit).seal(groups)
    for row in entries:
        yield dict(zip((*ENTRY_FIELDS, "hash"), row, strict=True)), [line for line in rows if line[0] == row[0]]


@given(st.lists(st.tuples(drafts) | st.tuples(drafts, drafts), min_size=1, max_size=6))
def test_the_hash_of_a_sealed_entry_is_that_of_its_rows(groups: list[tuple[EntryDraft, ...]]) -> None:
    heads = dict.fromkeys(("BF", "ML", "NE"), GENESIS)
    for row, own in sealed(groups):
        told = [(place, *rest) for _entry, place, _book, _day, *rest in own]
        assert row["hash"] == entry_hash([row[name] for name in ENTRY_FIELDS], told)
        assert row["previous_hash"] == heads[row["book"]]
        heads[row["book"]] = row["hash"]


@given(drafts)
def test_a_sealed_entry_says_what_its_draft_says(draft: EntryDraft) -> None:
    ((row, own),) = sealed([(draft,)])
    for name in ("book", "journal", "document", "label", "origin", "origin_ref", "correction", "corrects", "replaces",
                 "transfer", "key"):  # fmt: skip
        assert row[name] == getattr(draft, name)
    assert (row["date"], row["period"]) == (draft.date.isoformat(), draft.period or draft.date.month)
    assert row["document_date"] == (draft.document_date and draft.document_date.isoformat())
    assert own == [
        (1, place, draft.book, row["date"], *line[:5], line.value_date and line.value_date.isoformat())
        for place, line in enumerate(draft.lines, start=1)
    ]


def test_fields_made_once_are_the_same_and_do_not_pile_up() -> None:
    known = Fields()
    assert [known[one] for one in (None, "é", 12, "12")] == [field(one) for one in (None, "é", 12, "12")]
    for number in range(3 * Fields.MOST):
        assert known[number] == field(number)
        assert len(known) <= Fields.MOST
