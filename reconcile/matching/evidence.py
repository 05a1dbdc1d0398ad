"""What speaks against tying a bank line to a book line of the same amount."""

from reconcile.matching.config import MatchConfig
from reconcile.matching.references import canonical, exact_key, runs, stem
from reconcile.matching.rows import BankLine, BookLine
from reconcile.matching.table import Mentions, WorkTable, texts
from reconcile.matching.words import may_say_charge, name_words, says_interest, says_return


def nature_objection(line: BankLine, entry: BookLine, config: MatchConfig) -> str:
    """Why the bank's own words make another operation of it: a charge, interest, a returned payment."""
    charge = line.type in config.charge_types or may_say_charge(line.label)
    if charge and not (may_say_charge(entry.label) or says_interest(entry.label)):
        return "la banque en fait des frais ou des intérêts, l'écriture n'en parle pas"
    if (line.reversal or says_return(line.label)) and not says_return(entry.label):
        return "la banque en fait un retour ou une annulation, l'écriture n'en parle pas"
    return ""


def _forms(entry: BookLine) -> set[str]:
    return {form for reference in entry.references for form in canonical(reference)}


def reference_objection(line: BankLine, entry: BookLine) -> str:
    """Why the references speak of two operations: same series with another number, or another reference given."""
    own = _forms(entry)
    given = exact_key(line.customer_reference)
    if given and own & set(canonical(given)):
        return ""
    stems = {stem(reference) for reference in entry.references} - {""}
    for text in texts(line) if stems else ():
        parts = runs(text)
        for place, part in enumerate(parts[:-1]):
            if part in stems and parts[place + 1].isdigit() and not own & _following(parts[place:]):
                booked = entry.references[0] or entry.references[1]
                return f"le relevé porte {part}-{parts[place + 1]}, l'écriture {booked}"
    if given and exact_key(entry.references[0]):
        return f"le relevé porte la référence {given}, l'écriture {entry.references[0]}"
    return ""


def _following(parts: tuple[str, ...]) -> set[str]:
    found, whole, short = set(), "", ""
    for part in parts[:6]:
        whole, short = whole + part, short + part.lstrip("0")
        found |= {whole, short}
    return found


def objection(line: BankLine, entry: BookLine, table: WorkTable, mentions: Mentions) -> str:
    """The first reason for which amount and date alone must not tie these two lines; empty when there is none."""
    reason = nature_objection(line, entry, table.config) or reference_objection(line, entry)
    if reason:
        return reason
    mentioned = mentions.book_lines(line)
    if mentioned and entry.id not in mentioned:
        return "la référence du relevé désigne une autre écriture"
    bearers = mentions.bank_lines(entry)
    if bearers and line.id not in bearers:
        return "la référence de l'écriture est portée par une autre ligne de relevé"
    names = name_words(line.counterparty), name_words(entry.counterparty)
    if names[0] and names[1] and names[0].isdisjoint(names[1]):
        return f"le relevé nomme {line.counterparty}, l'écriture {entry.counterparty}"
    return ""
