"""What the demonstration found, asked of the program itself and shown on one screen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from portal.demo.model import Story

Ask = Callable[..., Any]


def gather(story: Story, ask: Ask) -> dict[str, Any]:
    """The findings: reconciliation, levy, capital, what to look at, checks. `ask` gives a command's JSON answer."""
    last = story.last.isoformat()
    reconciled = ask("reconcile", "status")["books"]
    levy = ask("report", "collections", "--from", story.first.isoformat(), "--as-of", last, "--format", "json")["rows"]
    capital = ask("report", "capital", "--as-of", last, "--format", "json")
    verified = ask("verify")
    return {
        "fictional": True,
        "reconciliation": reconciled,
        "levy": [_levy_of(code, levy) for code in ("BF", "ML", "NE")],
        "capital": {name: capital[name] for name in ("total", "by_state", "paid_percent")},
        "gaps": ask("statement", "gaps")["gaps"],
        "verify": {
            "ok": verified["ok"],
            "checks": len(verified["checks"]),
            "failed": [check["name"] for check in verified["checks"] if not check["ok"]],
        },
        "heads": verified["heads"],
    }


def _levy_of(code: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    mine = [row for row in rows if row["book"] == code]
    sums = {
        name: sum(row[name] or 0 for row in mine)
        for name in ("expected", "assessed", "collected", "remitted", "credited")
    }
    late = [
        row for row in mine if row["office"] is not None and (row["days_late"] or 0) > 0 and (row["to_remit"] or 0) > 0
    ]
    return {"book": code, **sums, "arrears": sum(row["to_remit"] for row in late), "late_rows": len(late)}


def screen(found: dict[str, Any], out: Path) -> None:
    """One screen for a person: what was reconciled, what is owed, what is paid up, where the workbooks are."""
    from rich.console import Console
    from rich.table import Table

    from ledger.money import format_francs

    console = Console(highlight=False)
    console.print()
    console.print("[bold]DONNÉES FICTIVES — ce qui a été trouvé[/bold]  (montants en francs CFA)")

    def table(title: str, *columns: str) -> Table:
        made = Table(title=title, title_justify="left", title_style="bold", pad_edge=False)
        for place, column in enumerate(columns):
            made.add_column(column, justify="left" if place == 0 else "right", no_wrap=True)
        return made

    rows = table("Rapprochement", "Livre", "Lignes", "Rapprochées", "Ouvertes banque", "Ouvertes livres")
    for one in found["reconciliation"]:
        rows.add_row(
            one["book"],
            format_francs(one["lines"]),
            format_francs(one["matched"]),
            f"{one['open_bank']} ({format_francs(one['open_bank_amount'])})",
            f"{one['open_book']} ({format_francs(one['open_book_amount'])})",
        )
    console.print(rows)
    rows = table("Prélèvement", "Livre", "Liquidé", "Recouvré", "Reversé", "Crédité", "Arriérés échus")
    for one in found["levy"]:
        names = ("assessed", "collected", "remitted", "credited", "arrears")
        rows.add_row(one["book"], *(format_francs(one[name]) for name in names))
    console.print(rows)
    total = found["capital"]["total"]
    paid = sum(one["paid"] for one in found["capital"]["by_state"])
    rows = table("Capital BCID-AES", "État", "Souscrit", "Appelé", "Libéré", "Reste à verser")
    for one in found["capital"]["by_state"]:
        names = ("subscribed", "called", "paid", "to_pay")
        rows.add_row(one["state"], *(format_francs(one[name]) for name in names))
    console.print(rows)
    console.print(f"Libéré : {format_francs(paid)} sur {format_francs(total)} ({found['capital']['paid_percent']} %)")
    checks = found["verify"]
    state = (
        f"les {checks['checks']} contrôles sont bons" if checks["ok"] else f"EN ÉCHEC : {', '.join(checks['failed'])}"
    )
    console.print(f"Contrôles : {state} · suite des relevés : {len(found['gaps'])} anomalie(s)")
    console.print(f"Dans {out}/ : {', '.join(found['files'])}", soft_wrap=True)
    console.print(f"Fait en {found['seconds']} s.")
