"""One small set of fictional books where every table holds something: what is altered to see who notices."""

import datetime as dt
from pathlib import Path
from typing import Any

from capital_books import BILLION, day, played
from capital_books import do as done
from databases import Database
from declaring import declaration, declare
from levying import exempt, month, take
from ordered import SIGNERS, Office
from posting import do, expense, receipt, seal, transfer
from sqlalchemy import Engine

from ledger.bank_accounts import bind
from ledger.capital.rules import Terms
from ledger.capital.terms import set_terms
from ledger.chart import open_or_close
from ledger.correct import reverse_entry
from ledger.drafts import amend_draft, discard_draft, save_drafts
from ledger.engine import open_engine
from ledger.keys import register_key, revoke_key
from ledger.levy.decisions import Decision, decide
from ledger.mandates.handover import hand_over, sign_handover
from ledger.orders.rules import add_rule, end_rule
from ledger.orders.transfer_file import make_transfer_file
from ledger.orders.transfer_recall import recall_transfers
from ledger.periods.close import close_period
from ledger.setup import create_books
from ledger.signing import load_key, make_key, raw_public
from ledger.takeover import end_takeover
from ledger.unit import Ledger
from ledger.users import set_active
from ledger.years.close import close_year
from reconcile.etat_read import parse_month
from reconcile.profile import Profile
from reconcile.profiles import declare_profile
from reconcile.signoff import sign_month
from reconcile.undo import undo_match
from reconcile.withdraw import withdraw_statement
from tests.reconcile.banked import BOOKS, IBAN, Seen, bring, enter, run, statement

SETTING_UP = dt.datetime(2026, 1, 6, 12, tzinfo=dt.UTC)
APRIL = dt.datetime(2026, 4, 20, 12, tzinfo=dt.UTC)
PROFILE = Profile("Banque fictive", ("Quand", "Quoi", "Combien"), ((0, "date"), (1, "label"), (2, "amount")), "XOF")
DRAFT = {
    "entries": [
        {"book": "BF", "journal": "OD", "date": "2026-04-05", "document": "F-1", "label": "Fournitures",
         "lines": [{"account": "65881", "debit": 5_000}, {"account": "40111", "credit": 4_000}]}
    ]
}  # fmt: skip


PLAN = "number;title;book;postable;pairing;suspense;to_confirm;PCE\n6389;Compte fictif;;yes;;no;no;638\n"


def filled(database: Database, folder: Path) -> Ledger:
    """`fill`, after an account with its number in a national plan has been added to the chart."""
    file = folder / "plan-fictif.csv"
    file.write_text(PLAN, encoding="utf-8")
    create_books(database.url, database.owner_url, chart_file=file)
    return fill(open_engine(database.url), folder)


def fill(engine: Engine, folder: Path) -> Ledger:
    """Set up, capital, levy, people, entries, orders, bank, sign-off, closing; gives the books seen by the auditor."""
    first = Ledger(engine, "installation", clock=lambda: SETTING_UP)
    for book in BOOKS:
        done(first, bind, book, IBAN[book], "Banque fictive", (f"COMPTE-0{BOOKS.index(book)}",))
    _capital(first)
    _year(first)
    take(first, month(), exempt(), month("ML902"), book=None)
    _law(first, folder)
    office = Office(engine).set_up(money=0)
    ledger = office.ledger("accBF")
    seal(ledger, receipt(key="r1"), expense())
    wrong = seal(ledger, expense(amount=77))[0]
    do(ledger, reverse_entry, wrong.reference, "negative", "erreur")
    office.perform("adm", lambda unit: open_or_close(unit, "6228", "close", dt.date(2026, 3, 1), "plus employé"))
    _orders(office)
    _bank(office)
    _drafts(office)
    office.perform("adm", lambda unit: end_takeover(unit, dt.date(2026, 4, 19)))
    office.perform("adm", lambda unit: set_active(unit, "ctl2", False, "mutation") and None)
    return office.ledger("aud")


def _capital(ledger: Ledger) -> None:
    played(ledger)
    text = Terms(day("2027-01-01"), 600 * BILLION, day("2030-01-01"), "Texte fictif")
    ledger.perform("terms", lambda unit: set_terms(unit, text))


