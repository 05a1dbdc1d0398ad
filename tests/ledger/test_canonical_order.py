"""The bytes that the officer signs: fixed for ever by golden vectors, and never alike for two different orders."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.orders.canonical import SignedAct, canonical_order, digest, encode, instant_text
from ledger.orders.order import Charge, Document, Payee, PaymentOrder

ORDER = PaymentOrder(
    number="2026-0012",
    purpose="Étude",
    payee=Payee("Bureau fictif", "ML13ML9980100100000000000783"),
    amount=1_000_000,
    account="65881",
    charges=(Charge("ML", 400_000), Charge("BF", 600_000)),
    documents=(Document("facture.pdf", "ab" * 32, 1200),),
)
ACT = SignedAct(
    act="authorise",
    signed_at=datetime(2026, 3, 5, 10, 0, 0, 250, tzinfo=UTC),
    person="ministre-bf",
    state="BF",
    mandate_start=datetime(2025, 12, 23, tzinfo=UTC),
)

# Written by hand from the description of version 1: type, length on four bytes, value.
GOLDEN = (
    b"l\x00\x00\x00\x08"
    b"s\x00\x00\x00\x0epcaes-order-v1"
    b"l\x00\x00\x00\x05"
    b"s\x00\x00\x00\x09authorise"
    b"s\x00\x00\x00\x1b2026-03-05T10:00:00.000250Z"
    b"s\x00\x00\x00\x0bministre-bf"
    b"s\x00\x00\x00\x02BF"
    b"s\x00\x00\x00\x1b2025-12-23T00:00:00.000000Z"
    b"l\x00\x00\x00\x02n\x00\x00\x00\x00n\x00\x00\x00\x00"
    b"l\x00\x00\x00\x04"
    b"s\x00\x00\x00\x092026-0012"
    b"s\x00\x00\x00\x07payment"
    b"n\x00\x00\x00\x00n\x00\x00\x00\x00"
    b"l\x00\x00\x00\x03"
    b"s\x00\x00\x00\x06\xc3\x89tude"
    b"s\x00\x00\x00\x0dBureau fictif"
    b"s\x00\x00\x00\x1cML13ML9980100100000000000783"
    b"l\x00\x00\x00\x03"
    b"s\x00\x00\x00\x03XOF"
    b"i\x00\x00\x00\x071000000"
    b"s\x00\x00\x00\x0565881"
    b"l\x00\x00\x00\x02"
    b"l\x00\x00\x00\x02s\x00\x00\x00\x02BFi\x00\x00\x00\x06600000"
    b"l\x00\x00\x00\x02s\x00\x00\x00\x02MLi\x00\x00\x00\x06400000"
    b"l\x00\x00\x00\x01"
    b"l\x00\x00\x00\x03s\x00\x00\x00\x0bfacture.pdfs\x00\x00\x00\x40" + b"ab" * 32 + b"i\x00\x00\x00\x041200"
)

values = st.recursive(
    st.none() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=12,
)


def test_the_bytes_of_version_1_never_change() -> None:
    assert canonical_order(ORDER, ACT) == GOLDEN
    assert digest(GOLDEN) == "98b8266e39a3c38b205e7d485ed24e8124dd4f2b4a0c3cbd67531d7a8f629403"


def test_the_bytes_of_a_requisition_carry_its_book_and_its_reason() -> None:
    act = replace(ACT, act="requisition", book="ML", reason="Urgence")

    expected = GOLDEN.replace(b"s\x00\x00\x00\x09authorise", b"s\x00\x00\x00\x0brequisition").replace(
        b"l\x00\x00\x00\x02n\x00\x00\x00\x00n\x00\x00\x00\x00",
        b"l\x00\x00\x00\x02s\x00\x00\x00\x02MLs\x00\x00\x00\x07Urgence",
    )
    assert canonical_order(ORDER, act) == expected


@pytest.mark.parametrize(
    "changed",
    [
        replace(ORDER, number="2026-0013"),
        replace(ORDER, purpose="étude"),
        replace(ORDER, purpose="E\u0301tude"),
        replace(ORDER, payee=replace(ORDER.payee, name="Bureau fictiF")),
        replace(ORDER, payee=replace(ORDER.payee, iban="ML13ML9980100100000000000789")),
        replace(ORDER, amount=1_000_001),
        replace(ORDER, account="65882"),
        replace(ORDER, charges=(Charge("ML", 400_001), Charge("BF", 599_999))),
        replace(ORDER, charges=(Charge("NE", 400_000), Charge("BF", 600_000))),
        replace(ORDER, documents=()),
        replace(ORDER, documents=(Document("facture.pdf", "ab" * 31 + "aa", 1200),)),
        replace(ORDER, documents=(Document("facture.pdf", "ab" * 32, 1201),)),
        replace(ORDER, kind="reissue"),
        replace(ORDER, reissues=""),
        replace(ORDER, on_behalf_of="NE"),
        replace(ORDER, currency="XAF"),
    ],
)
def test_any_changed_fact_of_the_order_changes_the_bytes(changed: PaymentOrder) -> None:
    assert digest(canonical_order(changed, ACT)) != digest(GOLDEN)


@pytest.mark.parametrize(
    "changed",
    [
        replace(ACT, act="confirm"),
        replace(ACT, signed_at=ACT.signed_at + timedelta(microseconds=1)),
        replace(ACT, person="ministre-ml"),
        replace(ACT, state="ML"),
        replace(ACT, mandate_start=ACT.mandate_start + timedelta(seconds=1)),
        replace(ACT, book="BF"),
        replace(ACT, reason=""),
    ],
)
def test_any_changed_fact_of_the_act_changes_the_bytes(changed: SignedAct) -> None:
    assert digest(canonical_order(ORDER, changed)) != digest(GOLDEN)


def test_the_order_of_the_books_is_no_fact_of_the_order() -> None:
    assert canonical_order(replace(ORDER, charges=ORDER.charges[::-1]), ACT) == GOLDEN


def test_an_instant_is_the_same_in_every_time_zone_and_needs_one() -> None:
    niamey = timezone(timedelta(hours=1))

    assert instant_text(datetime(2026, 3, 5, 11, tzinfo=niamey)) == "2026-03-05T10:00:00.000000Z"
    with pytest.raises(ValueError, match="time zone"):
        instant_text(datetime(2026, 3, 5, 11))  # noqa: DTZ001  the fault under test


def decode(data: bytes) -> tuple[object, bytes]:
    """The reading of one value, written apart from the writing."""
    kind, length, rest = data[:1], int.from_bytes(data[1:5], "big"), data[5:]
    if kind == b"n":
        return None, rest
    if kind == b"l":
        items = []
        for _ in range(length):
            item, rest = decode(rest)
            items.append(item)
        return tuple(items), rest
    text = rest[:length].decode()
    return (int(text) if kind == b"i" else text), rest[length:]


@given(values)
def test_what_is_encoded_can_be_read_back_so_two_values_never_share_their_bytes(value: object) -> None:
    assert decode(encode(value)) == (value, b"")  # type: ignore[arg-type]  # drawn among what can be encoded


@given(st.text("ab\x00|,", max_size=4), st.text("ab\x00|,", max_size=4), st.text("ab\x00|,", max_size=4))
def test_text_cannot_slide_from_one_field_into_the_next(one: str, two: str, three: str) -> None:
    first = canonical_order(replace(ORDER, purpose=one, payee=Payee(two, three)), ACT)
    second = canonical_order(replace(ORDER, purpose=one + two, payee=Payee("", three)), ACT)

    assert (first == second) == (two == "")


def test_the_digest_is_the_sha_256_of_the_bytes() -> None:
    assert digest(b"abc") == hashlib.sha256(b"abc").hexdigest()


def test_text_that_utf_8_cannot_hold_is_never_signed() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        canonical_order(replace(ORDER, purpose="\ud800"), ACT)
