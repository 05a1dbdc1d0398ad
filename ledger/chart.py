"""The chart of accounts: a data file that a Treasury can edit, loaded once and then only added to."""

import csv
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from ledger.book import BOOK_TITLES, JOURNALS, SUFFIX
from ledger.chart_rules import chart_faults
from ledger.refusal import Refusal
from ledger.tables.books import account, account_crosswalk, account_event, book, journal
from ledger.tables.journal import entry_line

BANK = "5211"
DEFAULT_CHART = "PC-AES (plan par défaut, SYSCOHADA)"


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the chart. `book` None: usable in the three books. `pairing`: lines on it go by pairs of
    books (`transfer` 5851, `liaison` 185x). `suspense`: must be zero at year end."""

    number: str
    title: str
    book: str | None
    postable: bool
    pairing: str | None
    suspense: bool
    to_confirm: bool
    crosswalk: tuple[tuple[str, str, str | None], ...] = ()


class ChartUnreadable(Refusal):
    """The chart file cannot be used."""

    code = "chart_unreadable"
    sentence = (
        "Le plan de comptes {file} est refusé, ligne {line} : {fault}. Attendu : les colonnes "
        "number;title;book;postable;pairing;suspense;to_confirm. Corrigez le fichier, puis recommencez."
    )


class ChartConflict(Refusal):
    """An account already in the books cannot change its meaning."""

    code = "chart_conflict"
    sentence = (
        "Le plan de comptes {file} change le compte {account} : {field} est « {found} » dans les livres et "
        "« {given} » dans le fichier. Un compte chargé ne change plus ; ouvrez un autre compte."
    )


class ChartParentPostable(Refusal):
    """An account that takes entries is no heading."""

    code = "chart_parent_postable"
    sentence = (
        "Le plan de comptes {file} place le compte {account} sous le compte {parent}, qui reçoit des écritures : "
        "{parent} serait à la fois un compte et un total. Faites de {parent} un regroupement (postable : no), ou "
        "donnez un autre numéro à {account}."
    )


class ChartParentDiffers(Refusal):
    """What a heading says holds for what is under it."""

    code = "chart_parent_differs"
    sentence = (
        "Le plan de comptes {file} place le compte {account} sous le regroupement {parent}, dont {field} vaut "
        "« {expected} » ; trouvé pour {account} « {found} ». Mettez les deux lignes d'accord."
    )


class BookUnknown(Refusal):
    """There are three books only."""

    code = "book_unknown"
    sentence = "Le livre « {book} » n'existe pas : attendu BF, ML ou NE."
    exit_code = 2


class AccountUnknown(Refusal):
    """The account is not in the chart."""

    code = "account_unknown"
    sentence = "Le compte {account} n'existe pas au plan de comptes. Comptes proches : {near}."


class AccountCommon(Refusal):
    """An account that serves the three books is nobody's alone to close."""

    code = "account_common"
    sentence = (
        "Le compte {account} « {title} » sert aux trois livres : « {name} », qui tient le livre {own}, ne peut ni le "
        "fermer ni le rouvrir. Faites-le faire par un administrateur, ou par un comptable qui tient les trois livres."
    )


def account_of(prefix: str, book_code: str) -> str:
    """The subdivision of a parent account that belongs to a book: `5211` and `ML` give `52112`."""
    return prefix + SUFFIX[book_code]


def require_book(connection: Connection, code: str) -> None:
    """Refuses: book_unknown."""
    if connection.execute(select(book.c.code).where(book.c.code == code)).scalar() is None:
        raise BookUnknown(book=code)


