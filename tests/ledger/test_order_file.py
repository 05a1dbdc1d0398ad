"""The file of `pcaes order create`: read strictly, every fault named, never a traceback."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.orders.order_file import read_orders
from ledger.refusal import Refusal

ORDER: dict[str, Any] = {
    "purpose": "Étude  fictive",
    "payee": {"name": " Bénéficiaire   fictif ", "iban": "NE58 NE99 9010 0102 0250 0003 3369"},
    "amount": 700,
    "charges": [{"book": "ML", "amount": 300}, {"book": "BF", "amount": 400}],
    "account": "65881",
    "documents": ["piece.txt"],
    "key": "k-1",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one document."""
    (tmp_path / "piece.txt").write_text("facture fictive", encoding="utf-8")
    (tmp_path / "vide.txt").write_text("", encoding="utf-8")
    return tmp_path


def test_an_order_is_read_whole(folder: Path) -> None:
    (request,) = read_orders({"orders": [ORDER]}, "o.json", folder)
    order = request.order
    assert (order.purpose, order.payee.name) == ("Étude fictive", "Bénéficiaire fictif")
    assert order.payee.iban == "NE58NE9990100102025000033369"
    assert [(charge.book, charge.amount) for charge in order.charges] == [("BF", 400), ("ML", 300)]
    assert order.documents[0].name == "piece.txt"
    assert request.contents == {order.documents[0].sha256: b"facture fictive"}
    assert request.key == "k-1"


@given(
    st.integers(3, 10**15 - 1),
    st.lists(st.sampled_from(["BF", "ML", "NE"]), min_size=1, max_size=3, unique=True),
    st.lists(st.integers(1, 1_000_000), min_size=3, max_size=3),
)
def test_a_split_gives_every_franc_away(amount: int, books: list[str], shares: list[int]) -> None:
    """Against a slow reading: each part is within a franc of its quota, and together they are the order."""
    rows = [{"book": book, "share": weight} for book, weight in zip(books, shares, strict=False)]
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "piece.txt").write_text("facture fictive", encoding="utf-8")
        (request,) = read_orders({"orders": [{**ORDER, "amount": amount, "charges": rows}]}, "o.json", folder)
    charges = request.order.charges
    total = sum(shares[: len(books)])
    assert sum(charge.amount for charge in charges) == amount
    assert [charge.book for charge in charges] == sorted(books)
    weights = {row["book"]: row["share"] for row in rows}
    assert all(abs(charge.amount * total - amount * weights[charge.book]) < total for charge in charges)


def without(name: str) -> dict[str, Any]:
    """The order lacking one field."""
    return {key: value for key, value in ORDER.items() if key != name}


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "no charges": ("order_file_unreadable", without("charges")),
    "no purpose": ("order_file_unreadable", without("purpose")),
    "no payee": ("order_file_unreadable", without("payee")),
    "no amount": ("amount_not_whole", without("amount")),
    "half a franc": ("amount_not_whole", {**ORDER, "amount": 0.5}),
    "an amount between quotes": ("amount_not_whole", {**ORDER, "amount": "700"}),
    "true as an amount": ("amount_not_whole", {**ORDER, "amount": True}),
    "an unknown field": ("order_file_unreadable", {**ORDER, "montant": 700}),
    "an unknown book": ("order_file_unreadable", {**ORDER, "charges": [{"book": "CI", "amount": 700}]}),
    "amounts and shares together": (
        "order_file_unreadable",
        {**ORDER, "charges": [{"book": "BF", "amount": 400}, {"book": "ML", "share": 1}]},
    ),
    "a share of nothing": ("order_file_unreadable", {**ORDER, "charges": [{"book": "BF", "share": 0}]}),
    "half a share": ("order_file_unreadable", {**ORDER, "charges": [{"book": "BF", "share": 0.5}]}),
    "a book that shares twice": (
        "order_file_unreadable",
        {**ORDER, "charges": [{"book": "BF", "share": 1}, {"book": "BF", "share": 2}]},
    ),
    "an unknown kind": ("order_file_unreadable", {**ORDER, "kind": "don"}),
    "a false account of the payee": ("iban_invalid", {**ORDER, "payee": {"name": "B", "iban": "NE00NE9990100102025"}}),
    "a document that is not there": ("document_unusable", {**ORDER, "documents": ["absente.pdf"]}),
    "an empty document": ("document_unusable", {**ORDER, "documents": ["vide.txt"]}),
    "a folder as a document": ("document_unusable", {**ORDER, "documents": ["."]}),
    "a name that no file has": ("document_unusable", {**ORDER, "documents": ["a\0b"]}),
    "no document": ("order_file_unreadable", without("documents")),
}


@pytest.mark.parametrize("fault", REFUSED, ids=[name.replace(" ", "_") for name in REFUSED])
def test_a_fault_is_named(fault: str, folder: Path) -> None:
    code, order = REFUSED[fault]
    with pytest.raises(Refusal) as refusal:
        read_orders({"orders": [order]}, "o.json", folder)
    assert refusal.value.code == code
    assert refusal.value.facts.get("where", "ordre 1") == "ordre 1"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*ORDER, "orders", "name", "iban", "book"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@pytest.mark.hypothesis
@given(document=JSON)
def test_any_document_is_read_or_refused(document: Any) -> None:
    told = set()
    for whole in (document, {"orders": [document]}, {"orders": [{**ORDER, "charges": document}]}):
        try:
            told.add(str(read_orders(json.loads(json.dumps(whole)), "o.json", Path("nulle-part"))))
        except Refusal as refusal:
            told.add(refusal.code)
    assert told <= {"order_file_unreadable", "amount_not_whole", "document_unusable", "iban_invalid"}
