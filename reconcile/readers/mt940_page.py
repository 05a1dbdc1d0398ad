"""One page of an MT940: from its opening balance to its closing one, as the file gives it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from reconcile.currency import exponent_of
from reconcile.model import Fault, StatementLine
from reconcile.readers.faults import LineFault
from reconcile.readers.mt940_fields import (
    EXPECTED_MARKS,
    Balance,
    Field,
    Movement,
    MovementReader,
    PlainMovement,
    balance_of,
    misplaced,
)
from reconcile.text import clean_label

MONEY_TAGS = ("60F", "60M", "61", "62F", "62M")


@dataclass(slots=True)
class Page:
    """A page being read. `first` and `last` say whether its balances are the statement's (60F, 62F)."""

    line: int
    account: str | None = None
    number: str | None = None
    opening: Balance | None = None
    closing: Balance | None = None
    first: bool = True
    last: bool = True
    lines: list[StatementLine] = field(default_factory=list)
    faulty: bool = False
    inherited: str = ""
    reader: MovementReader | None = None

    @property
    def exponent(self) -> int:
        """Decimals of the currency of the opening balance."""
        return exponent_of(self.currency)

    @property
    def currency(self) -> str:
        """The currency of the opening balance, else of the page before; empty when nothing says."""
        return (self.opening.currency if self.opening is not None else None) or self.inherited

    @property
    def name(self) -> str:
        """How a sentence calls the page."""
        return f"Relevé {self.number or 'sans numéro'} du compte {self.account or 'inconnu'} (ligne {self.line})"

    @property
    def begun(self) -> bool:
        """True once it holds more than its heading."""
        return self.opening is not None or self.closing is not None or bool(self.lines) or self.faulty


def pages_of(
    fields: Iterable[Field | PlainMovement], faults: list[Fault], bound_currency: str | None = None
) -> list[Page]:
    """The pages of the file in order; what cannot be read goes to `faults`."""
    reading = _Reading(faults, bound_currency or "")
    for item in fields:
        if isinstance(item, Field):
            reading.take(item)
        elif not reading.take_plain(item):
            for part in item.fields():
                reading.take(part)
    reading.settle(None)
    return [page for page in reading.pages if page.begun or page.account or page.number]


class _Reading:
    """Where the reading of a file stands: its pages, and the movement that may still have its :86:."""

    def __init__(self, faults: list[Fault], bound_currency: str) -> None:
        self.faults = faults
        self.bound_currency = bound_currency
        self.pages: list[Page] = []
        self.page: Page | None = None
        self.waiting: Movement | None = None

    def settle(self, information: str | None) -> None:
        """The movement that waits becomes a line of its page."""
        if self.waiting is not None and self.page is not None:
            self.page.lines.append(self.waiting.line(information))
            self.waiting = None

    def take_plain(self, item: PlainMovement) -> bool:
        """Take a movement of the common form on a page that is open; False when it must be looked at field by field."""
        page = self.page
        if page is None or page.opening is None or page.closing is not None:
            return False
        self.settle(None)
        if page.reader is None:
            page.reader = MovementReader(page.exponent)
        line = page.reader.plain(item)
        if line is None:
            return False
        page.lines.append(line)
        return True

    def take(self, item: Field) -> None:
        """Take the next field."""
        tag = item.tag
        if self.waiting is not None:
            self.settle(item.text if tag == "86" else None)
            if tag == "86":
                return
        if tag in ("20", "25", "25P", "28", "28C"):
            self.page = _headed(item, self.page, self.pages, self.bound_currency)
        elif tag not in MONEY_TAGS:
            return
        elif self.page is None:
            self.faults.append(misplaced(item, "un en-tête (:20:, :25:)"))
        else:
            try:
                if tag == "61":
                    self.waiting = _movement(item, self.page)
                else:
                    _balance(item, self.page)
            except LineFault as wrong:
                self.faults.append(_cut_short(item, wrong.fault) if item.cut else wrong.fault)
                self.page.faulty = True


def _cut_short(item: Field, fault: Fault) -> Fault:
    """The last field of a file that ends in the middle of a line: it is not wrong, it is not whole."""
    sentence = (
        f"Ligne {item.line}, zone :{item.tag}: : le fichier s'arrête au milieu de cette ligne. Attendu : la suite, "
        "jusqu'au solde final (:62F:). Téléchargez-le de nouveau auprès de la banque."
    )
    return Fault("file_truncated", sentence, fault.facts)


def _headed(item: Field, page: Page | None, pages: list[Page], currency: str) -> Page:
    """The page that a heading belongs to: a new one after a :20:, or after a page that has begun."""
    if page is None or item.tag == "20" or page.begun:
        account = page.account if page is not None and item.tag != "20" else None
        page = Page(item.line, account=account, inherited=page.currency if page is not None else currency)
        pages.append(page)
    text = clean_label(item.text.split("\n", 1)[0])
    if item.tag.startswith("25"):
        page.account = text
    elif item.tag.startswith("28"):
        page.number = text
    return page


def _balance(item: Field, page: Page) -> None:
    tag = item.tag
    if tag in ("60F", "60M"):
        if page.opening is not None or page.closing is not None:
            raise _out_of_place(item, "un seul solde initial par page")
        page.opening, page.first = balance_of(item), tag == "60F"
        if not page.currency:
            raise LineFault(
                "currency_mismatch",
                f"Ligne {item.line} : le solde initial n'a pas de monnaie. Attendu un code de trois lettres. "
                "Rattachez le compte, ou demandez à la banque un fichier complet.",
                line=item.line,
            )
        return
    if page.closing is not None or (page.opening is None and not page.faulty):
        raise _out_of_place(item, "un solde initial puis un seul solde final")
    page.last = tag == "62F"
    page.closing = balance_of(item)


def _movement(item: Field, page: Page) -> Movement | None:
    """The movement; None on a page whose opening balance could not be read, which is already said."""
    if page.closing is not None or (page.opening is None and not page.faulty):
        raise _out_of_place(item, "un mouvement entre le solde initial et le solde final")
    if page.opening is None:
        return None
    if page.reader is None:
        page.reader = MovementReader(page.exponent)
    found = page.reader.read(item)
    if found.mark in EXPECTED_MARKS:
        raise _out_of_place(item, "une écriture passée, non une écriture attendue (EC, ED)")
    return found


def _out_of_place(item: Field, expected: str) -> LineFault:
    fault = misplaced(item, expected)
    return LineFault(fault.code, fault.sentence, **fault.facts)
