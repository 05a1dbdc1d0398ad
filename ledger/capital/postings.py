"""What each act of the capital register writes in the books."""

import datetime as dt

from ledger.chart import account_of
from ledger.entry import EntryDraft, Line

STAKE, NOT_CALLED, CALLED = "2621", "48131", "48132"
LABELS = {
    "subscribe": "Souscription au capital de la BCID-AES",
    "call": "Appel du capital de la BCID-AES",
    "pay": "Versement au capital de la BCID-AES par le budget de l'État",
}


def sides(kind: str, state: str) -> tuple[str, str]:
    """Account debited and account credited by a subscription, a call, a payment from the State's budget."""
    return {
        "subscribe": (STAKE, NOT_CALLED),
        "call": (NOT_CALLED, CALLED),
        "pay": (CALLED, account_of("4731", state)),
    }[kind]


def act_entry(kind: str, state: str, amount: int, date: dt.date, reference: str) -> EntryDraft:
    """The entry of an act in the State's own book."""
    debit, credit = sides(kind, state)
    return EntryDraft(
        book=state,
        journal="CA",
        date=date,
        document=reference,
        document_date=date,
        label=f"{LABELS[kind]} – {reference}",
        lines=(Line(debit, debit=amount, reference=reference), Line(credit, credit=amount, reference=reference)),
        origin="capital",
        origin_ref=reference,
        key=f"capital:{kind}:{state}:{reference}",
    )


def cross_entries(state: str, book: str, amount: int, date: dt.date, reference: str) -> tuple[EntryDraft, EntryDraft]:
    """A call on `state` paid from the account of `book`: the two entries through the liaison accounts.

    The paying book has a claim on the State, whose call is paid: D 185(State) / C 48132 in the paying book,
    D 48132 / C 185(paying State) in the State's book.
    """
    transfer = f"capital:pay:{state}:{reference}"
    label = f"Capital de la BCID-AES : appel de {state} payé par le compte de {book} – {reference}"

    def half(own: str, debit: str, credit: str) -> EntryDraft:
        return EntryDraft(
            book=own,
            journal="CA",
            date=date,
            document=reference,
            document_date=date,
            label=label,
            lines=(Line(debit, debit=amount, reference=reference), Line(credit, credit=amount, reference=reference)),
            origin="capital",
            origin_ref=reference,
            transfer=transfer,
            key=f"{transfer}:{own}",
        )

    return half(book, account_of("185", state), CALLED), half(state, CALLED, account_of("185", book))
