"""The two halves of a transfer between books, as a pure rule."""

from collections.abc import Mapping

from ledger.chart import Account
from ledger.entry import EntryDraft
from ledger.entry_rules import name_of
from ledger.refusal import Refusal


class TransferAlone(Refusal):
    """One half came without the other."""

    code = "transfer_alone"
    sentence = (
        "Le virement « {transfer} » n'a qu'une moitié : l'écriture {entry}. Envoyez dans le même fichier l'écriture "
        "du second livre, avec le même « transfer »."
    )


class TransferBooks(Refusal):
    """A transfer joins two different books, twice is once too many."""

    code = "transfer_of_two_books"
    sentence = (
        "Le virement « {transfer} » doit joindre deux livres différents : ses écritures sont des livres {books}. "
        "Corrigez le livre de l'une d'elles."
    )


class TransferTooMany(Refusal):
    """A transfer has two halves."""

    code = "transfer_too_many"
    sentence = (
        "Le virement « {transfer} » compte plus de deux écritures ; la troisième est du livre {book}. Donnez un autre "
        "identifiant à l'autre virement, ou retirez l'écriture de trop."
    )


class TransferUnequal(Refusal):
    """What leaves one account is what reaches the other."""

    code = "transfer_unequal"
    sentence = (
        "Le virement « {transfer} » ne s'annule pas sur le compte de virement : {first} pour {first_amount:F}, "
        "{second} pour {second_amount:F}, écart {difference:F}. Corrigez l'un des montants."
    )


class TransferDates(Refusal):
    """Both halves are one act, of one date: 5851 is at zero over the three books at any instant."""

    code = "transfer_dates"
    sentence = (
        "Le virement « {transfer} » est daté du {first:D} dans un livre et du {second:D} dans l'autre. Donnez la même "
        "date aux deux écritures."
    )


class TransferUsed(Refusal):
    """The name of a transfer serves once."""

    code = "transfer_used"
    sentence = "Le virement « {transfer} » existe déjà ({entry}). Donnez-lui un autre identifiant."


def pairing_amounts(draft: EntryDraft, accounts: Mapping[str, Account]) -> dict[str, int]:
    """Debit less credit of an entry on the accounts that go by pairs, per kind: transfer (5851), liaison (185x)."""
    found: dict[str, int] = {}
    for line in draft.lines:
        pairing = accounts[line.account].pairing if line.account in accounts else None
        if pairing is not None:
            found[pairing] = found.get(pairing, 0) + line.debit - line.credit
    return found


def check_pair(first: EntryDraft, second: EntryDraft, accounts: Mapping[str, Account]) -> None:
    """Refuse two entries that are not the two halves of one transfer.

    Each kind of pairing account cancels by itself: what leaves by 5851 does not arrive by 185x.
    Refuses: transfer_of_two_books, transfer_dates, transfer_unequal.
    """
    transfer = first.transfer
    if first.book == second.book:
        raise TransferBooks(transfer=transfer, books=f"{first.book} et {second.book}")
    if first.date != second.date:
        raise TransferDates(transfer=transfer, first=first.date, second=second.date)
    ones, twos = pairing_amounts(first, accounts), pairing_amounts(second, accounts)
    kinds = sorted(ones.keys() | twos.keys(), reverse=True)
    wrong = [kind for kind in kinds if ones.get(kind, 0) + twos.get(kind, 0) != 0]
    if wrong or sum(ones.values()) == 0:
        one, two = (amounts.get((wrong or kinds or [""])[0], 0) for amounts in (ones, twos))
        raise TransferUnequal(
            transfer=transfer, first=name_of(first), first_amount=one, second=name_of(second), second_amount=two,
            difference=abs(one + two),
        )  # fmt: skip
