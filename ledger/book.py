"""The three national books: their codes, their names, the digit that their own accounts end on."""

BOOK_TITLES = {"BF": "Burkina Faso", "ML": "Mali", "NE": "Niger"}
"""Code of a book, which is that of its State → its name, in the order in which reports show them."""

BOOKS = tuple(BOOK_TITLES)

SUFFIX = {book: str(place) for place, book in enumerate(BOOKS, start=1)}
"""The last digit of a State's own accounts: 1 Burkina Faso, 2 Mali, 3 Niger."""

JOURNALS = {
    "BQ": "Banque",
    "PC": "Prélèvement confédéral",
    "OP": "Ordres de paiement",
    "CA": "Capital BCID-AES",
    "OD": "Opérations diverses",
    "AN": "À-nouveaux",
}
"""Code of a journal → its name."""
