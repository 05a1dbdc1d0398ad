"""Bank statements that were withdrawn: what the books held, who took it out of account, when and why."""

from reconcile.statements import list_statements
from reports.audit.finding import Finding, Scope, shown
from reports.common import francs
from reports.dataset import Column


def withdrawn_statements(scope: Scope) -> Finding:
    """Statements of the books that an accountant withdrew, with those of the same days that stand."""
    request = scope.request
    mine = [
        one
        for one in list_statements(scope.connection, known_command=request.known_command)
        if one["book"] in request.books
    ]
    standing = [one for one in mine if one["withdrawn"] is None]

    def instead(gone: dict[str, object]) -> str:
        days = ("iban", "kind", "from", "to")
        same = [one for one in standing if all(one[name] == gone[name] for name in days)]
        return ", ".join(f"n° {one['id']} ({one['file']})" for one in same)

    kept, count = shown(
        (
            one["book"], one["id"], one["number"] or "", one["from"], one["to"], one["closing"], one["lines"],
            one["file"], one["received_at"].date(), one["withdrawn"]["at"].date(), one["withdrawn"]["by"],
            one["withdrawn"]["reason"], instead(one),
        )
        for one in mine
        if one["withdrawn"] is not None
    )  # fmt: skip
    return Finding(
        "withdrawn_statements",
        "Relevés retirés",
        "Relevés de compte importés puis retirés par le comptable, toute la vie des livres : leurs lignes ne comptent "
        "plus, le fichier et les lignes restent.",
        (
            Column("book", "Livre"),
            Column("id", "N°", "integer"),
            Column("statement", "Relevé"),
            Column("from", "Du", "date"),
            Column("to", "Au", "date"),
            francs("closing", "Solde final"),
            Column("lines", "Lignes", "integer"),
            Column("file", "Fichier", width=30),
            Column("received", "Importé le", "date"),
            Column("withdrawn", "Retiré le", "date"),
            Column("actor", "Retiré par", width=26),
            Column("reason", "Motif", width=44),
            Column("instead", "Relevé des mêmes jours", width=34),
        ),
        kept,
        count,
        len(mine),
        "relevés",
        nothing="Aucun relevé n'a été retiré.",
        absent=None if mine else "aucun relevé n'a été importé pour ces livres.",
    )
