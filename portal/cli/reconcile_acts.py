"""The acts of reconciliation that a person decides: confirm, undo, impute, regularise; and what was decided before."""

from datetime import datetime
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings, tell

DAY = ["%Y-%m-%d"]
Reason = Annotated[str | None, typer.Option("--reason", help="Motif, gardé dans les livres")]


def confirm(
    proposal: Annotated[
        int | None, typer.Argument(help="Numéro de la proposition (« matches --status proposed »)")
    ] = None,
    line: Annotated[list[int] | None, typer.Option("--line", help="Ligne de relevé (id), autant qu'il en faut")] = None,
    entry: Annotated[
        list[str] | None, typer.Option("--entry", help="Ligne d'écriture, par exemple BF/OD/2026/12:2")
    ] = None,
    reason: Reason = None,
) -> None:
    """Confirmer une proposition, ou rapprocher à la main des lignes de sommes égales."""
    from reconcile.confirm import confirm_by_hand, confirm_proposal

    if (proposal is None) is not bool(line or entry):
        raise typer.BadParameter("donnez le numéro d'une proposition, ou bien --line et --entry avec --reason")
    payload = {"proposal": proposal, "lines": line, "entries": entry, "reason": reason}

    def act(unit: Any) -> dict[str, Any]:
        if proposal is not None:
            return confirm_proposal(unit, proposal)
        return confirm_by_hand(unit, line or [], entry or [], reason)

    done = open_ledger().perform("reconcile confirm", act, payload=payload, key=settings.key)
    posted = f" ; écriture passée : {done['posted']}" if done["posted"] else ""
    answer(done, lambda: say(f"Rapprochement n° {done['match']} du livre {done['book']} confirmé{posted}."))


def undo(
    match: Annotated[int | None, typer.Argument(help="Numéro du rapprochement")] = None,
    statement: Annotated[
        int | None, typer.Option("--statement", help="Relevé (numéro de « statement list ») : tous ses rapprochements")
    ] = None,
    reason: Reason = None,
) -> None:
    """Annuler un rapprochement ; l'écriture qu'il avait passée est corrigée en négatif."""
    from reconcile.undo import undo_match

    if (match is None) is (statement is None):
        raise typer.BadParameter("donnez le numéro d'un rapprochement, ou bien --statement")
    if statement is not None:
        _undo_statement(statement, reason)
        return
    number = match or 0
    done = open_ledger().perform(
        "reconcile undo",
        lambda unit: undo_match(unit, number, reason),
        payload={"match": match, "reason": reason},
        key=settings.key,
    )
    taken = f" ; écriture {done['corrected']} corrigée en négatif" if done["corrected"] else ""
    answer(done, lambda: say(f"Rapprochement n° {match} annulé, ses lignes sont ouvertes{taken}."))


def _undo_statement(statement: int, reason: str | None) -> None:
    from reconcile.undo import undo_statement

    done = open_ledger().perform(
        "reconcile undo",
        lambda unit: undo_statement(unit, statement, reason),
        payload={"statement": statement, "reason": reason},
        key=settings.key,
    )

    def show() -> None:
        tell(
            "Relevé n° {statement} du livre {book} : {count:rapprochement annulé|rapprochements annulés}, "
            "{corrected:écriture corrigée|écritures corrigées} en négatif.",
            statement=done["statement"],
            book=done["book"],
            count=len(done["undone"]),
            corrected=sum(one["corrected"] is not None for one in done["undone"]),
        )

    answer(done, show)


def impute(
    line: Annotated[int, typer.Argument(help="Ligne de relevé (id)")],
    account: Annotated[
        str | None, typer.Option("--account", help="Compte d'imputation provisoire (selon le signe par défaut)")
    ] = None,
    reason: Reason = None,
) -> None:
    """Imputer une ligne de relevé à un compte d'imputation provisoire (CIP)."""
    from ledger.money import format_francs
    from reconcile.impute import impute_line

    done = open_ledger().perform(
        "reconcile impute",
        lambda unit: impute_line(unit, line, reason, account),
        payload={"line": line, "account": account, "reason": reason},
        key=settings.key,
    )
    amount = format_francs(abs(done["amount"]))
    answer(done, lambda: say(f"Ligne {line} ({amount}) imputée au compte {done['account']} par {done['entry']}."))


def regularise(
    what: Annotated[str, typer.Argument(help="Ligne de relevé (id) ou écriture, par exemple BF/BQ/2026/12")],
    account: Annotated[str, typer.Option("--account", help="Compte définitif")],
    reason: Reason = None,
    reference: Annotated[str | None, typer.Option("--reference", help="Référence du reversement reconnu")] = None,
    amount: Annotated[int | None, typer.Option("--amount", help="Part régularisée (le tout par défaut)")] = None,
    date: Annotated[datetime | None, typer.Option("--date", formats=DAY, help="Date comptable")] = None,
) -> None:
    """Passer une imputation provisoire au compte juste."""
    from ledger.money import format_francs
    from reconcile.regularise import regularise as act

    day = None if date is None else date.date()
    given = {"reference": reference, "amount": amount, "day": day}
    done = open_ledger().perform(
        "reconcile regularise",
        lambda unit: act(unit, what, account, reason, reference=reference, amount=amount, day=day),
        payload={"what": what, "account": account, "reason": reason, **given},
        key=settings.key,
    )
    answer(
        done,
        lambda: say(
            f"{format_francs(done['amount'])} passés de {done['from']} à {done['to']} par {done['entry']} ; reste "
            f"{format_francs(done['left'])}."
        ),
    )


def suggestions(book: Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE")] = None) -> None:
    """Ce qui fut décidé pour des lignes semblables, et les imputations provisoires qui sont un reversement déclaré."""
    from ledger.money import format_francs
    from ledger.refusal import plain
    from reconcile.proposed_regularisations import proposed_regularisations
    from reconcile.suggestions import suggestions as find

    with open_ledger().read() as connection:
        found = plain(find(connection, book and book.upper()))
        proposed = proposed_regularisations(connection, book and book.upper())
        waiting = plain([one._asdict() | {"command": one.command} for one in proposed])

    def show() -> None:
        for one in waiting:
            say(f"{one['entry']}  {one['date']}  {format_francs(one['left']):>20}  {one['label'][:50]}")
            say(f"      {one['reason']}")
            say(f"      {one['command']}")
        for one in found:
            amount = format_francs(one["amount"])
            say(f"{one['book']} ligne {one['line']}  {one['booking_date']}  {amount:>20}  {one['label'][:50]}")
            for choice in one["choices"]:
                say(f"      {choice['choice']:<28} {choice['reason']}")
            if one["search"]:
                say(f"      {one['search']['reason']}")
                say(f"      {one['search']['nearest_rejected']}")
        if not found and not waiting:
            say("Aucune ligne ouverte ne ressemble à une décision passée.")

    answer({"suggestions": found, "regularisations": waiting}, show)
