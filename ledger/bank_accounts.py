"""Which bank account belongs to which book: bound once, never guessed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from ledger.chart import account_of, require_book
from ledger.iban import check_iban
from ledger.refusal import Refusal
from ledger.tables.books import bank_account, bank_account_alias
from ledger.users import allow

ALIAS_LENGTH_MIN = 8
"""A shorter alias could be another account's."""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A bank account of a book: its IBAN, the ledger account, and the other names the bank prints for it."""

    iban: str
    book: str
    account: str
    currency: str
    bank: str | None
    aliases: tuple[str, ...]


class BankAccountTaken(Refusal):
    """An account belongs to one book."""

    code = "bank_account_taken"
    sentence = (
        "Le compte {account} est déjà rattaché au livre {found} ; il est demandé pour le livre {asked}. "
        "Vérifiez l'IBAN."
    )


class AliasUnusable(Refusal):
    """An alias so short that another account could bear it."""

    code = "alias_unusable"
    sentence = (
        "L'autre écriture « {alias} » du compte {account} ne convient pas : attendu le numéro tel que la banque "
        "l'imprime, au moins huit lettres et chiffres, par exemple les douze du compte. Corrigez --aliases."
    )


def bound_accounts(connection: Connection) -> list[BankAccount]:
    """Every bound bank account, in the order of books."""
    aliases: dict[str, list[str]] = {}
    for row in connection.execute(select(bank_account_alias).order_by(bank_account_alias.c.alias)):
        aliases.setdefault(row.iban, []).append(row.alias)
    return [
        BankAccount(row.iban, row.book, row.account, row.currency, row.bank, tuple(aliases.get(row.iban, ())))
        for row in connection.execute(select(bank_account).order_by(bank_account.c.book, bank_account.c.iban))
    ]


def bind(unit: Any, book: str, iban: str, bank: str | None = None, aliases: tuple[str, ...] = ()) -> dict[str, Any]:
    """Tie a bank account (XOF) to a book; bound again, only new aliases are added.

    Refuses: role_forbidden, book_unknown, iban_invalid, bank_account_taken, alias_unusable.
    """
    allow(unit.user, "rattacher un compte bancaire", "administrator", "accountant", book=book)
    require_book(unit.connection, book)
    compact = check_iban(iban).compact
    bound = bound_accounts(unit.connection)
    known = {one.iban: one for one in bound}
    owners = {alias: one for one in bound for alias in one.aliases}
    if compact in known and known[compact].book != book:
        raise BankAccountTaken(account=compact, found=known[compact].book, asked=book)
    if compact not in known:
        unit.connection.execute(
            insert(bank_account).values(
                iban=compact,
                book=book,
                account=account_of("5211", book),
                currency="XOF",
                bank=bank,
                command_id=unit.command_id,
            )
        )
    for alias in dict.fromkeys(text.strip().upper().replace(" ", "") for text in aliases):
        if not alias:
            continue
        if len(alias) < ALIAS_LENGTH_MIN or not alias.isascii() or not any(sign.isdigit() for sign in alias):
            raise AliasUnusable(alias=alias, account=compact)
        if alias in owners:
            if owners[alias].iban != compact:
                raise BankAccountTaken(account=alias, found=owners[alias].book, asked=book)
            continue
        unit.connection.execute(
            insert(bank_account_alias).values(alias=alias, iban=compact, command_id=unit.command_id)
        )
    mine = next(one for one in bound_accounts(unit.connection) if one.iban == compact)
    return {
        "book": book, "iban": compact, "account": mine.account, "bank": mine.bank, "aliases": list(mine.aliases)
    }  # fmt: skip
