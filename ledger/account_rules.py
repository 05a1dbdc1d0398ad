"""When an account may be closed, or opened again: pure rules over what the books hold of it."""

from collections.abc import Mapping, Sequence
from datetime import date

from ledger.correction_rules import ReasonMissing
from ledger.refusal import Refusal


class AccountHeading(Refusal):
    """A heading takes no entry: there is nothing to close."""

    code = "account_heading"
    sentence = (
        "Le compte {account} « {title} » est un regroupement : il ne reçoit pas d'écritures et ne se ferme ni ne se "
        "rouvre. Donnez le numéro d'un de ses comptes."
    )


class AccountEventOrder(Refusal):
    """Closings and reopenings follow each other by their dates."""

    code = "account_event_order"
    sentence = (
        "Le compte {account} : l'acte demandé prend effet le {day:D}, avant le dernier acte sur ce compte, du "
        "{last:D}. Donnez une date d'effet à partir du {last:D}."
    )


class AccountAlreadyClosed(Refusal):
    """An account is closed once."""

    code = "account_already_closed"
    sentence = "Le compte {account} est déjà fermé, depuis le {since:D}. Il n'y a rien à faire."


class AccountNotClosed(Refusal):
    """Only a closed account is opened again."""

    code = "account_not_closed"
    sentence = "Le compte {account} n'est pas fermé : il n'y a rien à rouvrir."


class AccountUsedAfter(Refusal):
    """Entries stand after the day of the closing."""

    code = "account_used_after"
    sentence = (
        "Le compte {account} ne peut pas être fermé à partir du {day:D} : il porte une écriture du {last:D}. Fermez-le "
        "à partir d'une date postérieure au {last:D}."
    )


class AccountBalanceLeft(Refusal):
    """An account is closed at zero, in each book."""

    code = "account_balance_left"
    sentence = (
        "Le compte {account} ne peut pas être fermé à partir du {day:D} : dans le livre {book}, son solde à cette date "
        "est de {balance:F} (débits moins crédits), attendu zéro. Soldez-le d'abord ; un compte de charges ou de "
        "produits l'est par la clôture de l'exercice."
    )


Events = Sequence[tuple[date, str]]
"""What was done on an account, in the order of the acts: day of effect, `open` or `close`."""


def check_event(account: str, title: str, postable: bool, past: Events, action: str, day: date, reason: str) -> None:
    """Refuse an act on an account that what was done on it before does not allow.

    Refuses: reason_missing, account_heading, account_event_order, account_already_closed, account_not_closed.
    """
    if not reason.strip():
        raise ReasonMissing(what=f"le compte {account}")
    if not postable:
        raise AccountHeading(account=account, title=title)
    last, state = past[-1] if past else (day, "open")
    if day < last:
        raise AccountEventOrder(account=account, day=day, last=last)
    if action == "close" and state == "close":
        raise AccountAlreadyClosed(account=account, since=last)
    if action == "open" and state == "open":
        raise AccountNotClosed(account=account)


def check_empty(account: str, day: date, last_line: date | None, balances: Mapping[str, int]) -> None:
    """Refuse to close an account that is used from that day on, or that is not at zero before it in each book.

    `balances`: book → debit less credit before `day`, in whole francs.
    Refuses: account_used_after, account_balance_left.
    """
    if last_line is not None and last_line >= day:
        raise AccountUsedAfter(account=account, day=day, last=last_line)
    for book, balance in sorted(balances.items()):
        if balance:
            raise AccountBalanceLeft(account=account, day=day, book=book, balance=balance)
