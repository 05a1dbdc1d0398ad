"""Who validated what: entries by author, entries validated by who prepared them, corrections."""

from collections.abc import Iterator

from sqlalchemy import case, func, select

from ledger.tables.journal import draft, entry, entry_line
from reports.audit.entry_rows import ENTRY_COLUMNS, count_entries, entries, named, reference, whole_sum, within
from reports.audit.finding import Finding, Scope, shown
from reports.common import francs
from reports.dataset import Column, Row

ORIGINS = {
    "direct": "Écriture directe",
    "transfer": "Virement entre comptes",
    "collection": "État des recettes",
    "statement": "Relevé de compte",
    "imputation": "Imputation provisoire",
    "order": "Ordre de paiement",
    "capital": "Capital",
    "closing": "Clôture",
    "opening": "À-nouveaux",
}
"""Origin of an entry → in French."""

KEYED = ("direct", "transfer")
"""Origins that a person keys in line by line; the others follow from an act with controls of its own."""

STYLES = {"negative": "En négatif", "contra": "Contre-passation"}


def by_author(scope: Scope) -> Finding:
    """How many entries each person validated, by origin."""
    totals = (
        select(entry_line.c.entry_id, func.sum(entry_line.c.debit).label("debit"))
        .group_by(entry_line.c.entry_id)
        .subquery()
    )
    keys = (entry.c.actor, entry.c.book, entry.c.origin)
    corrections = func.sum(case((entry.c.corrects.is_(None), 0), else_=1))
    query = (
        select(*keys, func.count(), corrections, func.sum(totals.c.debit))
        .join(totals, totals.c.entry_id == entry.c.id)
        .where(within(scope))
        .group_by(*keys)
        .order_by(*keys)
    )
    rows: list[Row] = [
        (actor, book, ORIGINS.get(origin, origin), int(count), int(corrected), int(total))
        for actor, book, origin, count, corrected, total in scope.connection.execute(query)
    ]
    return Finding(
        "by_author",
        "Par auteur",
        "Écritures validées par chaque personne, selon leur origine. Pour lire les autres feuilles, non un constat.",
        (
            Column("actor", "Validées par", width=46),
            Column("book", "Livre"),
            Column("origin", "Origine", width=24),
            Column("count", "Écritures", "integer", total=True),
            Column("corrections", "dont corrections", "integer", total=True),
            francs("total", "Montant"),
        ),
        rows,
        len(rows),
        count_entries(scope),
        "écritures",
        nothing="Aucune écriture.",
        total_label="TOTAL",
    )


def self_validated(scope: Scope) -> Finding:
    """Entries keyed in by hand that nobody but their author saw before they were sealed."""
    prepared: dict[int, str] = {
        row.command_id: row.author
        for row in scope.connection.execute(select(draft).where(draft.c.status == "posted").order_by(draft.c.id))
    }

    def rows() -> Iterator[Row]:
        for row in entries(scope, entry.c.origin.in_(KEYED)):
            author = prepared.get(row.command_id)
            if author in (None, row.actor):
                way = "sans brouillard" if author is None else "brouillard du même auteur"
                yield *named(row), row.actor, way, row.total, row.recorded_at.date()

    kept, count = shown(rows())
    return Finding(
        "self_validated",
        "Auteur seul",
        "Écritures saisies à la main et validées par leur auteur : aucune autre personne ne les a préparées.",
        (
            *ENTRY_COLUMNS,
            Column("actor", "Saisie et validée par", width=40),
            Column("way", "Préparation", width=24),
            francs("total", "Montant"),
            Column("recorded", "Enregistrée le", "date"),
        ),
        kept,
        count,
        count_entries(scope, entry.c.origin.in_(KEYED)),
        "écritures saisies à la main",
        parameters="origines : écriture directe, virement entre comptes",
        nothing="Chaque écriture saisie à la main a été préparée par une autre personne que celle qui l'a validée.",
    )


def corrections(scope: Scope) -> Finding:
    """Every correction and reversal, with the entry corrected, the delay, and who made both."""
    old = entry.alias("old")
    total = select(whole_sum(entry_line.c.debit)).where(entry_line.c.entry_id == old.c.id).scalar_subquery()
    fields = ("id", "book", "journal", "year", "number", "date", "recorded_at", "actor")
    former = [old.c[name].label(f"old_{name}") for name in fields]
    query = select(entry, *former, total.label("old_total")).join(old, old.c.id == entry.c.corrects)

    def rows() -> Iterator[Row]:
        for row in scope.connection.execute(query.where(within(scope)).order_by(entry.c.id)):
            corrected = f"{row.old_book}/{row.old_journal}/{row.old_year}/{row.old_number}"
            delay = (row.recorded_at.date() - row.old_recorded_at.date()).days
            same = "oui" if row.actor == row.old_actor else "non"
            style = STYLES.get(row.correction, row.correction)
            yield (
                reference(row), row.date, style, row.label, corrected, row.old_date, row.old_total, delay, row.actor,
                same,
            )  # fmt: skip

    kept, count = shown(rows())
    return Finding(
        "corrections",
        "Corrections",
        "Corrections en négatif et contre-passations, l'écriture corrigée, le délai et l'auteur.",
        (
            Column("entry", "Correction", width=19),
            Column("date", "Date comptable", "date"),
            Column("style", "Manière", width=17),
            Column("label", "Libellé", width=40),
            Column("corrected", "Écriture corrigée", width=19),
            Column("corrected_date", "Sa date", "date"),
            francs("total", "Montant corrigé"),
            Column("days", "Délai en jours", "integer"),
            Column("actor", "Validée par", width=28),
            Column("same", "Même auteur"),
        ),
        kept,
        count,
        count_entries(scope),
        "écritures",
        nothing="Aucune écriture n'en corrige une autre.",
    )
