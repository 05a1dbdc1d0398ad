"""Whose key is whose: specimens registered by the administrator, revoked with a reason, never erased."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from ledger.refusal import Refusal
from ledger.signing import ALGORITHM, check_public, fingerprint, load_key, raw_public, sign
from ledger.tables.commands import app_user
from ledger.tables.mandates import signing_key, signing_key_event
from ledger.users import User, UserUnknown, allow, list_users

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """A specimen: whose it is, since when, and until when if it was revoked."""

    id: int
    person: str
    algorithm: str
    public_key: str
    act: str
    at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key that its holder has just opened; it is never stored."""

    key: "Ed25519PrivateKey"
    public_key: str

    def sign(self, data: bytes) -> str:
        """The signature in hexadecimal."""
        return sign(self.key, data).hex()


class UsersUndeclared(Refusal):
    """The act needs people who are not one and the same."""

    code = "users_undeclared"
    sentence = (
        "L'acte « {act} » demande des personnes distinctes, et cette base n'a encore aucun utilisateur déclaré. "
        "Déclarez d'abord un administrateur, puis les autres : « pcaes user add NOM --role administrator »."
    )


class KeyTaken(Refusal):
    """One key belongs to one person."""

    code = "key_taken"
    sentence = (
        "La clé {fingerprint} est déjà enregistrée au nom de {person}. Attendu : une clé qui ne sert qu'à {asked}. "
        "Créez une autre clé."
    )


class KeyUnregistered(Refusal):
    """The key that signs is not the specimen of the person who acts."""

    code = "key_unregistered"
    sentence = (
        "La clé {fingerprint} n'est pas un spécimen en vigueur de {person}. Spécimens enregistrés : {known}. "
        "Employez la clé déposée, ou faites enregistrer celle-ci par un administrateur."
    )


class KeyUnknown(Refusal):
    """No such key is registered."""

    code = "key_unknown"
    sentence = (
        "Aucune clé en vigueur de {person} n'a l'empreinte {fingerprint}. Vérifiez le fichier de la clé publique."
    )


def require_people(user: User, act: str) -> None:
    """Refuses: users_undeclared."""
    if user.installing:
        raise UsersUndeclared(act=act)


def open_signer(path: Path, passphrase: str) -> Signer:
    """Open a private key file for one act.

    Refuses: key_unreadable, key_passphrase_wrong.
    """
    key = load_key(path.read_bytes(), passphrase, file=str(path))
    return Signer(key, raw_public(key).hex())


def registered_keys(connection: Connection, person: str | None = None) -> list[RegisteredKey]:
    """Every key ever registered, oldest first."""
    revoked = {row.key_id: row.at for row in connection.execute(select(signing_key_event))}
    query = select(signing_key).order_by(signing_key.c.id)
    if person is not None:
        query = query.where(signing_key.c.person == person)
    return [
        RegisteredKey(row.id, row.person, row.algorithm, row.public_key, row.act, row.at, revoked.get(row.id))
        for row in connection.execute(query)
    ]


def keys_at(connection: Connection, person: str, instant: datetime) -> list[RegisteredKey]:
    """The specimens of a person in force at an instant."""
    return [
        key
        for key in registered_keys(connection, person)
        if key.at <= instant and (key.revoked_at is None or instant < key.revoked_at)
    ]


def check_specimen(connection: Connection, person: str, public_key: str, instant: datetime) -> RegisteredKey:
    """The key is a specimen of the person at that instant.

    Refuses: key_unregistered.
    """
    held = keys_at(connection, person, instant)
    for key in held:
        if key.public_key == public_key:
            return key
    known = [fingerprint(bytes.fromhex(key.public_key)) for key in held if key.algorithm == ALGORITHM]
    raise KeyUnregistered(
        fingerprint=fingerprint(bytes.fromhex(public_key)), person=person, known=known or ["aucun"]
    )  # fmt: skip


def register_key(unit: Any, person: str, raw: bytes, act: str) -> RegisteredKey:
    """Deposit the specimen of a person; deposited again for the same person, nothing changes.

    Refuses: users_undeclared, role_forbidden, user_unknown, key_unreadable, key_weak, key_taken.
    """
    require_people(unit.user, "enregistrer un spécimen")
    allow(unit.user, "enregistrer un spécimen de signature", "administrator")
    if unit.connection.execute(select(app_user.c.name).where(app_user.c.name == person)).scalar() is None:
        raise UserUnknown(name=person, known=[user["name"] for user in list_users(unit.connection)])
    check_public(raw)
    for key in registered_keys(unit.connection):
        if key.public_key == raw.hex():
            if key.person != person or key.revoked_at is not None:
                raise KeyTaken(fingerprint=fingerprint(raw), person=key.person, asked=person)
            return key
    row = {
        "id": unit.next_id(signing_key),
        "person": person,
        "algorithm": ALGORITHM,
        "public_key": raw.hex(),
        "act": act.strip() or "dépôt du spécimen",
        "at": unit.now,
    }
    unit.connection.execute(
        insert(signing_key).values(**row, actor=unit.user.name, command_id=unit.command_id)
    )  # fmt: skip
    return RegisteredKey(**row, revoked_at=None)


def revoke_key(unit: Any, person: str, raw: bytes, reason: str) -> RegisteredKey:
    """End the use of a key from now on; what it has signed stays signed.

    Refuses: users_undeclared, role_forbidden, key_unknown.
    """
    require_people(unit.user, "révoquer une clé")
    allow(unit.user, "révoquer une clé", "administrator")
    for key in keys_at(unit.connection, person, unit.now):
        if key.public_key == raw.hex():
            unit.connection.execute(
                insert(signing_key_event).values(
                    id=unit.next_id(signing_key_event),
                    key_id=key.id,
                    action="revoke",
                    reason=reason,
                    at=unit.now,
                    actor=unit.user.name,
                    command_id=unit.command_id,
                )
            )
            return key
    raise KeyUnknown(person=person, fingerprint=fingerprint(raw))
