"""From pages to statements: pages joined, sums checked, gaps in the sequence noted."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from reconcile.currency import exponent_of
from reconcile.model import Fault, Statement
from reconcile.pages import PAGE_MISSING, PAGES_OF
from reconcile.readers.camt_balance import closing_of, opening_of
from reconcile.readers.camt_page import Page
from reconcile.readers.faults import span, total_of, unbalanced


def pages_missing(found: Sequence[tuple[int, bool]], name: str, pages_of: Sequence[str]) -> Fault | None:
    """What is missing of a set of pages, given as (number, is the last one); None when all are there, once each.

    `pages_of` says what they are pages of, for other files to be joined to this one.
    """
    numbers = sorted(number for number, _ in found)
    last = {number for number, is_last in found if is_last}
    if numbers == list(range(1, len(numbers) + 1)) and last == {len(numbers)}:
        return None
    end = max([*numbers, *last])
    missing = sorted(set(range(1, end + 1)) - set(numbers))
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    wrong = [f"il manque {_pages(missing)}"] if missing else []
    if not last:
        wrong.append(f"il manque {'aussi ' if missing else ''}ce qui suit la page {end}, qui n'est pas la dernière")
    if twice:
        wrong.append(f"{_pages(twice)} {'sont données' if len(twice) > 1 else 'est donnée'} plusieurs fois")
    if len(last) > 1 or (last and max(last) < end) or 0 in numbers:
        wrong.append("les numéros des pages se contredisent")
    expected = f"Attendu : les pages 1 à {end}" if last else "Attendu : toutes les pages jusqu'à la dernière"
    return Fault(
        PAGE_MISSING,
        f"{name} : {' ; '.join(wrong)}. {expected}, une fois chacune ; lu : {_pages(numbers)}. Donnez tous les "
        "fichiers de ce relevé à une même commande, ou dans une archive ZIP ; demandez à la banque ce qui manque.",
        {"pages": numbers, "missing": missing, "last": max(last) if len(last) == 1 else None, PAGES_OF: [*pages_of]},
    )


def _pages(numbers: Sequence[int]) -> str:
    """`la page 2`, `les pages 1, 2 et 4`."""
    shown = [str(number) for number in numbers]
    return f"la page {shown[0]}" if len(shown) == 1 else f"les pages {', '.join(shown[:-1])} et {shown[-1]}"


def join_pages(pages: Sequence[Page]) -> tuple[list[Page], list[Fault]]:
    """The pages of each paged statement as one, in the place of its first page; what is missing."""
    joined: list[Page] = []
    faults: list[Fault] = []
    sets: dict[tuple[str, str | None], list[Page]] = {}
    for page in pages:
        if page.paging in (None, (1, True)):
            joined.append(page)
            continue
        key = (page.account, page.number)
        if key not in sets:
            joined.append(page)
        sets.setdefault(key, []).append(page)
    for group in sets.values():
        found = [page.paging for page in group if page.paging]
        missing = pages_missing(found, group[0].name, [group[0].belonging])
        if missing:
            faults.append(missing)
            group[0].faulty = True
        else:
            place = joined.index(group[0])
            joined[place] = merge(sorted(group, key=lambda page: page.paging or (0, False)))
    return joined, faults


def merge(pages: Sequence[Page]) -> Page:
    """Several pages of one statement, in order, as one: every line, every balance, the whole period."""
    first = pages[0]
    starts = [page.start for page in pages if page.start]
    ends = [page.end for page in pages if page.end]
    return replace(
        first,
        start=min(starts, default=None),
        end=max(ends, default=None),
        paging=None,
        balances=[balance for page in pages for balance in page.balances],
        lines=[line for page in pages for line in page.lines],
        currencies={currency for page in pages for currency in page.currencies},
        notes=list(dict.fromkeys(note for page in pages for note in page.notes)),
        entries=sum(page.entries for page in pages),
        pending=sum(page.pending for page in pages),
        faulty=any(page.faulty for page in pages),
    )


def statement_of(page: Page, bound_currency: str | None) -> tuple[Statement | None, Fault | None]:
    """The statement, its sums checked; or what is wrong with it.

    `bound_currency` is that of the account in the books, used only by a statement that names none.
    """
    currencies = page.currencies | ({page.currency} if page.currency else set())
    if len(currencies) > 1:
        return None, Fault(
            "currency_mismatch",
            f"{page.name} : plusieurs devises dans un même relevé ({', '.join(sorted(currencies))}).",
            {"currencies": sorted(currencies)},
        )
    currency = next(iter(currencies), bound_currency)
    if currency is None:
        return None, Fault("currency_mismatch", f"{page.name} : aucune devise n'est indiquée.", {})
    lines = tuple(page.lines)
    opening, closing = opening_of(page.balances), closing_of(page.balances)
    proven = opening is not None and closing is not None
    if opening is not None and closing is not None and opening.amount + total_of(lines) != closing.amount:
        exponent = exponent_of(currency)
        return None, unbalanced(
            page.name,
            opening.amount,
            total_of(lines),
            closing.amount,
            lines=len(lines),
            exponent=exponent,
            currency=currency,
        )
    first, last = span(lines)
    start = page.start or (opening.day if opening and opening.kind == "OPBD" else None) or first
    end = page.end or (closing.day if closing else None) or last
    return (
        Statement(
            account=page.account,
            currency=currency,
            exponent=exponent_of(currency),
            number=page.number,
            start=start,
            end=end,
            opening=opening.amount if opening else None,
            closing=closing.amount if closing else None,
            proven=proven,
            lines=lines,
            notes=(*page.notes, "pending_left_out") if page.pending else tuple(page.notes),
            pending=page.pending,
        ),
        None,
    )


def note_gaps(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements, those that do not follow the one before on the same account noted as such."""
    noted = list(statements)
    places: dict[tuple[str, str], list[int]] = {}
    for place, statement in enumerate(statements):
        places.setdefault((statement.account, statement.currency), []).append(place)
    for chain in places.values():
        chain.sort(key=lambda place: (str(statements[place].start or ""), place))
        for before, after in pairwise(chain):
            if _gap(statements[before], statements[after]):
                notes = (*noted[after].notes, "missing_statement_before")
                noted[after] = replace(noted[after], notes=notes)
    return tuple(noted)


def _gap(before: Statement, after: Statement) -> bool:
    if before.closing is not None and after.opening is not None and before.closing != after.opening:
        return True
    first, second = before.number or "", after.number or ""
    running = first.isascii() and first.isdigit() and second.isascii() and second.isdigit()
    return running and int(second) > int(first) + 1
