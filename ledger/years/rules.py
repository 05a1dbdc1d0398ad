"""What closing a year asks for, and the entries that it writes: pure."""

import datetime as dt
from collections.abc import Mapping, Sequence

from ledger.entry import EntryDraft, Line
from ledger.money import format_francs
from ledger.periods.rules import BookState, name_of
from ledger.refusal import Refusal

RESULT_CREDIT, RESULT_DEBIT = "131", "139"
CARRIED_CREDIT, CARRIED_DEBIT = "121", "129"
LIAISON = {"BF": "1851", "ML": "1852", "NE": "1853"}
BALANCE_SHEET, PROFIT_AND_LOSS = "12345", "678"

Balances = Mapping[str, int]
"""Account → debit less credit, in whole francs."""


class YearAlreadyClosed(Refusal):
    """A year is closed once."""

    code = "year_already_closed"
    sentence = "Le livre {book} : l'exercice {year} est déjà clos. Il n'y a rien à faire."


class YearEmpty(Refusal):
    """There is nothing to close."""

    code = "year_empty"
    sentence = "Le livre {book} n'a aucune écriture jusqu'à l'exercice {year}. Vérifiez l'exercice demandé."


class YearClosingOrder(Refusal):
    """Years are closed one after the other."""

    code = "year_closing_order"
    sentence = (
        "Le livre {book} : l'exercice {year} ne peut pas être clos avant l'exercice {earlier}, encore ouvert. Clôturez "
        "d'abord l'exercice {earlier}."
    )


class YearMonthsOpen(Refusal):
    """Months of the year are open."""

    code = "year_months_open"
    sentence = (
        "Le livre {book}, exercice {year} : {months} encore ouvert(s). La clôture de l'exercice demande tous les mois "
        "clos. Clôturez-les avec « pcaes period close »."
    )


class YearDraftsRemain(Refusal):
    """Drafts of the year wait."""

    code = "year_drafts_remain"
    sentence = (
        "Le livre {book}, exercice {year} : {count} écriture(s) restent au brouillard (n° {drafts}). Validez-les ou "
        "écartez-les, puis clôturez."
    )


class YearSuspenseLeft(Refusal):
    """Suspense accounts are zero at year end."""

    code = "year_suspense_left"
    sentence = (
        "Le livre {book}, exercice {year} : les comptes d'imputation provisoire ne sont pas soldés ({accounts}). "
        "Attendu : zéro. Imputez ou régularisez chaque somme au 31/12/{year} (décembre clos : en période "
        "complémentaire, « complementary » dans le fichier d'écritures), puis clôturez."
    )


class YearTransfersLeft(Refusal):
    """5851 is cleared to the liaison accounts at year end."""

    code = "year_transfers_left"
    sentence = (
        "Le livre {book}, exercice {year} : le compte {account} a un solde de {balance:F} au 31 décembre, attendu "
        "zéro. Soldez-le par les comptes de liaison, dans les trois livres à la fois : « pcaes year clear --year "
        "{year} »."
    )


class YearClassUnknown(Refusal):
    """An account is neither of the balance sheet nor of the result."""

    code = "year_class_unknown"
    sentence = (
        "Le livre {book}, exercice {year} : le compte {account} a un solde de {balance:F} et n'est ni de bilan "
        "(classes 1 à 5), ni de résultat (classes 6 à 8). Soldez-le, puis clôturez."
    )


class YearNothingToClear(Refusal):
    """No balance on the transfer account."""

    code = "year_nothing_to_clear"
    sentence = (
        "Exercice {year} : le compte de virement est à zéro dans chacun des trois livres. Il n'y a rien à solder."
    )


class YearPeriodClosed(Refusal):
    """The closing entries have no open period to go to."""

    code = "year_period_closed"
    sentence = (
        "Le livre {book} : la période {period}, où vont les écritures de clôture, est close ({state}). "
        "Rouvrez-la, puis recommencez."
    )


def months_to_close(state: BookState, year: int) -> list[str]:
    """The months still open, from the book's first entry to December."""
    first = min(state.held, default=(year + 1, 1))
    return [name_of((year, month)) for month in range(1, 13) if (year, month) >= first and state.is_open((year, month))]


