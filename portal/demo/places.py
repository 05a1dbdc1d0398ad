"""Who and where: the fictional offices, accounts and users. Nobody here exists; people are named by office only."""

from datetime import date

from portal.demo.model import BankAccount, Mandate, Office, User

FIRST_DAY = date(2025, 4, 1)
LAST_DAY = date(2026, 9, 30)

STATES = ("BF", "ML", "NE")

YEARLY_BASE = {"BF": 3_350_000_000_000, "ML": 3_600_000_000_000, "NE": 2_050_000_000_000}
"""Taxable customs value of a year in francs: 9,000 billion together, that is 45 billion of levy."""

TREASURY = {"BF": "TRESOR PUBLIC BF", "ML": "TRESOR PUBLIC ML", "NE": "TRESOR PUBLIC NE"}

OFFICES = (
    Office("BF", "BF101", 34, 70, ("E01", "E03", "E05")),
    Office("BF", "BF102", 26, 55, ("E01", "E02", "E06")),
    Office("BF", "BF103", 18, 90, ("E01", "E03")),
    Office("BF", "BF104", 14, 60, ("E02", "E04")),
    Office("BF", "BF105", 8, 110, ("E03", "E05", "E08")),
    Office("ML", "ML201", 36, 60, ("E01", "E02", "E05")),
    Office("ML", "ML202", 24, 75, ("E01", "E03")),
    Office("ML", "ML203", 20, 80, ("E03", "E04", "E99")),
    Office("ML", "ML204", 11, 65, ("E01", "E06")),
    Office("ML", "ML205", 6, 120, ("E05", "E08")),
    Office("ML", "ML206", 3, 40, ("E07",)),
    Office("NE", "NE301", 42, 85, ("E01", "E03", "E05")),
    Office("NE", "NE302", 27, 70, ("E01", "E02")),
    Office("NE", "NE303", 19, 95, ("E03", "E09")),
    Office("NE", "NE304", 12, 50, ("E01", "E06")),
)

ACCOUNTS = (
    BankAccount("BF", "BF42BF9990100102025000011784", "Banque fictive du Faso", "1"),
    BankAccount("ML", "ML13ML9990100102025000022514", "Banque fictive du Mandé", "2"),
    BankAccount("NE", "NE58NE9990100102025000033369", "Banque fictive du Fleuve", "3"),
)

ADMINISTRATOR = "Administrateur (fictif)"
MINISTER_ML = "Ministre chargé des finances, Mali (fictif)"
MINISTER_BF = "Ministre chargé des finances, Burkina Faso (fictif)"
NEXT_MINISTER_BF = "Nouveau ministre chargé des finances, Burkina Faso (fictif)"

ACCOUNTANTS = {
    "BF": "Comptable du compte Burkina Faso (fictif)",
    "ML": "Comptable du compte Mali (fictif)",
    "NE": "Comptable du compte Niger (fictif)",
}

USERS = (
    User(ADMINISTRATOR, "administrator"),
    *(User(ACCOUNTANTS[book], "accountant", book) for book in STATES),
    User("Gestionnaire de crédits, Burkina Faso (fictif)", "requester", "BF"),
    User("Gestionnaire de crédits, Mali (fictif)", "requester", "ML"),
    User("Gestionnaire de crédits, Niger (fictif)", "requester", "NE"),
    User("Contrôleur financier (fictif)", "controller"),
    User(MINISTER_ML, "officer"),
    User(MINISTER_BF, "officer"),
    User(NEXT_MINISTER_BF, "officer"),
    User("Auditeur externe (fictif)", "auditor"),
)

MANDATES = (
    Mandate("ML", MINISTER_ML, date(2024, 7, 6), "Acte fictif n° 1 : présidence du Mali"),
    Mandate("BF", MINISTER_BF, date(2025, 12, 23), "Acte fictif n° 2 : présidence du Burkina Faso"),
    Mandate("BF", NEXT_MINISTER_BF, date(2026, 9, 25), "Acte fictif n° 3 : remaniement au Burkina Faso", True),
)


def account_of(book: str) -> BankAccount:
    """The PC-AES account of a book."""
    return next(account for account in ACCOUNTS if account.book == book)
