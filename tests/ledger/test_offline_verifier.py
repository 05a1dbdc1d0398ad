"""The stand-alone file that checks an exported order with nothing but Python's own library."""

import copy
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.mandates.mandate import Mandate
from ledger.orders import offline_verifier
from ledger.orders.canonical import SignedAct, canonical_order
from ledger.orders.export import OrderEvent, OrderSignature, export_order
from ledger.orders.order import Charge, Document, Payee, PaymentOrder
from ledger.signing import load_public, raw_public, sign, signature_holds

INVOICE = b"%PDF facture fictive"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
SPECIMEN = raw_public(KEY).hex()
MANDATE = Mandate(
    2,
    "BF",
    "ministre-bf",
    datetime(2025, 12, 23, tzinfo=UTC),
    datetime(2026, 12, 23, tzinfo=UTC),
    "Acte fictif",
    SPECIMEN,
)
ORDER = PaymentOrder(
    number="2026-0012",
    purpose="Étude de faisabilité",
    payee=Payee("Bureau fictif", "ML13ML9980100100000000000783"),
    amount=1_000_000,
    account="65881",
    charges=(Charge("BF", 600_000), Charge("ML", 400_000)),
    documents=(Document("facture.pdf", hashlib.sha256(INVOICE).hexdigest(), len(INVOICE)),),
)
SIGNED_AT = datetime(2026, 3, 5, 10, tzinfo=UTC)

# RFC 8032, section 7.1, tests 1 to 3
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def exported(order: PaymentOrder = ORDER, at: datetime = SIGNED_AT, key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    """An order from its creation to its payment on two books, as `pcaes order export` writes it."""
    act = SignedAct("authorise", at, MANDATE.person, MANDATE.state, MANDATE.start)
    signature = OrderSignature(act, MANDATE, raw_public(key).hex(), sign(key, canonical_order(order, act)).hex())
    rows = [
        ("commit", "draft", "committed", "requester", "gest", None),
        ("visa", "committed", "visa", "controller", "cf", None),
        ("verify", "visa", "verified", "requester", "gest", None),
        ("authorise", "verified", "authorised", "officer", "ministre-bf", None),
        ("accept", "authorised", "accepted", "accountant", "comptable-bf", "BF"),
        ("accept", "authorised", "accepted", "accountant", "comptable-ml", "ML"),
        ("pay", "accepted", "paid", "accountant", "comptable-bf", "BF"),
    ]
    events = [
        OrderEvent(n, name, old, new, role, person, at + timedelta(hours=n - 4), book)
        for n, (name, old, new, role, person, book) in enumerate(rows, start=1)
    ]
    return export_order(order, [signature], events)


def run(tmp_path: Path, export: Any, *options: str) -> tuple[int, str]:
    """The copied file, run alone, away from the program, isolated from its packages."""
    script = shutil.copy(offline_verifier.__file__, tmp_path / "verifier.py")
    file = tmp_path / "ordre.json"
    file.write_text(export if isinstance(export, str) else json.dumps(export), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(file), *options],
        capture_output=True, cwd=tmp_path, timeout=60, check=False, env={},
    )  # fmt: skip
    assert done.stderr == b""
    return done.returncode, done.stdout.decode("utf-8")


def bad(text: str) -> list[str]:
    return [
        line.split("  ")[1].split(",")[0].split(" –")[0]
        for line in text.splitlines()
        if line.startswith("NON CONFORME")
    ]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard_hold(public: str, message: str, signature: str) -> None:
    key, text, proof = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)

    assert offline_verifier.verify(key, proof, text) is True
    assert offline_verifier.verify(key, proof, text + b"\x00") is False
    assert offline_verifier.verify(key, proof[:63] + bytes([proof[63] ^ 0x20]), text) is False


