"""The books as an hledger journal: strict, every account and the currency declared."""

from collections.abc import Iterator

from sqlalchemy import Connection

from ledger.chart import chart_accounts
from reports.exports.entries import ExportEntry, Selection, carried_forward, one_line, stream, used_accounts

CURRENCY = "XOF"
TYPES = {"1": "E", "2": "A", "3": "A", "4": "L", "5": "A", "6": "X", "7": "R", "8": "X", "9": "E"}
"""First digit of an account → hledger's type of account; the bank is cash."""

_COMMENT = str.maketrans({":": " ", ",": " ", "[": "(", "]": ")", ";": " ", "|": "/"})
_DESCRIPTION = str.maketrans({";": ",", "|": "/"})


def account_name(book: str, number: str) -> str:
    """`BF:52111`."""
    return f"{book}:{number}"


def comment(text: str | None) -> str:
    """A text that no program takes for a tag or a date."""
    return one_line(one_line(text).translate(_COMMENT))


def hledger(connection: Connection, selection: Selection) -> Iterator[str]:
    """The lines of the journal, by accounting date.

    Over several years, a year's balances carried forward are preceded by the same amounts the other way round: a
    program that sums the whole file counts them once.
    """
    chart = chart_accounts(connection)
    yield "; Comptes du prélèvement confédéral : LIVRE:COMPTE, montants en francs CFA (XOF), débit positif"
    yield f"commodity 1000. {CURRENCY}"
    yield ""
    for book, number in used_accounts(connection, selection):
        kind = "C" if number.startswith("521") else TYPES.get(number[0], "E")
        yield f"account {account_name(book, number)}  ; {comment(chart[number].title)}, type:{kind}"
    forward = carried_forward(connection, selection)
    for one in stream(connection, selection, by_date=True):
        if one.row.id in forward:
            yield from _entry(one, back=True)
        yield from _entry(one)


def _entry(one: ExportEntry, back: bool = False) -> Iterator[str]:
    row = one.row
    label = one_line(row.label).translate(_DESCRIPTION)
    yield ""
    if back:
        yield f"{row.date} * (solde avant {one.reference}) {label}"
        yield "    ; contrepartie des à-nouveaux : les soldes de l'exercice clos ne comptent pas deux fois"
    else:
        yield f"{row.date} * ({one.reference}) {label}"
        yield f"    ; pièce {comment(row.document)} · empreinte {row.hash}"
    for line in one.lines:
        amount = line.debit - line.credit
        text = f"    {account_name(row.book, line.account)}  {-amount if back else amount} {CURRENCY}"
        told = [comment(part) for part in (line.label, line.reference) if comment(part)]
        if line.debit < 0 or line.credit < 0:
            told.append("en négatif au débit" if line.debit else "en négatif au crédit")
        yield f"{text}  ; {' · '.join(told)}" if told else text
