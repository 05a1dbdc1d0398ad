"""Signing keys: an Ed25519 private key in a file closed by a passphrase, and its public half, the specimen.

The files are ordinary: PKCS #8 (encrypted) and SubjectPublicKeyInfo, both PEM, so that other programs can check a
signature too. Signatures follow RFC 8032.
"""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.refusal import Refusal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALGORITHM = "ed25519"
PASSPHRASE_MIN = 8
PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64


class KeyUnreadable(Refusal):
    """The file is not a key of the expected kind."""

    code = "key_unreadable"
    sentence = (
        "Le fichier de clé {file} ne peut pas être lu : {fault}. Attendu : {expected}. "
        "Donnez le fichier produit par « pcaes key new »."
    )


class KeyPassphraseWrong(Refusal):
    """The passphrase does not open the key."""

    code = "key_passphrase_wrong"
    sentence = (
        "La phrase secrète n'ouvre pas la clé {file}. Attendu : celle choisie à la création de la clé. "
        "Recommencez ; une phrase oubliée ne se retrouve pas, il faut alors créer et enregistrer une autre clé."
    )


class KeyPassphraseShort(Refusal):
    """The passphrase of a new key is too short."""

    code = "key_passphrase_short"
    sentence = (
        "La phrase secrète de la clé {file} est trop courte : attendu {expected} caractères au moins, trouvé {found}. "
        "Choisissez une phrase plus longue."
    )


class KeyFileExists(Refusal):
    """A key file is never overwritten."""

    code = "key_file_exists"
    sentence = (
        "Le fichier de clé {file} existe déjà. Attendu : un nom nouveau, car une clé effacée ne signe plus jamais. "
        "Choisissez un autre nom."
    )


class KeyWeak(Refusal):
    """The public key is a point for which signatures prove nothing."""

    code = "key_weak"
    sentence = (
        "La clé publique {file} ne prouve rien : c'est un point d'ordre faible de la courbe. "
        "Attendu : une clé produite par « pcaes key new ». Créez une autre clé."
    )


class SignatureInvalid(Refusal):
    """The signature does not belong to these bytes and this specimen."""

    code = "signature_invalid"
    sentence = (
        "La signature de {document} n'est pas celle du spécimen {fingerprint} sur ce document. "
        "Attendu : la signature de l'ordonnateur sur les données exactes de l'ordre. "
        "Le document a été modifié ou signé par une autre clé : refusez-le et signalez-le."
    )


def make_key(passphrase: str, *, file: str = "nouvelle clé") -> tuple[bytes, bytes]:
    """A new key: the private PEM closed by the passphrase, and the public PEM. Refuses: key_passphrase_short."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if len(passphrase) < PASSPHRASE_MIN:
        raise KeyPassphraseShort(file=file, expected=PASSPHRASE_MIN, found=len(passphrase))
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode("utf-8")),
    )
    return private, public_pem(raw_public(key))


def write_key(path: Path, passphrase: str) -> str:
    """Make a key into `path` (readable by its owner only) and `path` + `.pub`; gives the fingerprint.

    Refuses: key_file_exists, key_passphrase_short.
    """
    public_path = path.with_name(path.name + ".pub")
    for target in (path, public_path):
        if target.exists():
            raise KeyFileExists(file=str(target))
    private, public = make_key(passphrase, file=str(path))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(private)
    public_path.write_bytes(public)
    return fingerprint(load_public(public, file=str(public_path)))


def load_key(pem: bytes, passphrase: str, *, file: str = "clé") -> "Ed25519PrivateKey":
    """Open a private key. A key without passphrase is refused too.

    Refuses: key_unreadable, key_passphrase_wrong.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    expected = "une clé privée Ed25519 protégée par phrase secrète (PKCS #8, PEM)"
    if b"-----BEGIN ENCRYPTED PRIVATE KEY-----" not in pem:
        raise KeyUnreadable(file=file, fault="ce n'est pas une clé privée chiffrée", expected=expected)
    if not passphrase:
        raise KeyPassphraseWrong(file=file)
    try:
        key = load_pem_private_key(pem, passphrase.encode("utf-8"))
    except ValueError as error:
        if "decrypt" in str(error).lower() or "password" in str(error).lower():
            raise KeyPassphraseWrong(file=file) from error
        raise KeyUnreadable(file=file, fault="son contenu est abîmé", expected=expected) from error
    except Exception as error:  # UnsupportedAlgorithm and friends: a damaged file may name any algorithm
        raise KeyUnreadable(file=file, fault="son chiffrement n'est pas reconnu", expected=expected) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnreadable(file=file, fault="ce n'est pas une clé Ed25519", expected=expected)
    return key


def load_public(pem: bytes, *, file: str = "clé publique") -> bytes:
    """The raw 32 bytes of a public key file. Refuses: key_unreadable, key_weak."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    expected = "une clé publique Ed25519 (PEM)"
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnreadable(file=file, fault="ce n'est pas une clé publique", expected=expected) from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnreadable(file=file, fault="ce n'est pas une clé Ed25519", expected=expected)
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    check_public(raw, file=file)
    return raw


def check_public(raw: bytes, *, file: str = "clé publique") -> None:
    """The bytes are a point of the curve and not one of the few that any signature satisfies.

    Refuses: key_unreadable, key_weak.
    """
    from ledger.orders.offline_verifier import is_weak, point

    if len(raw) != PUBLIC_KEY_BYTES or point(raw) is None:
        raise KeyUnreadable(file=file, fault="ces octets ne sont pas une clé", expected="une clé publique Ed25519")
    if is_weak(raw):
        raise KeyWeak(file=file)


def public_pem(raw: bytes) -> bytes:
    """A public key as a file (SubjectPublicKeyInfo, PEM)."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(raw).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def raw_public(key: "Ed25519PrivateKey") -> bytes:
    """The raw 32 bytes of the public half."""
    from cryptography.hazmat.primitives import serialization

    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def fingerprint(raw: bytes) -> str:
    """What two people read to each other: the SHA-256 of the raw public key, hexadecimal in groups of four."""
    text = hashlib.sha256(raw).hexdigest()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def sign(key: "Ed25519PrivateKey", data: bytes) -> bytes:
    """The 64 bytes of the Ed25519 signature of `data`."""
    return key.sign(data)


def signature_holds(public: bytes, signature: bytes, data: bytes) -> bool:
    """True when `signature` is that of the holder of `public` (raw 32 bytes) on `data`."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if len(public) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_signature(document: str, public: bytes, signature: bytes, data: bytes) -> None:
    """The signature of `document` (as a person names it) is good. Refuses: signature_invalid."""
    if not signature_holds(public, signature, data):
        raise SignatureInvalid(document=document, fingerprint=fingerprint(public))
