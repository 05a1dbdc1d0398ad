"""The *état de rapprochement bancaire* of each book at a day: two blocks that end on the same balance, to the franc."""

from typing import Any

from sqlalchemy import Connection

from ledger.age import AGES, age_days, age_place
from ledger.plural import counted
from reconcile.bank_position import Position, position
from reports.common import book_title, francs, make_report
from reports.dataset import Column, Control, Report, Row, Table
from reports.reconciliation_rows import as_json, match_table, statement_rows
from reports.request import ReportRequest
from reports.signed_etat import EtatSignature, signature_json, signature_notes, signatures

BOOKS_BLOCK, BANK_BLOCK = "LIVRES", "BANQUE"


def reconciliation(connection: Connection, request: ReportRequest) -> Report:
    """Balance of the books plus what they lack, balance of the bank plus what it lacks, the open items and their age,
    and every match in force with its reason. The day is `--as-of`, or `--to` when it is earlier."""
    day = request.end
    found = [
        position(connection, code, day, known=request.known, known_command=request.known_command)
        for code in request.books
    ]
    signed = {one.book: signatures(connection, one.book, day, request.known_command) for one in found}
    tables = [
        _summary(found),
        *(_statement(one, signed[one.book]) for one in found),
        _ages(found),
        match_table(found),
    ]
    documents = [{**as_json(one), "signed": signature_json(signed[one.book])} for one in found]
    return make_report(
        connection,
        request,
        "État de rapprochement bancaire",
        tables,
        subtitle=f"Au {day:%d/%m/%Y}",
        period=False,
        controls=_controls(found),
        counts=[
            count
            for one in found
            for count in (
                (f"{one.book} : lignes de relevé", len(one.lines)),
                (f"{one.book} : lignes des livres sur la banque", len(one.entries)),
                (f"{one.book} : rapprochements en vigueur", len(one.matches)),
            )
        ],
        json=_document(request, documents),
    )


def _document(request: ReportRequest, documents: list[dict[str, Any]]) -> dict[str, Any]:
    head: dict[str, Any] = {"report": request.name, "fictional": request.fictional}
    if request.book is not None:
        return head | documents[0]
    return head | {"date": request.end, "rows": [_line(one) for one in documents], "books": documents}


def _line(document: dict[str, Any]) -> dict[str, Any]:
    """One book on one line: its lists replaced by their sums."""
    short = {name: value for name, value in document.items() if not isinstance(value, list | dict)}
    return short | {name: sum(item["amount"] for item in document[name]) for name in ("to_book", "to_bank")}


def _summary(found: list[Position]) -> Table:
    columns = (
        Column("book", "Livre"),
        francs("book_balance", "Solde des livres", "Livres"),
        francs("to_book", "À passer par le comptable", "Livres"),
        francs("adjusted_book", "Solde rectifié", "Livres", formula="[book_balance]+[to_book]"),
        francs("bank_balance", "Solde de la banque", "Banque"),
        francs("to_bank", "À passer par la banque", "Banque"),
        francs("adjusted_bank", "Solde rectifié", "Banque", formula="[bank_balance]+[to_bank]"),
        francs("difference", "Écart", formula="[adjusted_book]-[adjusted_bank]"),
        Column("basis", "Relevé retenu"),
    )
    rows: list[Row] = []
    for one in found:
        to_book, to_bank = (sum(line.amount for line in lines) for lines in (one.to_book, one.to_bank))
        bank = one.bank.amount if one.bank else 0
        adjusted = (one.book_balance + to_book, bank + to_bank)
        row = (book_title(one.book), one.book_balance, to_book, adjusted[0], bank, to_bank, adjusted[1])
        rows.append((*row, adjusted[0] - adjusted[1], basis(one)))
    note = "Un état de rapprochement ne peut être signé que si les deux soldes rectifiés sont égaux au franc."
    return Table("summary", "Synthèse", columns, rows, notes=(note,))


def basis(one: Position) -> str:
    """From which statement the bank's balance comes."""
    if one.bank is None:
        return "aucun relevé reçu"
    if one.bank.statement is None or one.bank.closed_on is None:
        return "aucun solde de clôture : ouverture et lignes reçues"
    proof = "prouvé" if one.bank.proven else "non prouvé"
    after = f", plus {counted(one.bank.lines_after, 'ligne postérieure')}" if one.bank.lines_after else ""
    return f"relevé {one.bank.statement} du {one.bank.closed_on:%d/%m/%Y} ({proof}){after}"


