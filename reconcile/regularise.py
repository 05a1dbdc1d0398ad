"""Take what waits on a suspense account to the right account, once it is known."""

import datetime as dt
from typing import Any

from sqlalchemy import Connection, select

from ledger.chart import chart_accounts
from ledger.entry import EntryDraft, Line, SealedEntry
from ledger.post import law_of, post_entries
from ledger.read import find_by_id, find_entry
from ledger.tables.periods import takeover_end
from ledger.users import allow
from reconcile.act_rules import (
    NothingToRegularise,
    RegularisationAccount,
    RegularisationNeedsOrder,
    RegularisationTooLarge,
)
from reconcile.match_tables import bank_match
from reconcile.open_lines import bank_ledger_accounts
from reconcile.regularisations import PREFIX, Waiting, regularisations_of, waiting
from reconcile.rule_entry import open_date
from reconcile.settle_lines import match_of_line, require_reason

Answer = dict[str, Any]


def regularise(
    unit: Any,
    what: str,
    account: str,
    reason: str | None,
    *,
    reference: str | None = None,
    amount: int | None = None,
    day: dt.date | None = None,
) -> Answer:
    """Move what an imputation left on a suspense account to `account`: whole, or `amount` francs of it.

    `what` is the number of a bank line or the name of an entry; `reference` is, for a credit, the remittance that it
    turned out to be. Dated `day`, by default the day of the act, never before the imputation, in the first open
    period.
    Refuses: reason_missing, entry_unknown, reference_unreadable, nothing_to_regularise,
    regularisation_too_large, regularisation_account, regularisation_needs_order, role_forbidden, book_forbidden,
    and what `post_entries` refuses.
    """
    connection = unit.connection
    imputed = _imputed(connection, what)
    allow(unit.user, "régulariser une imputation", "accountant", book=imputed.book)
    why = require_reason(reason, imputed.reference)
    left = _left(connection, imputed)
    moved = abs(left.left) if amount is None else amount
    if not 0 < moved <= abs(left.left):
        raise RegularisationTooLarge(
            entry=imputed.reference, account=left.account, asked=moved, left=abs(left.left),
            difference=max(moved - abs(left.left), 0),
        )  # fmt: skip
    chart = chart_accounts(connection)
    if account in bank_ledger_accounts(connection, imputed.book) or (account in chart and chart[account].suspense):
        raise RegularisationAccount(entry=imputed.reference, account=account)
    law = law_of(connection)
    when = open_date(law, imputed.book, max(day or unit.now.date(), imputed.date))
    _needs_no_order(connection, imputed, left)
    rank = len(regularisations_of(connection, imputed.id)) + 1
    own, other = Line(left.account, 0, moved, None, reference), Line(account, moved, 0, None, reference)
    if left.left < 0:
        own, other = own._replace(debit=moved, credit=0), other._replace(debit=0, credit=moved)
    draft = EntryDraft(
        book=imputed.book,
        journal="OD",
        date=when,
        document=reference or imputed.document,
        document_date=imputed.document_date or imputed.date,
        label=f"Régularisation de {imputed.reference} : {why}"[:200],
        lines=(own, other) if left.left < 0 else (other, own),
        origin="imputation",
        origin_ref=f"{PREFIX}{imputed.id}",
        key=f"regularise-{imputed.id}-{rank}-{unit.command_id}",
    )
    sealed = post_entries(unit, [draft])[0]
    return {
        "book": imputed.book, "regularises": imputed.reference, "from": left.account, "to": account, "amount": moved,
        "left": abs(left.left) - moved, "entry": sealed.reference,
    }  # fmt: skip


def _imputed(connection: Connection, what: str) -> SealedEntry:
    """The entry that a line's match posted, or the entry named."""
    if not what.strip().isdecimal():
        return find_entry(connection, what)
    line = int(what)
    held = match_of_line(connection, line)
    if held is None:
        raise NothingToRegularise(what=f"La ligne de relevé n° {line}", why="elle n'est pas imputée")
    posted = connection.execute(select(bank_match.c.posted_entry).where(bank_match.c.id == held)).scalar()
    if posted is None:
        raise NothingToRegularise(what=f"La ligne de relevé n° {line}", why="les livres l'avaient déjà imputée")
    return find_by_id(connection, posted)


def _left(connection: Connection, imputed: SealedEntry) -> Waiting:
    found = waiting(connection, imputed.id)
    if found is None or imputed.corrects is not None:
        raise NothingToRegularise(what=f"L'écriture {imputed.reference}", why="elle n'en touche aucun")
    if found.left == 0:
        done = ", ".join(one.reference for one in regularisations_of(connection, imputed.id))
        raise NothingToRegularise(what=f"L'écriture {imputed.reference}", why=f"elle est régularisée par {done}")
    return found


def _needs_no_order(connection: Connection, imputed: SealedEntry, left: Waiting) -> None:
    """Judged by when it is recorded, as the credits of the bank are: an old date opens nothing."""
    until = connection.execute(select(takeover_end.c.until)).scalar()
    if left.left > 0 and left.account.startswith("4711") and until is not None:
        raise RegularisationNeedsOrder(entry=imputed.reference, account=left.account, until=until)