def read_chart(text: str, file: str = "chart.csv") -> list[Account]:
    """Read a chart file: semicolons, one header line; columns beyond the known ones are national plans (crosswalk).

    Refuses: chart_unreadable.
    """
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";")
    known = ("number", "title", "book", "postable", "pairing", "suspense", "to_confirm")
    names = rows.fieldnames or []
    missing = [name for name in known if name not in names]
    if missing:
        raise ChartUnreadable(file=file, line=1, fault=f"colonnes absentes : {', '.join(missing)}")
    plans = [name for name in names if name not in known]
    accounts: list[Account] = []
    for place, row in enumerate(rows, start=2):
        number, title = (row["number"] or "").strip(), (row["title"] or "").strip()
        if not (number.isascii() and number.isdigit() and 2 <= len(number) <= 12 and title):
            raise ChartUnreadable(file=file, line=place, fault=f"numéro « {number} » ou intitulé « {title} » invalide")
        owner = (row["book"] or "").strip() or None
        if owner is not None and owner not in SUFFIX:
            raise ChartUnreadable(file=file, line=place, fault=f"livre « {owner} » inconnu")
        pairing = (row["pairing"] or "").strip() or None
        if pairing not in (None, "transfer", "liaison"):
            raise ChartUnreadable(file=file, line=place, fault=f"appariement « {pairing} » inconnu")
        flags = {name: (row[name] or "").strip() for name in ("postable", "suspense", "to_confirm")}
        if any(value not in ("yes", "no") for value in flags.values()):
            raise ChartUnreadable(file=file, line=place, fault="postable, suspense et to_confirm valent yes ou no")
        if not _known_bank(number, owner, flags["postable"] == "yes"):
            fault = f"compte bancaire « {number} » : attendu 52111 (BF), 52112 (ML) et 52113 (NE), sous 5211"
            raise ChartUnreadable(file=file, line=place, fault=fault)
        crosswalk = tuple((plan, row[plan].strip(), None) for plan in plans if (row[plan] or "").strip())
        accounts.append(
            Account(
                number,
                title,
                owner,
                flags["postable"] == "yes",
                pairing,
                flags["suspense"] == "yes",
                flags["to_confirm"] == "yes",
                crosswalk,
            )
        )
    repeated = {item.number for item in accounts if sum(other.number == item.number for other in accounts) > 1}
    if repeated:
        raise ChartUnreadable(file=file, line=1, fault=f"comptes en double : {', '.join(sorted(repeated))}")
    return accounts


def _known_bank(number: str, owner: str | None, postable: bool) -> bool:
    """There are three bank accounts, each of its own book: the guards know them by their numbers."""
    if not number.startswith(BANK):
        return True
    if number == BANK:
        return owner is None and not postable
    return owner is not None and number == account_of(BANK, owner)


def default_chart() -> list[Account]:
    """The chart shipped with the product."""
    path = Path(__file__).parent / "data" / "chart.csv"
    return read_chart(path.read_text(encoding="utf-8"), path.name)


def check_tree(accounts: Iterable[Account], file: str) -> None:
    """Refuse accounts that stand under one which takes entries, or under a heading that says otherwise.

    Refuses: chart_parent_postable, chart_parent_differs.
    """
    for fault in chart_faults(accounts):
        if fault.field is None:
            raise ChartParentPostable(file=file, account=fault.account, parent=fault.parent)
        raise ChartParentDiffers(
            file=file,
            account=fault.account,
            parent=fault.parent,
            field=fault.field,
            expected=fault.expected,
            found=fault.found,
        )


def load_chart(connection: Connection, accounts: Iterable[Account], name: str, file: str) -> int:
    """Add the accounts that the books do not have yet; returns how many.

    Refuses: chart_conflict when an account of the books would change, chart_parent_postable, chart_parent_differs.
    """
    present = chart_accounts(connection)
    accounts = list(accounts)
    check_tree([*present.values(), *accounts], file)
    added = 0
    for item in accounts:
        old = present.get(item.number)
        if old is not None:
            for field in ("title", "book", "postable", "pairing", "suspense"):
                if getattr(old, field) != getattr(item, field):
                    raise ChartConflict(
                        file=file,
                        account=item.number,
                        field=field,
                        found=getattr(old, field),
                        given=getattr(item, field),
                    )
            continue
        connection.execute(
            insert(account).values(
                number=item.number,
                title=item.title,
                book=item.book,
                postable=item.postable,
                pairing=item.pairing,
                suspense=item.suspense,
                to_confirm=item.to_confirm,
                chart=name,
            )
        )
        for plan, number, title in item.crosswalk:
            connection.execute(
                insert(account_crosswalk).values(account=item.number, plan=plan, number=number, title=title)
            )
        added += 1
    return added


def load_books(connection: Connection) -> None:
    """The three books and the journals, once."""
    if connection.execute(select(book.c.code).limit(1)).scalar() is None:
        connection.execute(
            insert(book),
            [{"code": code, "title": BOOK_TITLES[code], "rank": rank} for rank, code in enumerate(BOOK_TITLES)],
        )
        connection.execute(insert(journal), [{"code": code, "title": title} for code, title in JOURNALS.items()])


