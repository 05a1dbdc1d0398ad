"""What the customs returns declare, as matching wants it."""

from sqlalchemy import Connection

from ledger.levy.remittances import declared_remittances
from reconcile.matching.declarations import Declarations, DeclaredRemittance


def declarations_of(connection: Connection, book: str) -> Declarations:
    """The remittances that the customs returns of a book declare, with what is already credited on each."""
    return Declarations(
        remittances=tuple(
            DeclaredRemittance(row.reference, row.book, row.office, row.period, row.amount, row.date, row.credited)
            for row in declared_remittances(connection, book)
        )
    )
