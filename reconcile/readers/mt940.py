"""Read MT940 account statements: messages of one or several accounts, pages joined into whole statements."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.money import format_minor
from reconcile.amount import AmountUnreadable
from reconcile.model import Fault, FileRefused, Statement, StatementLine
from reconcile.pages import PAGE_MISSING, PAGES_OF
from reconcile.readers.chain import chained
from reconcile.readers.faults import FAULTS_MAX, total_of, unbalanced
from reconcile.readers.mt940_fields import movements_and_fields
from reconcile.readers.mt940_page import Page, pages_of
from reconcile.text import decode

FORMAT = "mt940"

_ALL_PAGES = "Donnez à une même commande tous les fichiers de ce relevé, ou demandez le fichier entier à la banque."
_NUMBER = re.compile(r"0*([0-9]{1,20})(?:/0*([0-9]{1,20}))?")


@dataclass(slots=True)
class _Proven:
    """A page whose amounts are read; `opening` and `closing` in minor units."""

    page: Page
    opening: int
    closing: int


@dataclass(slots=True)
class _Chain:
    """Pages of one statement, from its first; `faulty` when something is already said about one of them."""

    pages: list[_Proven] = field(default_factory=list)
    faulty: bool = False


def read(data: bytes, *, bound_currency: str | None = None) -> tuple[Statement, ...]:
    """Every statement of the file, or none of them. Pages (60M, 62M) are joined to their statement.

    The number is the first page's, as printed. `bound_currency` serves where the bank left the currency out.
    Refuses: statement_file_refused, with every fault of the file: structure, file_truncated, page_missing,
    amount_unreadable, date_unreadable, currency_mismatch, statement_unbalanced, not_recognised.
    Source: SWIFT User Handbook, category 9, MT940.
    """
    return read_documents([data], bound_currency=bound_currency)


def read_documents(documents: Sequence[bytes], *, bound_currency: str | None = None) -> tuple[Statement, ...]:
    """The statements of one or more files that came together, taken in the order of their page numbers.

    Refuses: statement_file_refused, as `read`.
    """
    faults: list[Fault] = []
    parts = [pages_of(movements_and_fields(decode(data).text), faults, bound_currency) for data in documents]
    parts.sort(key=lambda part: _parts(part[0].number)[1] or 0 if part else 0)
    pages = [page for part in parts for page in part]
    if not pages:
        faults = faults or [Fault("not_recognised", "Ce fichier ne contient aucun relevé MT940.", {})]
        raise FileRefused(faults[:FAULTS_MAX], format=FORMAT)
    statements = _joined(pages, faults)
    if faults:
        raise FileRefused(sorted(faults, key=lambda fault: fault.facts.get("line", 0))[:FAULTS_MAX], format=FORMAT)
    return chained(statements)


def _joined(pages: list[Page], faults: list[Fault]) -> list[Statement]:
    """Whole statements, from their 60F to their 62F."""
    statements: list[Statement] = []
    open_chains: dict[str, _Chain] = {}
    for page in pages:
        account = page.account or ""
        chain = open_chains.pop(account, None)
        if page.opening is not None and page.first:
            if chain is not None and not chain.faulty:
                faults.append(_page_after_missing(chain.pages[-1].page))
            chain = _Chain()
        proven = _proven(page, faults)
        if chain is None:
            chain = _Chain(faulty=proven is None)
            if proven is not None:
                faults.append(_page_before_missing(page))
                chain.faulty = True
        if proven is None:
            chain.faulty = True
        elif not chain.faulty:
            if chain.pages and (broken := _broken(chain.pages[-1], proven)):
                faults.append(broken)
                chain.faulty = True
            chain.pages.append(proven)
        if not page.last:
            open_chains[account] = chain
        elif not chain.faulty:
            statements.append(_statement(chain))
    faults += [_page_after_missing(chain.pages[-1].page) for chain in open_chains.values() if not chain.faulty]
    return statements


def _proven(page: Page, faults: list[Fault]) -> _Proven | None:
    """The page with its balances in minor units, once its arithmetic holds; None after a fault."""
    if page.faulty:
        return None
    if page.opening is None:
        faults.append(Fault("structure", f"{page.name} : le solde initial (:60F:) manque.", {"line": page.line}))
        return None
    if page.account is None:
        faults.append(Fault("structure", f"{page.name} : le compte (:25:) manque.", {"line": page.line}))
        return None
    if page.closing is None:
        sentence = f"{page.name} : le solde final (:62F:) manque. Demandez à la banque le fichier entier."
        faults.append(Fault("file_truncated", sentence, {"line": page.line, "expected": "62F"}))
        return None
    if page.closing.currency not in (None, page.currency):
        sentence = (
            f"{page.name} : le solde final est dans une autre monnaie que le solde initial. "
            f"Attendu {page.currency}, lu {page.closing.currency}. Demandez à la banque un fichier correct."
        )
        facts = {"line": page.line, "expected": page.currency, "found": page.closing.currency}
        faults.append(Fault("currency_mismatch", sentence, facts))
        return None
    try:
        opening, closing = (balance.amount(page.exponent) for balance in (page.opening, page.closing))
    except AmountUnreadable as unreadable:
        sentence = f"{page.name} : solde illisible ; {unreadable.explanation}, lu « {unreadable.text} »."
        faults.append(Fault("amount_unreadable", sentence, {"line": page.line, "found": unreadable.text}))
        return None
    total = total_of(page.lines)
    if opening + total != closing:
        wrong = unbalanced(
            page.name,
            opening,
            total,
            closing,
            lines=len(page.lines),
            exponent=page.exponent,
            currency=page.currency,
        )
        faults.append(wrong._replace(facts={"line": page.line, "number": page.number, **wrong.facts}))
        return None
    return _Proven(page, opening, closing)


def _broken(before: _Proven, after: _Proven) -> Fault | None:
    """Why the second page cannot follow the first: balance, currency, statement or page number."""
    first, second = before.page, after.page
    if first.currency != second.currency:
        sentence = (
            f"{second.name} : cette page est dans une autre monnaie que la précédente. "
            f"Attendu {first.currency}, lu {second.currency}."
        )
        return Fault("currency_mismatch", sentence, {"line": second.line})
    if before.closing != after.opening:
        expected, found, gap = (
            f"{format_minor(amount, first.exponent)} {first.currency}"
            for amount in (before.closing, after.opening, after.opening - before.closing)
        )
        sentence = (
            f"{second.name} : cette page n'ouvre pas sur le solde intermédiaire de la page précédente. "
            f"Attendu {expected}, lu {found}, écart {gap}. Une page manque : demandez le fichier entier à la banque."
        )
        facts = {"expected": before.closing, "found": after.opening, "difference": after.opening - before.closing}
        return Fault("page_missing", sentence, {"line": second.line, **facts})
    number, page = _parts(first.number)
    number_after, page_after = _parts(second.number)
    if number != number_after or (page is not None and page_after is not None and not 0 <= page_after - page <= 1):
        sentence = (
            f"{second.name} : cette page ne suit pas la page {first.number}. Attendu le même numéro de relevé et la "
            f"page suivante, lu {second.number}. Une page manque : demandez le fichier entier à la banque."
        )
        return Fault("page_missing", sentence, {"line": second.line, "expected": first.number, "found": second.number})
    return None


def _parts(number: str | None) -> tuple[str | None, int | None]:
    """Statement number without leading zeros, and page."""
    found = _NUMBER.fullmatch(number or "")
    if not found:
        return number, None
    return found[1], int(found[2]) if found[2] else None


def _page_before_missing(page: Page) -> Fault:
    sentence = (
        f"{page.name} : la page précédente manque. Attendu un solde initial :60F:, lu un solde intermédiaire :60M:. "
        + _ALL_PAGES
    )
    return Fault(PAGE_MISSING, sentence, {"line": page.line, "expected": "60F", "found": "60M", PAGES_OF: _of(page)})


def _page_after_missing(page: Page) -> Fault:
    sentence = (
        f"{page.name} : la page suivante manque. Attendu un solde final :62F:, lu un solde intermédiaire :62M:. "
        + _ALL_PAGES
    )
    return Fault(PAGE_MISSING, sentence, {"line": page.line, "expected": "62F", "found": "62M", PAGES_OF: _of(page)})


def _of(page: Page) -> list[str]:
    """What other pages share with this one, in other files too."""
    return [f"relevé {_parts(page.number)[0]} du compte {page.account}"]


def _statement(chain: _Chain) -> Statement:
    first, last = chain.pages[0], chain.pages[-1]
    lines: list[StatementLine] = [line for proven in chain.pages for line in proven.page.lines]
    bare = any(proven.page.closing and proven.page.closing.currency is None for proven in chain.pages)
    return Statement(
        first.page.account or "",
        first.page.currency,
        first.page.exponent,
        first.page.number,
        first.page.opening.day if first.page.opening else None,
        last.page.closing.day if last.page.closing else None,
        first.opening,
        last.closing,
        proven=True,
        lines=tuple(lines),
        notes=("closing_currency_missing",) if bare else (),
    )