def chart_accounts(connection: Connection) -> dict[str, Account]:
    """The chart by account number."""
    return {
        row.number: Account(row.number, row.title, row.book, row.postable, row.pairing, row.suspense, row.to_confirm)
        for row in connection.execute(select(account).order_by(account.c.number))
    }


TOUCHED = (
    select(account, account_event.c.from_date, account_event.c.action)
    .outerjoin(account_event, account_event.c.account == account.c.number)
    .where(account.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(account_event.c.from_date, account_event.c.id)
)


def accounts_touched(
    connection: Connection, numbers: Collection[str]
) -> tuple[dict[str, Account], dict[str, list[tuple[date, str]]]]:
    """These accounts and their events, in one look; the whole chart as soon as one of them is not in it."""
    accounts: dict[str, Account] = {}
    events: dict[str, list[tuple[date, str]]] = {}
    # what is no number at all never reaches the database, which might not take its characters
    asked = [number for number in numbers if number.isascii() and number.isdigit()]
    for number, title, owner, postable, pairing, suspense, to_confirm, _, day, action in connection.execute(
        TOUCHED, {"numbers": asked}
    ):
        accounts[number] = Account(number, title, owner, postable, pairing, suspense, to_confirm)
        if day is not None:
            events.setdefault(number, []).append((day, action))
    # whoever names an account that does not exist is told of those that look like it
    return (
        (accounts, events)
        if len(accounts) == len(numbers)
        else (chart_accounts(connection), account_events(connection))
    )


def account_events(connection: Connection) -> dict[str, list[tuple[date, str]]]:
    """For each account that was ever closed or reopened: its events in the order of their dates."""
    events: dict[str, list[tuple[date, str]]] = {}
    for row in connection.execute(select(account_event).order_by(account_event.c.from_date, account_event.c.id)):
        events.setdefault(row.account, []).append((row.from_date, row.action))
    return events


def near_accounts(accounts: Iterable[str], number: str) -> list[str]:
    """Account numbers that look like one that does not exist."""
    import difflib

    return difflib.get_close_matches(number, list(accounts), n=3) or ["aucun"]


def open_or_close(unit: Any, number: str, action: str, from_date: date, reason: str) -> None:
    """Close an account from a date on, or open it again. Its history stays.

    A national account belongs to the accountant of its book; a common one, to those who hold the three. An account is
    closed at zero in each book, from a day after its last entry.
    Refuses: account_unknown, role_forbidden, book_forbidden, account_common, and what `check_event` and `check_empty`
    refuse.
    """
    from ledger.account_rules import check_empty, check_event
    from ledger.users import allow

    accounts = chart_accounts(unit.connection)
    if number not in accounts:
        raise AccountUnknown(account=number, near=near_accounts(accounts, number))
    one, user = accounts[number], unit.user
    allow(user, "ouvrir ou fermer un compte", "administrator", "accountant", book=one.book)
    if one.book is None and user.book is not None and user.role == "accountant":
        raise AccountCommon(account=number, title=one.title, name=user.name, own=user.book)
    past = unit.connection.execute(
        select(account_event.c.from_date, account_event.c.action)
        .where(account_event.c.account == number)
        .order_by(account_event.c.id)
    )
    check_event(number, one.title, one.postable, [(day, done) for day, done in past], action, from_date, reason)
    if action == "close":
        check_empty(number, from_date, *_left(unit.connection, number, from_date))
    unit.connection.execute(
        insert(account_event).values(
            id=unit.next_id(account_event),
            account=number,
            action=action,
            from_date=from_date,
            reason=reason.strip(),
            command_id=unit.command_id,
        )
    )


def _left(connection: Connection, number: str, day: date) -> tuple[date | None, dict[str, int]]:
    """The day of the last line on an account, and its balance before `day` in each book."""
    from datetime import timedelta

    from ledger.balance import balance_of

    last = connection.execute(select(func.max(entry_line.c.date)).where(entry_line.c.account == number)).scalar()
    before = day - timedelta(days=1)
    return last, {code: balance_of(connection, code, number, as_of=before) for code in BOOK_TITLES}
