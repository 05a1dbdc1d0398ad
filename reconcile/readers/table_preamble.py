"""What a bank prints above and below its table: account, period, currency, opening and closing balances."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from reconcile.currency import is_currency
from reconcile.dates import parse_date
from reconcile.readers.table import Cell, Row, is_blank, normal, text_of
from reconcile.readers.table_words import currency_named

_DATE = re.compile(r"\b(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})\b")

_OPENING = re.compile(
    r"(?:ancien solde|solde (?:initial|precedent|anterieur|(?:de |du |au |en )?debut|d ouverture|ouverture|reporte|"
    r"a nouveau|de depart|report)|report(?: a nouveau| solde| du solde)?$|report (?:au|du) |opening balance|"
    r"previous balance|balance brought forward|starting balance|solde d ouverture)"
)
_CLOSING = re.compile(
    r"(?:nouveau solde|solde (?:final|(?:de |en |a la )?fin|(?:de )?cloture|actuel|nouveau|arrete|comptable)|"
    r"closing balance|ending balance|balance carried forward)"
)
_DATED = re.compile(
    r"(?:solde|balance)(?: crediteur| debiteur| comptable)?(?: en [a-z ]{3,12})? (?:au|le|du|a la date du|as of|on) ?"
)
_OTHER_BALANCE = re.compile(r"disponible|available|moyen|en valeur|previsionnel|decouvert")

_TAIL_AMOUNT = re.compile(
    r"(?P<key>[^\d:]*?)\s*[:=]?\s*"
    r"(?P<value>(?:[A-Z]{3}\s)?[-+(]?\s?\d[\d\s.,'’\u00a0\u202f]*\)?\s*-?(?:\s*[A-Za-z][A-Za-z .]{0,8})?)$"
)

_ACCOUNT = re.compile(
    r"(?:(?:n|no|numero|num)? ?(?:de |du )?compte(?: n| no| numero| bancaire| courant)?|account(?: number| no)?|"
    r"conto corrente|kontonummer|konto|(?:code )?iban|rib|identifiant (?:du )?compte)"
)
_BARE_ACCOUNT = re.compile(r"(?=(?:.*\d){5})[A-Z0-9X*]+(?:[ -][A-Z0-9X*]+)*")

_PARTS = {
    "bank": re.compile(r"(?:code )?banque|bank(?: code)?"),
    "branch": re.compile(r"(?:code )?(?:guichet|agence)|branch(?: code)?"),
    "number": re.compile(r"(?:n|no|numero|num)?(?: de)? ?compte|account(?: number)?"),
    "key": re.compile(r"cle(?: rib)?|key"),
}


@dataclass(slots=True)
class Preamble:
    """What was found; balances are cells still, their currency may come later."""

    account: str | None = None
    account_rank: int = 9
    currency: str | None = None
    opening: Cell | None = None
    closing: Cell | None = None
    dated: list[tuple[date, Cell, bool]] = field(default_factory=list)
    """Balances of which only the date says whether they open or close; True where the bank calls it a debit."""
    start: date | None = None
    end: date | None = None
    opening_debit: bool = False
    closing_debit: bool = False


def read_preamble(rows: list[Row], found: Preamble | None = None, *, accounts: bool = True) -> Preamble:
    """Everything useful in title or footer rows; adds to `found`. `accounts` is off below the table."""
    preamble = found or Preamble()
    for above, row in zip([[], *rows], rows, strict=False):
        if accounts:
            _account_in_parts(preamble, above, row)
        filled = [cell for cell in row if not is_blank(cell)]
        if not filled:
            continue
        _period(preamble, " ".join(text_of(cell) for cell in filled))
        if len(filled) == 1 and accounts and preamble.account_rank > 3:
            bare = text_of(filled[0])
            if _BARE_ACCOUNT.fullmatch(bare) and len(bare) >= 8 and not parse_date(bare):
                preamble.account, preamble.account_rank = bare, 3
        for key, value in _pairs(filled):
            _take(preamble, key, value, accounts)
    return preamble


def balance_kind(words: str) -> str | None:
    """`opening`, `closing`, `dated` or None, from the normalised words of a line about a balance."""
    if _OTHER_BALANCE.search(words):
        return None
    if _OPENING.match(words):
        return "opening"
    if _CLOSING.match(words):
        return "closing"
    return "dated" if _DATED.match(words) else None


def first_date(text: str) -> date | None:
    """The first date printed in a text."""
    found = _DATE.search(text)
    return parse_date(found[0]) if found else None


def _pairs(filled: list[Cell]) -> Iterator[tuple[str, Cell]]:
    for place, cell in enumerate(filled):
        if not isinstance(cell, str):
            continue
        text = cell.strip()
        key, colon, value = text.partition(":")
        following = filled[place + 1] if place + 1 < len(filled) else ""
        if colon and value.strip():
            yield key.strip(), value.strip()
        elif not is_blank(following):
            yield key.strip(), following
        elif (tail := _TAIL_AMOUNT.fullmatch(_DATE.sub(" ", text))) and tail["key"].strip():
            day = _DATE.search(text)
            yield f"{tail['key'].strip()} {day[0] if day else ''}".strip(), tail["value"].strip()


def _take(preamble: Preamble, key: str, value: Cell, accounts: bool) -> None:
    words = normal(key)
    kind = balance_kind(words)
    if kind:
        take_balance(preamble, kind, key, value)
    elif words in ("devise", "currency", "monnaie", "devise du compte", "devise compte"):
        preamble.currency = currency_named(text_of(value)) or preamble.currency
    elif accounts and _ACCOUNT.fullmatch(words):
        _account(preamble, words, text_of(value))


def take_balance(preamble: Preamble, kind: str, text: str, value: Cell) -> None:
    """Keep a balance found in the titles, in a footer or in a control row of the table."""
    if isinstance(value, date) or not re.search(r"\d", text_of(value)):
        return
    debit = "debiteur" in normal(text)
    if kind == "opening":
        if preamble.opening is None:
            preamble.opening, preamble.opening_debit = value, debit
    elif kind == "closing":
        preamble.closing, preamble.closing_debit = value, debit
    elif (day := first_date(text)) is not None:
        preamble.dated.append((day, value, debit))
    if isinstance(value, str) and not preamble.currency:
        printed = re.search(r"(?i)\bF\.? ?CFA\b|\bFCFA\b|\b[A-Z]{3}\b", value)
        code = printed[0].upper() if printed else ""
        preamble.currency = "XOF" if "CFA" in code else code if is_currency(code) else None


def _account(preamble: Preamble, words: str, value: str) -> None:
    rank = 0 if "iban" in words else 1 if "rib" in words else 2
    printed = re.match(r"[A-Z0-9X*]+(?:[ -]+[A-Z0-9X*]+)*", value)
    if printed is None or rank >= preamble.account_rank or len(re.sub(r"[^\dX*]", "", printed[0])) < 5:
        return
    preamble.account = re.sub(r"[^A-Z0-9]" if rank < 2 else r"\s", "", printed[0])
    preamble.account_rank = rank


def _account_in_parts(preamble: Preamble, names: Row, values: Row) -> None:
    """An account printed as bank, branch, number and key, each under its name."""
    parts = {}
    for name, value in zip(map(normal, map(text_of, names)), map(text_of, values), strict=False):
        part = next((part for part, words in _PARTS.items() if words.fullmatch(name)), None)
        if part and re.fullmatch(r"[A-Z0-9]{1,12}", value):
            parts[part] = value
    if len(parts) == len(_PARTS) and preamble.account_rank > 1:
        preamble.account, preamble.account_rank = "".join(parts[part] for part in _PARTS), 1


def _period(preamble: Preamble, text: str) -> None:
    words = normal(text)
    if "solde" in words or "balance" in words:
        return
    dates = [day for found in _DATE.findall(text) if (day := parse_date(found))]
    if len(dates) == 2 and preamble.start is None and dates[0] <= dates[1]:
        preamble.start, preamble.end = dates[0], dates[1]
