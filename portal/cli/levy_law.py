"""`pcaes collection rate|deadline|exemption|holiday`: decisions dated by the administrator, and what is in force."""

from datetime import datetime
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.group import Group, group

DAY = ["%Y-%m-%d"]
From = Annotated[datetime, typer.Option("--from", formats=DAY, help="Date d'effet")]
Act = Annotated[str, typer.Option("--act", help="Référence juridique de la décision")]
Reason = Annotated[str, typer.Option("--reason", help="Motif de l'enregistrement")]
Status = Annotated[str, typer.Option("--status", help="Fondement : established, to_confirm ou disputed")]
Retroactive = Annotated[
    bool, typer.Option("--retroactive", help="Accepter une date d'effet passée, au vu de ce qu'elle change")
]
Correct = Annotated[bool, typer.Option("--correct", help="Remplacer la décision qui prend effet le même jour")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui changerait")]

rate = group()
deadline = group()
exemption = group()
holiday = group()
GROUPS: dict[str, tuple[Group, str]] = {
    "rate": (rate, "Taux du prélèvement, par date d'effet"),
    "deadline": (deadline, "Délais de reversement, par date d'effet"),
    "exemption": (exemption, "Codes d'exonération, par date d'effet"),
    "holiday": (holiday, "Jours fériés décidés, par État"),
}


@rate.command("add")
def add_rate(
    percent: Annotated[str, typer.Option("--percent", help="Taux en pour cent, par exemple 0,5")],
    since: From,
    act: Act,
    reason: Reason,
    status: Status = "established",
    retroactive: Retroactive = False,
    correct: Correct = False,
    dry_run: DryRun = False,
) -> None:
    """Enregistrer un taux du prélèvement à compter d'une date."""
    _decide(
        {"kind": "rate", "value": _per_ten_thousand(percent), "status": status},
        since, act, reason, retroactive, correct, dry_run,
    )  # fmt: skip


@deadline.command("add")
def add_deadline(
    days: Annotated[int, typer.Option("--days", help="Jours après la fin du mois")],
    since: From,
    act: Act,
    reason: Reason,
    status: Status = "established",
    retroactive: Retroactive = False,
    correct: Correct = False,
    dry_run: DryRun = False,
) -> None:
    """Enregistrer un délai de reversement à compter d'une date."""
    _decide({"kind": "deadline", "value": days, "status": status}, since, act, reason, retroactive, correct, dry_run)


@exemption.command("add")
def add_exemption(
    code: Annotated[str, typer.Argument(help="Code d'exonération, par exemple E10")],
    since: From,
    act: Act,
    reason: Reason,
    title: Annotated[str, typer.Option("--title", help="Intitulé ; celui qui est connu s'il n'est pas donné")] = "",
    end: Annotated[bool, typer.Option("--end", help="Mettre fin à l'exonération à cette date")] = False,
    status: Status = "established",
    retroactive: Retroactive = False,
    correct: Correct = False,
    dry_run: DryRun = False,
) -> None:
    """Enregistrer une exonération à compter d'une date, ou sa fin."""
    if not title:
        from ledger.levy.law import levy_law

        with open_ledger().read() as connection:
            known = [one.title for one in levy_law(connection).exemptions if one.code == code.strip().upper()]
        title = known[-1] if known else ""
    _decide(
        {"kind": "exemption", "code": code, "title": title, "in_force": not end, "status": status},
        since, act, reason, retroactive, correct, dry_run,
    )  # fmt: skip


@holiday.command("add")
def add_holiday(
    book: Annotated[str, typer.Option("--book", help="État : BF, ML ou NE")],
    day: Annotated[datetime, typer.Option("--day", formats=DAY, help="Jour férié")],
    title: Annotated[str, typer.Option("--title", help="Nom de la fête")],
    act: Act,
    reason: Reason,
    worked: Annotated[bool, typer.Option("--worked", help="Dire au contraire que ce jour est ouvré")] = False,
    retroactive: Retroactive = False,
    correct: Correct = False,
    dry_run: DryRun = False,
) -> None:
    """Enregistrer un jour férié décidé par un État, ou dire qu'un jour attendu férié est ouvré."""
    _decide(
        {"kind": "holiday", "code": book, "title": title, "in_force": not worked},
        day, act, reason, retroactive, correct, dry_run,
    )  # fmt: skip


@rate.command("list")
def list_rates() -> None:
    """Montrer les taux, du plus ancien au plus récent."""
    _list("rate", "rates")


@deadline.command("list")
def list_deadlines() -> None:
    """Montrer les délais de reversement, du plus ancien au plus récent."""
    _list("deadline", "deadlines")


@exemption.command("list")
def list_exemptions() -> None:
    """Montrer les exonérations, code par code."""
    _list("exemption", "exemptions")


@holiday.command("list")
def list_holidays() -> None:
    """Montrer les jours fériés décidés, État par État."""
    _list("holiday", "holidays")


def _per_ten_thousand(percent: str) -> int:
    """A rate in percent as a whole number of ten-thousandths; nothing is rounded."""
    from decimal import Decimal, InvalidOperation

    try:
        found = Decimal(percent.strip().removesuffix("%").strip().replace(",", ".")) * 100
    except InvalidOperation:
        raise typer.BadParameter(f"le taux « {percent} » n'est pas un nombre") from None
    if not found.is_finite() or found != found.to_integral_value():
        raise typer.BadParameter(f"le taux « {percent} » a plus de deux décimales")
    return int(found)


def _decide(
    fields: dict[str, Any], since: datetime, act: str, reason: str, retroactive: bool, correct: bool, dry_run: bool
) -> None:
    from ledger.levy.decisions import Decision, DecisionRetroactive, decide
    from ledger.refusal import plain

    decision = Decision(from_date=since.date(), legal_reference=act, reason=reason, **fields)
    payload = {**decision._asdict(), "retroactive": retroactive, "correct": correct}
    try:
        done = open_ledger().perform(
            f"collection {decision.kind} add",
            lambda unit: plain(decide(unit, decision, retroactive=retroactive, correct=correct)),
            payload=payload,
            key=settings.key,
            dry_run=dry_run,
        )
    except DecisionRetroactive as refusal:
        if not settings.as_json:
            _show_changes(refusal.facts["changes"], err=True)
        raise
    answer({"dry_run": dry_run, **done}, lambda: _show_decision(done, dry_run))


def _show_decision(done: dict[str, Any], dry_run: bool) -> None:
    from ledger.levy.decisions import KINDS
    from ledger.refusal import fill

    if dry_run:
        say("Essai à blanc, rien n'est enregistré.")
    one = done["decision"]
    say(fill("✓ {title} à compter du {from_date:D} : {words}", **{**one, "title": KINDS[one["kind"]].capitalize()}))
    if done["changes"]:
        _show_changes(done["changes"], err=False)
    else:
        say("    Aucun mois déclaré ne change.")


WHAT = {"expected": "attendu", "due_date": "échéance", "exempt": "valeur exonérée"}
CHANGES_SHOWN = 30


def _show_changes(changes: list[dict[str, Any]], err: bool) -> None:
    from ledger.refusal import fill

    def tell(text: str) -> None:
        typer.echo(text, err=True) if err else say(text)

    for one in changes[:CHANGES_SHOWN]:
        form = "{before:D} → {after:D}" if one["what"] == "due_date" else "{before:F} → {after:F}"
        tell(f"    {one['book']} {one['office']:<10} {one['period']}  {WHAT[one['what']]} : {fill(form, **one)}")
    if len(changes) > CHANGES_SHOWN:
        tell(f"    … {len(changes)} mois en tout (--json les donne tous).")


def _list(kind: str, name: str) -> None:
    from ledger.levy.decisions import list_decisions
    from ledger.refusal import plain

    with open_ledger().read() as connection:
        found = plain(list_decisions(connection, kind))
    answer({name: found}, lambda: _show_list(found))


def _show_list(found: list[dict[str, Any]]) -> None:
    from ledger.levy.law import STATUS
    from ledger.refusal import fill

    if not found:
        say("Aucune décision enregistrée.")
    for one in found:
        notes = [STATUS[one["status"]]]
        notes += ["rétroactif"] if one.get("retroactive") else []
        notes += ["remplacé"] if one["replaced"] else []
        say(fill("  à compter du {from_date:D}  {words}", **one) + f"  ({', '.join(notes)})")
        say(f"      {one['legal_reference']}")
