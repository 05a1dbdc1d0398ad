"""Acts on orders written by hand, as somebody would who reaches the database without the program."""

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg
from databases import Database
from ordered import SIGNERS
from sqlalchemy.engine import make_url

from ledger.guards import guard_name

LATER = "2026-03-09T09:00:00.000000Z"
NEXT = "(SELECT max(id) + 1 FROM command_log)"
"""The command under way: an act is written before its command's own row."""
KEY = SIGNERS["mlo"].public_key
OTHER = SIGNERS["bfo"].public_key


@contextlib.contextmanager
def intruder(database: Database) -> Iterator[Any]:
    """A plain connection that knows nothing of the product; on SQLite without foreign keys."""
    if database.backend == "sqlite":
        connection: Any = sqlite3.connect(make_url(database.owner_url).database or "", isolation_level=None)
    else:
        url = make_url(database.owner_url).set(drivername="postgresql")
        connection = psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
    try:
        yield connection
    finally:
        connection.close()


def refused(database: Database, *statements: str) -> str | None:
    """The name of the rule that refuses the statements, made in one transaction; None when they are taken."""
    with intruder(database) as connection:
        connection.execute("BEGIN")
        try:
            for statement in statements:
                connection.execute(statement)
            connection.execute("COMMIT")
        except (sqlite3.Error, psycopg.Error) as fault:
            return guard_name(fault) or str(fault)
    return None


def event(
    order: str = "1", position: int = 1, book: str = "*", source: str = "draft", act: str = "commit",
    target: str = "committed", role: str = "requester", person: str = "req", at: str = LATER,
    reason: str | None = None, mandate: int | None = None,
) -> str:  # fmt: skip
    """The insert of one event."""
    why = "NULL" if reason is None else f"'{reason}'"
    return (
        "INSERT INTO order_event (order_id, position, book, source, act, target, role, person, at, reason, mandate_id,"
        f" command_id) VALUES ({order}, {position}, '{book}', '{source}', '{act}', '{target}', '{role}', '{person}',"
        f" '{at}', {why}, {mandate or 'NULL'}, {NEXT})"
    )


def command(at: str = LATER, actor: str = "ctl") -> str:
    """The row of the command under way."""
    return (
        "INSERT INTO command_log (id, at, actor, command, fingerprint, outcome, answer, written, previous_hash, hash)"
        f" SELECT max(id) + 1, '{at}', '{actor}', 'raw', 'f', 'done', '{{}}', '{{}}', (SELECT hash FROM command_log"
        f" ORDER BY id DESC LIMIT 1), '{'c' * 64}' FROM command_log"
    )


def signature(position: int, key: str = KEY, mandate: int = 1, at: str = LATER) -> str:
    """The insert of a signature of the right shape."""
    return (
        "INSERT INTO order_signature (order_id, position, signed_at, mandate_id, algorithm, public_key, signature,"
        f" canonical_sha256, command_id) VALUES (1, {position}, '{at}', {mandate}, 'ed25519', '{key}', '{'0' * 128}',"
        f" '{'0' * 64}', {NEXT})"
    )


def checks(position: int, failed: str = "") -> list[str]:
    """The inserts of every check, passed but for one."""
    codes = "officer_in_office officer_specimen funds_available account_imputed legal_basis service_rendered"
    codes += " calculation_exact prior_visa documents_produced payee_account no_opposition"
    return [
        "INSERT INTO order_check (order_id, position, code, passed, person, note, command_id) VALUES"
        f" (1, {position}, '{code}', {'false' if code == failed else 'true'}, 'accBF', 'motif', {NEXT})"
        for code in codes.split()
    ]


def file(message: str = "M", book: str = "BF", actor: str = "accBF") -> str:
    """The insert of a transfer file."""
    return (
        "INSERT INTO payment_file (message_id, book, execution, sha256, content, at, actor, command_id) VALUES"
        f" ('{message}', '{book}', '2026-03-09', '{'0' * 64}', '', '{LATER}', '{actor}', {NEXT})"
    )


def in_file(message: str = "M", occurrence: int = 1) -> str:
    """The insert of the charge of order 1 on BF into a transfer file."""
    return (
        "INSERT INTO payment_file_charge (message_id, order_id, book, occurrence) VALUES"
        f" ('{message}', 1, 'BF', {occurrence})"
    )


def recall(message: str = "M", at: str = LATER, bank: str = "REF") -> str:
    """The insert of its recall."""
    return (
        "INSERT INTO payment_file_recall (message_id, order_id, book, reason, bank_reference, at, actor, command_id)"
        f" VALUES ('{message}', 1, 'BF', 'motif', '{bank}', '{at}', 'accBF', {NEXT})"
    )


def accept(position: int = 5, source: str = "authorised") -> dict[str, Any]:
    """The fields of an acceptance on the book BF."""
    fields = {"position": position, "book": "BF", "source": source, "act": "accept", "target": "accepted"}
    return {**fields, "role": "accountant", "person": "accBF"}


VISA = {"position": 2, "source": "committed", "act": "visa", "target": "visa", "role": "controller", "person": "ctl"}
SIGN = {"position": 4, "source": "verified", "act": "authorise", "target": "authorised", "role": "officer"}
SUSPEND = {**accept(), "act": "suspend", "target": "suspended", "reason": "motif"}

SUCCESSOR = (
    "INSERT INTO mandate (id, state, person, start_at, act, at, actor, command_id) VALUES (2, 'BF', 'bfo',"
    f" '2026-03-05T00:00:00.000000Z', 'Acte', '{LATER}', 'adm', {NEXT})"
)