def check_year(state: BookState, year: int, drafts: Sequence[int]) -> None:
    """Refuse while the year is not ready by its periods.

    Refuses: year_already_closed, year_empty, year_closing_order, year_months_open, year_period_closed,
    year_drafts_remain.
    """
    if year in state.years_closed:
        raise YearAlreadyClosed(book=state.book, year=year)
    years = sorted({one for one, _ in state.held if one <= year})
    if not years:
        raise YearEmpty(book=state.book, year=year)
    before = [one for one in years if one < year and one not in state.years_closed]
    if before:
        raise YearClosingOrder(book=state.book, year=year, earlier=before[0])
    still_open = months_to_close(state, year)
    if still_open:
        raise YearMonthsOpen(book=state.book, year=year, months=still_open)
    if not state.is_open((year, 13)):
        raise YearPeriodClosed(book=state.book, period=name_of((year, 13)), state="clôture mensuelle")
    if state.last.get((year + 1, 1)) == "definitive":
        raise YearPeriodClosed(book=state.book, period=name_of((year + 1, 1)), state="clôture définitive")
    if drafts:
        raise YearDraftsRemain(book=state.book, year=year, count=len(drafts), drafts=drafts)


def check_balances(book: str, year: int, balances: Balances, suspense: set[str], transfers: set[str]) -> None:
    """Refuse while suspense or transfer accounts are not zero, or a balance has no class.

    Refuses: year_suspense_left, year_transfers_left, year_class_unknown.
    """
    left = [
        f"{account} : {format_francs(amount)}"
        for account, amount in sorted(balances.items())
        if amount and account in suspense
    ]
    if left:
        raise YearSuspenseLeft(book=book, year=year, accounts=left)
    for account, amount in sorted(balances.items()):
        if amount and account in transfers:
            raise YearTransfersLeft(book=book, year=year, account=account, balance=amount)
        if amount and account[0] not in BALANCE_SHEET + PROFIT_AND_LOSS:
            raise YearClassUnknown(book=book, year=year, account=account, balance=amount)


def _line(account: str, amount: int) -> Line:
    return Line(account, max(amount, 0), max(-amount, 0))


def _closing(book: str, year: int, name: str, label: str, lines: list[Line]) -> EntryDraft:
    return EntryDraft(
        book=book,
        journal="OD",
        date=dt.date(year, 12, 31),
        document=f"CLOTURE-{year}",
        label=label,
        lines=tuple(lines),
        period=13,
        origin="closing",
        origin_ref=f"{name} {year}",
        key=f"year/{name}/{book}/{year}",
    )


def carried_result(book: str, year: int, balances: Balances) -> EntryDraft | None:
    """The result of the year before, still on 131 or 139, carried to 121 or 129."""
    lines = []
    for account in (RESULT_CREDIT, RESULT_DEBIT):
        amount = balances.get(account, 0)
        if amount:
            lines += [_line(account, -amount), _line(CARRIED_DEBIT if amount > 0 else CARRIED_CREDIT, amount)]
    if not lines:
        return None
    return _closing(book, year, "report", "Report à nouveau du résultat de l'exercice précédent", lines)


def result_of(balances: Balances) -> int:
    """Products less charges: positive for a surplus."""
    return -sum(amount for account, amount in balances.items() if account[0] in PROFIT_AND_LOSS)


def result_entry(book: str, year: int, balances: Balances) -> EntryDraft | None:
    """Every account of charges and products brought to zero against 131 (surplus) or 139 (deficit)."""
    lines = [
        _line(account, -amount)
        for account, amount in sorted(balances.items())
        if amount and account[0] in PROFIT_AND_LOSS
    ]
    result = result_of(balances)
    if result:
        lines.append(_line(RESULT_CREDIT if result > 0 else RESULT_DEBIT, -result))
    return _closing(book, year, "result", f"Résultat de l'exercice {year}", lines) if lines else None


def opening_entry(book: str, year: int, balances: Balances) -> EntryDraft | None:
    """The balances of the balance sheet at the end of the year before, opened again on 1 January of `year`."""
    lines = [
        _line(account, amount) for account, amount in sorted(balances.items()) if amount and account[0] in BALANCE_SHEET
    ]
    if not lines:
        return None
    return EntryDraft(
        book=book,
        journal="AN",
        date=dt.date(year, 1, 1),
        document=f"AN-{year}",
        label=f"À-nouveaux de l'exercice {year}",
        lines=tuple(lines),
        origin="opening",
        origin_ref=f"exercice {year - 1}",
        key=f"year/opening/{book}/{year}",
    )


def clearing_entries(year: int, balances: Mapping[str, Balances], transfers: set[str], turn: int) -> list[EntryDraft]:
    """Each book's balance of the transfer account brought to zero against its liaison account, 185x."""
    entries = []
    for book, own in balances.items():
        lines = []
        for account in sorted(transfers):
            amount = own.get(account, 0)
            if amount:
                lines += [_line(account, -amount), _line(LIAISON[book], amount)]
        if lines:
            label = f"Solde des virements de fonds de l'exercice {year} par les comptes de liaison"
            entries.append(_closing(book, year, f"clearing-{turn}", label, lines))
    return entries
