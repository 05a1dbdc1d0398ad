"""Signing keys: closed by a passphrase, opened by it alone, and a specimen that proves something."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.signing import (
    KeyFileExists,
    KeyPassphraseShort,
    KeyPassphraseWrong,
    KeyUnreadable,
    KeyWeak,
    SignatureInvalid,
    check_public,
    check_signature,
    fingerprint,
    load_key,
    load_public,
    make_key,
    public_pem,
    raw_public,
    sign,
    signature_holds,
    write_key,
)

PHRASE = "le sable et l'eau"
# RFC 8032, section 7.1, test 1
SECRET = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
# y = 1 (the identity), y = -1, and y = 0: points of order 1, 2 and 4
SMALL_ORDER = [(1).to_bytes(32, "little"), (2**255 - 20).to_bytes(32, "little"), bytes(32)]


@pytest.fixture(scope="module")
def pair() -> tuple[bytes, bytes]:
    return make_key(PHRASE)


def test_a_key_opens_with_its_passphrase_and_signs_for_its_specimen(pair: tuple[bytes, bytes]) -> None:
    key, public = load_key(pair[0], PHRASE), load_public(pair[1])

    assert raw_public(key) == public
    check_signature("l'ordre 2026-0012", public, sign(key, b"ordre"), b"ordre")


@pytest.mark.parametrize("phrase", ["le sable et l'eaU", "", " "])
def test_another_passphrase_does_not_open_the_key(pair: tuple[bytes, bytes], phrase: str) -> None:
    with pytest.raises(KeyPassphraseWrong) as refused:
        load_key(pair[0], phrase, file="ministre.key")
    assert refused.value.code == "key_passphrase_wrong"


def test_a_private_key_without_passphrase_is_not_taken() -> None:
    open_key = Ed25519PrivateKey.from_private_bytes(SECRET).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    with pytest.raises(KeyUnreadable):
        load_key(open_key, PHRASE)


def test_a_key_of_another_kind_is_not_taken() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    closed = other.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PHRASE.encode()),
    )
    public = other.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    with pytest.raises(KeyUnreadable):
        load_key(closed, PHRASE)
    with pytest.raises(KeyUnreadable):
        load_public(public)


@pytest.mark.parametrize("damage", ["cut", "turned", "emptied", "other text"])
def test_a_damaged_file_is_refused_and_never_a_traceback(pair: tuple[bytes, bytes], damage: str) -> None:
    lines = pair[0].splitlines(keepends=True)
    text = {
        "cut": b"".join(lines[:-2] + lines[-1:]),
        "turned": b"".join([lines[0], *lines[1:-1][::-1], lines[-1]]),
        "emptied": lines[0] + lines[-1],
        "other text": b"\x00\xff bonjour",
    }[damage]

    with pytest.raises((KeyUnreadable, KeyPassphraseWrong)):
        load_key(text, PHRASE)
    with pytest.raises(KeyUnreadable):
        load_public(text)


def test_a_key_file_is_for_its_owner_alone_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "ministre.key"

    printed = write_key(path, PHRASE)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert printed == fingerprint(load_public((tmp_path / "ministre.key.pub").read_bytes()))
    before = path.read_bytes()
    with pytest.raises(KeyFileExists):
        write_key(path, PHRASE)
    path.unlink()
    with pytest.raises(KeyFileExists):
        write_key(path, PHRASE)
    assert PHRASE.encode() not in before
    assert not path.exists()


def test_a_short_passphrase_is_refused_before_any_file_is_written(tmp_path: Path) -> None:
    with pytest.raises(KeyPassphraseShort) as refused:
        write_key(tmp_path / "k", "1234567")
    assert refused.value.facts["expected"] == 8
    assert list(tmp_path.iterdir()) == []


def test_a_public_key_file_gives_back_the_bytes_of_the_standard() -> None:
    assert raw_public(Ed25519PrivateKey.from_private_bytes(SECRET)) == PUBLIC
    assert load_public(public_pem(PUBLIC)) == PUBLIC


def test_a_fingerprint_is_read_in_groups_of_four() -> None:
    # printf of the 32 bytes | sha256sum
    assert fingerprint(PUBLIC).startswith("21fe 31df a154 a261")
    assert len(fingerprint(PUBLIC).split()) == 16


@pytest.mark.parametrize("raw", SMALL_ORDER)
def test_a_key_under_which_anybody_can_sign_is_refused(raw: bytes) -> None:
    with pytest.raises(KeyWeak):
        check_public(raw)


@pytest.mark.parametrize("raw", [b"", bytes(31), PUBLIC + b"\x00", (2).to_bytes(32, "little")])
def test_bytes_that_are_no_key_are_refused(raw: bytes) -> None:
    with pytest.raises(KeyUnreadable):
        check_public(raw)


@pytest.mark.parametrize("place", [0, 31, 32, 63])
def test_a_changed_bit_of_the_signature_or_of_the_document_is_seen(place: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(SECRET)
    signature = bytearray(sign(key, b"ordre"))
    signature[place] ^= 1

    with pytest.raises(SignatureInvalid) as refused:
        check_signature("l'ordre 2026-0012", PUBLIC, bytes(signature), b"ordre")
    assert refused.value.code == "signature_invalid"
    assert signature_holds(PUBLIC, sign(key, b"ordre"), b"ordrf") is False


@pytest.mark.parametrize(("public", "signature"), [(b"", bytes(64)), (PUBLIC, b""), (bytes(33), bytes(64))])
def test_sizes_that_cannot_be_right_are_a_bad_signature_and_not_an_error(public: bytes, signature: bytes) -> None:
    assert signature_holds(public, signature, b"") is False


def test_the_signing_module_loads_without_the_cryptographic_library() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, ledger.signing; sys.stdout.write(str('cryptography' in sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
        timeout=60,
    )
    assert told.stdout == "False"
