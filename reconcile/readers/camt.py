"""camt.052, camt.053 and camt.054 (ISO 20022), versions .01 to .14, read by local names.

Elements have kept their names since the first version, so the namespace tells the family and nothing else.
Only booked entries become lines. Memory does not grow with the number of entries beyond the lines read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconcile.model import Fault, FileRefused, Statement, StatementFile
from reconcile.readers.camt_chain import join_pages, merge, note_gaps, pages_missing, statement_of
from reconcile.readers.camt_entry import read_entry
from reconcile.readers.camt_page import Page, read_account, read_heading
from reconcile.readers.camt_xml import Names, page_of, text_at
from reconcile.readers.faults import FAULTS_MAX, LineFault
from reconcile.readers.xml_safety import closing_elements, root_of

if TYPE_CHECKING:
    from lxml import etree

FAMILIES = {
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
}
"""The message element below the root, by family."""

STATEMENTS = ("Stmt", "Rpt", "Ntfctn")


@dataclass(slots=True)
class Message:
    """One document as read: its pages, and which page of a longer message it is."""

    format: str
    identifier: str | None = None
    paging: tuple[int, bool] | None = None
    pages: list[Page] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def family(data: bytes) -> str | None:
    """`camt.052`, `camt.053` or `camt.054`; None for another XML document.

    Refuses: xml_doctype, file_truncated, encoding, structure.
    """
    namespace, names = root_of(data)
    for part in FAMILIES.values():
        if f":{part}." in namespace:
            return part
    return next((FAMILIES[name] for name in names if name in FAMILIES), None)


def read(data: bytes, *, bound_currency: str | None = None) -> StatementFile:
    """The statements of one camt document. See `read_documents`."""
    return read_documents([data], bound_currency=bound_currency)


def read_documents(documents: Sequence[bytes], *, bound_currency: str | None = None) -> StatementFile:
    """The statements of one or more documents that came together, all of them or none.

    Refuses: statement_unbalanced, amount_unreadable, date_unreadable, currency_mismatch, page_missing,
    structure, file_truncated, encoding, xml_doctype. Source: ISO 20022 message definitions camt.052 to .054.
    """
    messages = [_read_message(document) for document in documents]
    faults = [fault for message in messages for fault in message.faults]
    pages, missing = _pages(messages)
    faults += missing
    pages, missing = join_pages(pages)
    faults += missing
    statements: list[Statement] = []
    for page in pages:
        if page.faulty:
            continue
        statement, wrong = statement_of(page, bound_currency)
        if statement is not None:
            statements.append(statement)
        elif wrong is not None:
            faults.append(wrong)
    form = messages[0].format
    if not faults and not statements:
        faults.append(Fault("structure", "Le message ne contient aucun relevé (Stmt, Rpt ou Ntfctn).", {}))
    if faults:
        raise FileRefused(faults, format=form)
    return StatementFile(form, note_gaps(statements))


def _read_message(data: bytes) -> Message:
    kind = family(data)
    if kind is None:
        raise FileRefused([Fault("not_recognised", "Le document XML n'est pas un relevé camt.052, 053 ou 054.", {})])
    message = Message(kind)
    names = Names()
    page: Page | None = None
    done: etree._Element | None = None
    try:
        for name, element in closing_elements(data, ("GrpHdr", "Ntry", *STATEMENTS)):
            parent = element.getparent()
            if name == "GrpHdr":
                message.identifier = text_at(element, names, "MsgId")
                message.paging = page_of(element, names, "MsgPgntn")
            elif name == "Ntry" and parent is not None and names[parent.tag] in STATEMENTS:
                if page is None:
                    page = Page()
                    read_account(page, parent, names)
                _take(message, page, element, names)
                element.clear()
                if done is not None and done.getparent() is parent:
                    parent.remove(done)
                done = element
            elif name in STATEMENTS:
                if page is None:
                    page = Page()
                    read_account(page, element, names)
                message.faults += read_heading(page, element, names)
                message.pages.append(page)
                page = None
                element.clear()
    except FileRefused as refusal:
        raise FileRefused([*message.faults, *refusal.faults], format=kind) from refusal
    return message


def _take(message: Message, page: Page, element: "etree._Element", names: Names) -> None:
    """Read one entry into its page, or note what is wrong with it."""
    page.entries += 1
    if len(message.faults) >= FAULTS_MAX:
        return
    try:
        read = read_entry(element, names, owner=page.owner, currency=page.currency)
    except LineFault as wrong:
        code, sentence, facts = wrong.fault
        sentence = f"Compte {page.account or 'non précisé'}, écriture n° {page.entries} : {sentence}"
        message.faults.append(Fault(code, sentence, {"entry": page.entries, **facts}))
        page.faulty = True
        return
    if read is None:
        page.pending += 1
        return
    page.lines.append(read.line)
    page.currencies.add(read.currency)


def _pages(messages: Sequence[Message]) -> tuple[list[Page], list[Fault]]:
    """The pages of all messages, those of a paged message in its order, a statement cut between two joined."""
    pages: list[Page] = []
    sets: dict[str | None, list[Message]] = {}
    for message in messages:
        if message.paging in (None, (1, True)):
            pages += message.pages
        else:
            sets.setdefault(message.identifier, []).append(message)
    faults: list[Fault] = []
    if any(_missing(group) for group in sets.values()):
        whole = [message for group in sets.values() for message in group]
        sets = {whole[0].identifier: whole}
    for group in sets.values():
        missing = _missing(group)
        if missing:
            faults.append(missing)
            continue
        cut: dict[tuple[str, str | None], list[Page]] = {}
        for message in sorted(group, key=lambda message: message.paging or (0, False)):
            for page in message.pages:
                cut.setdefault((page.account, page.number), []).append(page)
        pages += [parts[0] if len(parts) == 1 else merge(parts) for parts in cut.values()]
    return pages, faults


def _missing(group: Sequence[Message]) -> Fault | None:
    found = [message.paging for message in group if message.paging]
    pages_of = {page.belonging for message in group for page in message.pages}
    pages_of |= {f"message {message.identifier}" for message in group if message.identifier}
    named = {page.name for message in group for page in message.pages}
    name = f"Message {group[0].identifier or 'sans identifiant'}"
    return pages_missing(found, f"{name}, {named.pop()}" if len(named) == 1 else name, sorted(pages_of))
