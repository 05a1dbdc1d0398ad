"""The unit of work: one transaction, one row in the command log, rollback by default."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, exists, func, insert, select
from sqlalchemy.exc import DBAPIError

from ledger.clock import Clock, clock_for
from ledger.command_seal import sealed_row
from ledger.guards import as_refusal
from ledger.refusal import Refusal, plain
from ledger.tables.books import ledger_info
from ledger.tables.commands import app_user, command_log
from ledger.tables.types import instant_text
from ledger.users import User, find_user

Answer = dict[str, Any]

_last_command = select(func.max(command_log.c.id)).scalar_subquery()
STANDING = select(
    select(ledger_info.c.fictional).scalar_subquery().label("fictional"),
    _last_command.label("command_id"),
    select(command_log.c.at).where(command_log.c.id == _last_command).scalar_subquery().label("at"),
    exists().select_from(app_user).label("users"),
)
"""What every act must know before it begins, in one look."""
BY_KEY = select(command_log).where(command_log.c.key == bindparam("key"), command_log.c.outcome == "done")
LOG = insert(command_log)


class KeyReused(Refusal):
    """The same idempotency key was sent with another content."""

    code = "key_reused"
    sentence = (
        "La clé « {key} » a déjà servi à la commande {command} du {at:D}, avec un autre contenu. "
        "Employez une clé neuve pour un acte nouveau, ou renvoyez exactement le même contenu."
    )


class KeyOfAnother(Refusal):
    """The same idempotency key was sent by someone else."""

    code = "key_of_another"
    sentence = (
        "La clé « {key} » a déjà servi à {actor} pour la commande {command} du {at:D} ; {user} ne peut pas répéter "
        "l'acte d'un autre. Employez une clé neuve si vous faites l'acte à votre tour."
    )


class DatabaseNotReady(Refusal):
    """There are no books at that address."""

    code = "database_not_ready"
    sentence = "La base {database} ne contient pas encore les livres. Lancez d'abord « pcaes init »."


class DatabaseOutdated(Refusal):
    """The database was made by another version of the product."""

    code = "database_outdated"
    sentence = (
        "La base {database} est à la version {found} du schéma, ce programme attend la version {expected}. "
        "Lancez « pcaes init » pour la mettre à niveau, ou installez la version du programme qui l'a créée."
    )


class _DryRun(Exception):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer


@dataclass
class Unit:
    """One act under way: its connection, who acts, when, and the row it will have in the command log."""

    connection: Connection
    user: User
    now: datetime
    command_id: int
    fictional: bool = False

    def next_id(self, table: Table) -> int:
        """The next identifier of a table; safe because writers come one at a time."""
        return int(self.connection.execute(select(func.coalesce(func.max(table.c.id), 0) + 1)).scalar_one())


def fingerprint(command: str, payload: Any) -> str:
    """SHA-256 of what was asked, the same for the same input whatever the order of its keys."""
    text = json.dumps([command, plain(payload)], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Ledger:
    """An open database and the person who acts on it.

    `actor` is the user's name. While no user is declared, `actor` (or « installation ») is only recorded.
    Refuses: database_not_ready, clock_not_allowed (on first use).
    """

    def __init__(self, engine: Engine, actor: str | None = None, clock: Clock | None = None) -> None:
        self.engine = engine
        self.actor = actor
        self._clock = clock

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction: every look sees the same state of the books."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    def perform(
        self,
        command: str,
        act: Callable[[Unit], Answer],
        *,
        payload: Any = None,
        key: str | None = None,
        dry_run: bool = False,
    ) -> Answer:
        """Do `act` in one transaction and log it; on any refusal nothing of it stays but the refusal.

        The same `key` with the same payload answers as the first time, without doing anything.
        Refuses: key_reused, key_of_another, and whatever the act refuses.
        """
        print_of_input = fingerprint(command, payload)
        try:
            with self.engine.connect().execution_options(write=True) as connection, connection.begin():
                return self._in_transaction(connection, command, act, print_of_input, key, dry_run)
        except _DryRun as dry:
            return dry.answer
        except Refusal as refusal:
            self._log_refusal(command, refusal, print_of_input, key, dry_run)
            raise
        except DBAPIError as error:
            refused = as_refusal(error.orig) if error.orig is not None else None
            if refused is None:
                raise
            self._log_refusal(command, refused, print_of_input, key, dry_run)
            raise refused from error

    def log_refusal(self, command: str, refusal: Refusal, payload: Any = None) -> None:
        """Keep as evidence a refusal that came before the transaction, such as a file that cannot be read."""
        self._log_refusal(command, refusal, fingerprint(command, payload), None, False)

    def _in_transaction(
        self,
        connection: Connection,
        command: str,
        act: Callable[[Unit], Answer],
        print_of_input: str,
        key: str | None,
        dry_run: bool,
    ) -> Answer:
        unit = self._unit(connection)
        if key is not None:
            before = connection.execute(BY_KEY, {"key": key}).one_or_none()
            if before is not None:
                if before.fingerprint != print_of_input:
                    raise KeyReused(key=key, command=before.command, at=before.at.date())
                if before.actor != unit.user.name:
                    raise KeyOfAnother(
                        key=key,
                        actor=before.actor,
                        command=before.command,
                        at=before.at.date(),
                        user=unit.user.name,
                    )
                return dict(json.loads(before.answer))
        answer: Answer = plain(act(unit))
        if dry_run:
            raise _DryRun(answer)
        _log(
            connection,
            id=unit.command_id,
            at=unit.now,
            actor=unit.user.name,
            command=command,
            key=key,
            fingerprint=print_of_input,
            outcome="done",
            answer=answer,
        )
        return answer

    def _unit(self, connection: Connection) -> Unit:
        standing = connection.execute(STANDING).one()
        fictional = bool(standing.fictional)
        clock = self._clock or clock_for(fictional)
        # a clock that was put back never makes the record run backwards
        now = clock() if standing.at is None else max(clock(), standing.at)
        if standing.users:
            user = find_user(connection, self.actor or "")
        else:
            user = User(self.actor or "installation", "administrator", installing=True)
        return Unit(connection, user, now, (standing.command_id or 0) + 1, fictional)

    def _log_refusal(self, command: str, refusal: Refusal, print_of_input: str, key: str | None, dry_run: bool) -> None:
        """Refusals are evidence: they are kept, after the rollback, in the command log alone."""
        if dry_run or refusal.exit_code != 1:
            return
        facts = refusal.as_json()
        with self.engine.connect().execution_options(write=True) as connection, connection.begin():
            row = connection.execute(
                select(command_log.c.id, command_log.c.at).order_by(command_log.c.id.desc()).limit(1)
            ).one_or_none()
            info = connection.execute(select(ledger_info)).one_or_none()
            clock = self._clock or clock_for(bool(info is not None and info.fictional), "" if info is None else None)
            _log(
                connection,
                id=1 if row is None else row.id + 1,
                at=clock() if row is None else max(clock(), row.at),
                actor=self.actor or "installation",
                command=command,
                key=key,
                fingerprint=print_of_input,
                outcome="refused",
                code=facts["code"],
                answer=facts,
            )


def _log(connection: Connection, at: datetime, answer: Answer, **row: Any) -> None:
    """The command's row in the log, sealed with everything that it wrote."""
    text = json.dumps(answer, ensure_ascii=False)  # in its own order: sent again, it is the same byte for byte
    sealed = sealed_row(connection, {"code": None, **row, "at": instant_text(at), "answer": text})
    connection.execute(LOG, {**sealed, "at": at})