def _law(ledger: Ledger, folder: Path) -> None:
    """Declarations of customs; a deadline decided, then corrected."""
    declare(ledger, folder, declaration("C1", office="NE901"), declaration("C2", office="NE901", code="E03"))
    for days in (20, 25):
        text = Decision("deadline", dt.date(2027, 1, 1), "Décision fictive", "essai", days, title="Délai")
        done(ledger, decide, text, correct=days == 25)


def _year(ledger: Ledger) -> None:
    """The financial year 2025 of one book, closed with its result."""
    seal(ledger, receipt("NE", dt.date(2025, 12, 5), 9_000))
    for number in range(9, 13):
        do(ledger, close_period, "NE", (2025, number))
    do(ledger, close_year, "NE", 2025)


def _orders(office: Office) -> None:
    seal(office.ledger("accBF"), receipt(amount=900_000))
    seal(office.ledger("accBF"), *transfer())
    march = dt.date(2026, 3, 1)
    rule = office.perform("adm", lambda unit: add_rule(unit, "threshold", march, "Décision", amount=900_000, visas=2))
    office.perform("adm", lambda unit: end_rule(unit, rule["id"], dt.date(2026, 12, 31), "Décision fictive n° 2"))
    number = office.until("accept", 40_000)
    office.perform("accBF", lambda unit: make_transfer_file(unit, "BF")[0])
    office.perform("accBF", lambda unit: recall_transfers(unit, "PCAES-BF-2026-0001", "Fichier refusé", "REF-9"))
    office.perform("accBF", lambda unit: make_transfer_file(unit, "BF")[0])
    office.act(number, "pay")
    spare = bytes.fromhex(raw_public(load_key(make_key("phrase de test")[0], "phrase de test")).hex())
    office.perform("adm", lambda unit: register_key(unit, "ctl2", spare, "dépôt") and None)
    office.perform("adm", lambda unit: revoke_key(unit, "ctl2", spare, "clé perdue") and None)
    office.later(hours=2)
    office.perform("adm", lambda unit: hand_over(unit, "bfo", "2026-03-02T10:00:00", "Acte fictif n° 2", state="BF"))
    for name in ("mlo", "bfo"):
        office.perform(name, lambda unit, n=name: sign_handover(unit, 1, SIGNERS[n]))


def _bank(office: Office) -> None:
    """A statement, the same lines sent again, a run with matches and a proposal, one match undone, March signed; a
    provisional statement of April withdrawn, the right one in its place."""
    office.now = APRIL
    ledger = office.ledger("accBF")
    enter(ledger, 40_100, dt.date(2026, 3, 9), "REC-2026-12", other="7101")
    for _ in range(2):
        enter(ledger, 33_000, dt.date(2026, 3, 12), other="7101")
    lines = [
        Seen(dt.date(2026, 3, 10), 40_100, "VIREMENT", "REC-2026-12", "BK1"),
        Seen(dt.date(2026, 3, 12), 33_000, "VERSEMENT", None, "BK2"),
        Seen(dt.date(2026, 3, 20), 500, "INCONNU", None, "BK3"),
    ]
    bring(ledger, statement(lines))
    bring(ledger, statement(lines[2:], "3 bis", 73_100, dt.date(2026, 3, 20)))
    ledger.perform("profile", lambda unit: declare_profile(unit, PROFILE))
    run(ledger)
    ledger.perform("undo", lambda unit: undo_match(unit, 1, "essai"))
    run(ledger)
    signer: Any = SIGNERS["accBF"]
    ledger.perform("sign", lambda unit: sign_month(unit, "BF", *parse_month("2026-03"), signer))
    office.perform("ctl", lambda unit: sign_month(unit, "BF", *parse_month("2026-03"), SIGNERS["ctl"]))
    april = (dt.date(2026, 4, 1), dt.date(2026, 4, 15))
    for place, amounts in enumerate(((700, 250), (700, 260))):
        if place:
            office.perform("accBF", lambda unit: withdraw_statement(unit, "3", "relevé provisoire"))
        some = [Seen(april[1], amount, "VERSEMENT", None, f"BK{rank}") for rank, amount in enumerate(amounts, start=4)]
        bring(ledger, statement(some, "4", 73_600, *april))


def _drafts(office: Office) -> None:
    ledger = office.ledger("accBF")
    for _ in range(3):
        do(ledger, save_drafts, DRAFT, "f.json")
    do(ledger, amend_draft, 2, DRAFT, "f.json")
    do(ledger, discard_draft, 3, "abandonné")