def _statement(one: Position, signed: list[EtatSignature]) -> Table:
    columns = (
        Column("block", "Bloc", width=9),
        Column("nature", "Nature", width=24),
        Column("date", "Date", "date"),
        Column("place", "Relevé ou écriture", width=19),
        Column("reference", "Référence", width=20),
        Column("label", "Libellé", width=50),
        Column("age_days", "Âge (jours)", "integer", width=8),
        francs("amount", "Montant"),
    )
    titles = {BOOKS_BLOCK: "Solde rectifié des livres", BANK_BLOCK: "Solde rectifié de la banque"}
    notes = [
        f"Solde de la banque : {basis(one)}. Montants signés du côté du titulaire : entrée positive, sortie négative.",
        *explanation(one),
        *signature_notes(signed),
    ]
    return Table(
        f"statement_{one.book}",
        f"Rapprochement {one.book}",
        columns,
        statement_rows(one, (BOOKS_BLOCK, BANK_BLOCK)),
        group_by="block",
        group_titles=titles,
        total_label=None,
        notes=tuple(notes),
    )


def explanation(one: Position) -> list[str]:
    """Why the two adjusted balances differ, cause by cause; nothing when they are equal."""
    from ledger.money import format_francs

    if one.bank is None or not one.difference:
        return []
    causes = (
        ("solde repris dans les livres moins solde d'ouverture du premier relevé", opening_gap(one)),
        ("relevés manquants (les soldes de la banque ne s'enchaînent pas)", -one.gaps),
        ("rapprochements dont les deux côtés diffèrent", one.settled_book - one.settled_bank),
    )
    parts = [f"{words} : {format_francs(amount)}" for words, amount in causes if amount]
    return [f"Écart de {format_francs(one.difference)}, soit : {' ; '.join(parts)}."]


def opening_gap(one: Position) -> int:
    """Opening balance taken over in the books, less the opening balance of the first statement."""
    return one.brought_forward - (one.bank.first_opening if one.bank else 0)


def _ages(found: list[Position]) -> Table:
    columns = (
        Column("book", "Livre"),
        Column("side", "Suspens"),
        Column("items", "Nombre", "integer", total=True),
        *(francs(one.key, one.title, "Ancienneté en jours") for one in AGES),
        francs("total", "Total", formula="+".join(f"[{one.key}]" for one in AGES)),
    )
    rows: list[Row] = []
    for one in found:
        sides = (("à passer par le comptable", one.to_book), ("à passer par la banque", one.to_bank))
        for words, lines in sides:
            ages = [0] * len(AGES)
            for line in lines:
                ages[age_place(age_days(line.date, one.day))] += line.amount
            rows.append((one.book, words, len(lines), *ages, sum(ages)))
    return Table("ages", "Suspens par âge", columns, rows)


def _controls(found: list[Position]) -> list[Control]:
    controls = []
    for one in found:
        name, block = book_title(one.book), f"statement_{one.book}"
        adjusted = one.adjusted_bank if one.adjusted_bank is not None else sum(line.amount for line in one.to_bank)
        books, bank = (f"{{{block}.amount:total={part}}}" for part in (BOOKS_BLOCK, BANK_BLOCK))
        controls.append(Control(f"{name} — soldes rectifiés égaux au franc", books, one.adjusted_book, bank, adjusted))
        booked = one.brought_forward + sum(line.amount for line in one.entries.values())
        controls.append(
            Control(f"{name} — solde des livres = lignes relues au journal", f"{{{block}.amount:0}}",
                    one.book_balance, booked)
        )  # fmt: skip
        if one.bank is not None:
            bank_lines = one.bank.first_opening + one.seen
            title = f"{name} — solde de la banque = premier solde d'ouverture + lignes reçues"
            controls.append(Control(title, f"{{summary.bank_balance:{found.index(one)}}}", one.bank.amount, bank_lines))
        controls.append(
            Control(
                f"{name} — rapprochements : banque = livres",
                f'SUMIF({{matches.book}},"{one.book}",{{matches.bank_amount}})',
                one.settled_bank,
                f'SUMIF({{matches.book}},"{one.book}",{{matches.book_amount}})',
                one.settled_book,
            )
        )
    total = sum(sum(line.amount for line in one.to_book) + sum(line.amount for line in one.to_bank) for one in found)
    controls.append(
        Control(
            "Suspens par âge = suspens des états",
            "{ages.total:total}",
            total,
            "{summary.to_book:total}+{summary.to_bank:total}",
            total,
        )
    )
    return controls