@settings(max_examples=25)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511), st.booleans())
def test_it_says_what_the_cryptographic_library_says(seed: bytes, message: bytes, bit: int, spoil: bool) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    proof = bytearray(key.sign(message))
    if spoil:
        proof[bit // 8] ^= 1 << bit % 8

    verdict = offline_verifier.verify(raw_public(key), bytes(proof), message)

    assert verdict is signature_holds(raw_public(key), bytes(proof), message)
    assert verdict is not spoil


def test_a_signature_whose_second_half_is_written_otherwise_is_refused() -> None:
    proof = KEY.sign(b"ordre")
    larger = int.from_bytes(proof[32:], "little") + offline_verifier.Q

    assert offline_verifier.verify(raw_public(KEY), proof[:32] + larger.to_bytes(32, "little"), b"ordre") is False


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(
    texts,
    texts,
    texts,
    st.integers(0, 10**15),
    st.lists(st.tuples(texts, st.integers()), max_size=3),
    st.none() | texts,
)
def test_it_rebuilds_the_bytes_that_the_program_signs(
    number: str, purpose: str, name: str, amount: int, charges: list[tuple[str, int]], reason: str | None
) -> None:
    unique = dict(charges)
    order = PaymentOrder(
        number, purpose, Payee(name, "IBAN"), amount, "65881", tuple(Charge(*row) for row in unique.items()),
        (Document(name, "ab", 3),), on_behalf_of=reason, reissues=reason,
    )  # fmt: skip
    act = SignedAct("requisition", SIGNED_AT, name, "BF", MANDATE.start, number, reason)

    document = export_order(order, [OrderSignature(act, MANDATE, SPECIMEN, "")], [])

    read = json.loads(json.dumps(document))
    assert offline_verifier.canonical(read["order"], read["signatures"][0]) == canonical_order(order, act)


def test_a_good_order_is_found_good_away_from_the_program(tmp_path: Path) -> None:
    (tmp_path / "pieces").mkdir()
    (tmp_path / "pieces" / "autre-nom.pdf").write_bytes(INVOICE)

    code, text = run(tmp_path, exported(), "--specimen", SPECIMEN.upper(), "--documents", str(tmp_path / "pieces"))

    assert (code, bad(text)) == (0, [])
    assert text.splitlines()[-1] == "Ordre 2026-0012 : conforme"
    assert text.count("CONFORME") == 13


def test_another_program_can_check_what_is_extracted(tmp_path: Path) -> None:
    folder = tmp_path / "extrait"

    assert run(tmp_path, exported(), "--extract", str(folder))[0] == 0

    public = load_public((folder / "acte-1.pub").read_bytes())
    data, proof = (folder / "acte-1.bin").read_bytes(), (folder / "acte-1.sig").read_bytes()
    assert public == raw_public(KEY)
    assert signature_holds(public, proof, data) is True
    assert sorted(path.name for path in folder.iterdir()) == ["acte-1.bin", "acte-1.pub", "acte-1.sig"]


def test_it_asks_to_compare_the_fingerprint_when_no_specimen_is_given(tmp_path: Path) -> None:
    code, text = run(tmp_path, exported())

    assert code == 0
    assert "Comparez l'empreinte" in text


def edit(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(export: dict[str, Any]) -> None:
        *steps, last = path.split(".")
        node: Any = export
        for step in steps:
            node = node[int(step)] if step.isdigit() else node[step]
        node[last] = value

    return change


SIGNED_DATA = ["Données signées intactes", "Signature Ed25519 valable"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (edit("order.purpose", "Etude de faisabilité"), SIGNED_DATA),
        (edit("order.payee.iban", "ML13ML9980100100000000000789"), SIGNED_DATA),
        (edit("order.amount", 1_000_001), ["Charges égales au montant", *SIGNED_DATA]),
        (edit("order.documents.0.sha256", "0" * 64), SIGNED_DATA),
        (edit("signatures.0.canonical_sha256", "0" * 64), ["Données signées intactes"]),
        (edit("signatures.0.signature", "0" * 128), ["Signature Ed25519 valable"]),
        (edit("signatures.0.mandate.public_key", raw_public(OTHER).hex()), ["Clé conforme au spécimen"]),
        (edit("signatures.0.mandate.end", "2026-03-05T10:00:00.000000Z"), ["Mandat en cours"]),
        (edit("signatures.0.mandate.person", "autre"), ["Signataire titulaire du mandat"]),
        (edit("events.1.person", "gest"), ["Fonctions séparées"]),
        (edit("events.6.person", "ministre-bf"), ["Fonctions séparées"]),
        (edit("events.2.from", "committed"), ["Stades continus"]),
        (edit("events.1.act", "verify"), ["Actes dans l'ordre de la loi"]),
        (edit("events.4.act", "suspend"), ["Actes dans l'ordre de la loi"]),
        (edit("events.6.book", "ML2"), ["Actes dans l'ordre de la loi", "Stades continus"]),
        (edit("events.3.at", "2026-03-05T10:00:00.000001Z"), ["Chaque acte signé figure aux événements"]),
        (edit("events", []), ["Stades continus", "Chaque acte signé figure aux événements"]),
    ],
)
def test_each_forgery_is_named(tmp_path: Path, change: Callable[[dict[str, Any]], None], found: list[str]) -> None:
    export = copy.deepcopy(exported())
    change(export)

    code, text = run(tmp_path, export)

    assert (code, bad(text)) == (1, found)
    assert text.splitlines()[-2] == "Ordre 2026-0012 : NON CONFORME"


def test_an_order_signed_after_the_mandate_or_before_it_is_found(tmp_path: Path) -> None:
    for instant in (datetime(2026, 12, 23, tzinfo=UTC), datetime(2025, 12, 22, 23, 59, tzinfo=UTC)):
        code, text = run(tmp_path, exported(at=instant))
        assert (code, bad(text)) == (1, ["Mandat en cours"])


def test_another_key_passes_for_nobody(tmp_path: Path) -> None:
    code, text = run(tmp_path, exported(key=OTHER), "--specimen", SPECIMEN)

    assert (code, bad(text)) == (1, ["Clé conforme au spécimen", "Spécimen fourni par ailleurs"])


def test_a_missing_document_is_named(tmp_path: Path) -> None:
    (tmp_path / "pieces").mkdir()
    (tmp_path / "pieces" / "facture.pdf").write_bytes(INVOICE + b" ")

    code, text = run(tmp_path, exported(), "--documents", str(tmp_path / "pieces"))

    assert (code, bad(text)) == (1, ["Pièce « facture.pdf »"])


def test_an_order_nobody_signed_is_not_good(tmp_path: Path) -> None:
    export = exported()
    export["signatures"] = []

    assert bad(run(tmp_path, export)[1]) == ["Ordonnancement signé une seule fois"]


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{}", '{"format": "autre"}', "null", "\x00",
        json.dumps({**exported(), "order": None}),
        json.dumps(exported()).replace("ed25519", "webauthn"),
        json.dumps(exported()).replace('"amount": 1000000', '"amount": 1000000.0'),
        json.dumps(exported()).replace('"amount": 1000000', '"amount": true'),
        json.dumps(exported()).replace("2026-03-05T10:00:00.000000Z", "hier"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_checked_is_said_to_be_so_and_never_a_traceback(tmp_path: Path, content: str) -> None:
    code, text = run(tmp_path, content)

    assert code == 2
    assert text.startswith("Fichier non vérifiable")
