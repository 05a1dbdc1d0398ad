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
    """One screen of eighty columns: what was reconciled, what is owed, what is paid up, where the workbooks are."""
    from rich.console import Console
    from rich.table import Table

    from ledger.money import format_francs
    from ledger.plural import counted

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("", no_wrap=True)
    for name in ("BF", "ML", "NE", "Total"):
        table.add_column(name, justify="right", no_wrap=True)
    for title, rows in _sections(found):
        table.add_row(f"[bold]{title}[/bold]")
        for name, amounts in rows:
            table.add_row(f" {name}", *(format_francs(amount) for amount in (*amounts, sum(amounts))))
    console = Console(highlight=False)
    console.print("\n[bold]DONNÉES FICTIVES — ce qui a été trouvé[/bold] (lignes, puis francs CFA)")
    console.print(table)
    capital, checks = found["capital"], found["verify"]
    paid = format_francs(sum(one["paid"] for one in capital["by_state"]))
    percent = str(capital["paid_percent"]).replace(".", ",")
    console.print(f"Capital libéré : {paid} sur {format_francs(capital['total'])}, soit {percent} %")
    failed = ", ".join(checks["failed"])
    state = f"les {checks['checks']} contrôles sont bons" if checks["ok"] else f"EN ÉCHEC : {failed}"
    gaps = len(found["gaps"])
    console.print(f"Contrôles : {state} · suite des relevés : {'complète' if gaps == 0 else counted(gaps, 'anomalie')}")
    console.print(f"Classeurs et exports dans {out}/ : {', '.join(found['files'])}")
    console.print(f"Fait en {str(found['seconds']).replace('.', ',')} s.")


Rows = list[tuple[str, list[int]]]


def _sections(found: dict[str, Any]) -> list[tuple[str, Rows]]:
    """The figures of the screen: title of a section, then each line with its amounts BF, ML, NE."""

    def rows(source: list[dict[str, Any]], names: dict[str, str]) -> Rows:
        return [(title, [one[name] for one in source]) for name, title in names.items()]

    bank = {
        "lines": "Lignes relevé",
        "matched": " rapprochées",
        "open_bank": " ouvertes",
        "open_bank_amount": " montant",
        "open_book": "Livres ouverts",
        "open_book_amount": " montant",
    }
    levy = {
        "assessed": "Liquidé",
        "collected": "Recouvré",
        "remitted": "Reversé",
        "credited": "Crédité",
        "arrears": "À reverser échu",
    }
    capital = {"subscribed": "Souscrit", "called": "Appelé", "paid": "Libéré", "to_pay": "Reste à verser"}
    return [
        ("Rapprochement", rows(found["reconciliation"], bank)),
        ("Prélèvement", rows(found["levy"], levy)),
        ("Capital BCID", rows(found["capital"]["by_state"], capital)),
    ]
