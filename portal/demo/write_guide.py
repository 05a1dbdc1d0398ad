"""The page that goes with the fictional files: what they are, what is hidden in them, what must be found."""

from collections.abc import Iterable, Iterator

from ledger.money import format_francs
from portal.demo.expected import Expected, make_expected
from portal.demo.model import Story
from portal.demo.places import STATES, account_of


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{'|'.join('---' for _ in headings)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _introduction(story: Story) -> Iterator[str]:
    yield "# Données fictives\n"
    yield (
        "Tout est inventé : bureaux, banques, bénéficiaires, montants, parts du capital. Les personnes sont "
        "désignées par leur fonction. Seuls la monnaie, les règles et le calendrier des présidences sont ceux de "
        "la Confédération.\n"
    )
    yield f"Période : du {story.first:%d/%m/%Y} au {story.last:%d/%m/%Y}. Montants en francs CFA (XOF).\n"
    yield "- `etats/` : états mensuels des recettes, un par État et par mois, puis les états rectificatifs ;"
    yield "- `releves/` : relevés bancaires mensuels (BF : CFONB 120, ML : MT940 et un classeur, NE : camt.053) ;"
    yield "- `ecritures/` : écritures à passer par les comptables ;"
    yield "- `ordres/` : ordres de paiement et leurs pièces.\n"


def _accounts(expected: Expected) -> Iterator[str]:
    yield "## Comptes au dernier jour\n"
    headings = ("compte", "banque", "IBAN", "lignes", "solde du relevé", "solde des livres", "écart")
    rows = []
    for book in expected.books:
        account = account_of(book.book)
        gap = book.ledger_bank - book.bank_closing
        figures = (str(book.bank_lines), *(format_francs(one) for one in (book.bank_closing, book.ledger_bank, gap)))
        rows.append((f"{book.book} ({account.ledger})", account.bank, account.iban, *figures))
    yield from _table(headings, rows)
    yield "L'écart s'explique ainsi.\n"
    for book in expected.books:
        for reference, amount in book.not_seen:
            yield f"- {book.book} : {reference}, {format_francs(amount)}, à passer par la banque."
        for line in book.not_booked:
            yield f"- {book.book} : « {line.label} », {format_francs(line.amount)}, à passer par le comptable."
    yield ""


def _levy(expected: Expected) -> Iterator[str]:
    yield "## Prélèvement\n"
    arrears = dict(expected.arrears)
    rows = []
    for state in STATES:
        own = [one for one in expected.offices if one.state == state]
        totals = [
            sum(one.base for one in own),
            sum(one.exempt_base for one in own),
            sum(one.assessed for one in own),
            sum(one.collected for one in own),
            sum(one.remitted for one in own),
            sum(one.credited for one in own),
            arrears[state],
        ]
        rows.append((state, *(format_francs(total) for total in totals)))
    amounts = ("liquidé", "recouvré", "reversé", "crédité (référencé)", "arriérés échus")
    headings = ("État", "base", "base exonérée", *amounts)
    yield from _table(headings, rows)


def _capital(expected: Expected) -> Iterator[str]:
    yield "## Capital de la BCID-AES (parts fictives)\n"
    headings = ("État", "souscrit", "appelé", "libéré par le prélèvement", "libéré par le budget", "reste à verser")
    rows = [
        (
            one.state,
            *(
                format_francs(amount)
                for amount in (one.subscribed, one.called, one.paid_levy, one.paid_budget, one.to_pay)
            ),
        )
        for one in expected.capital
    ]
    yield from _table(headings, rows)


def write_guide(story: Story) -> bytes:
    """The bytes of the page, in Markdown: the figures are those expected once everything has been played."""
    expected = make_expected(story)
    lines = [
        *_introduction(story),
        *_accounts(expected),
        *_levy(expected),
        *_capital(expected),
        "## Ce qu'un lecteur attentif doit trouver\n",
        *_table(("État", "où", "quoi"), ((one.state, one.where, one.text) for one in story.anomalies)),
    ]
    return "\n".join(lines).encode("utf-8")
