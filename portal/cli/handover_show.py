"""How the record of a handover is printed."""

from typing import Any

from portal.cli.context import say
from portal.cli.instants import french_day, french_instant


def show_handover(document: dict[str, Any]) -> None:
    """Parties, balances, reconciliations, suspense, orders in hand, requisitions, signatures."""
    from ledger.mandates.handover import PARTS
    from ledger.money import format_francs

    content = document["content"]
    say(f"Procès-verbal de remise de service n° {document['id']}, arrêté au {french_instant(document['cut_off'])}")
    for words, party in (("Sortant", content["outgoing"]), ("Entrant", content["incoming"])):
        say(f"{words} : {party['person']} ({party['state']}, {party['act']})")
    if content["absence"]:
        say(f"Carence : {content['absence']} ; témoins : {', '.join(content['witnesses'])}")
    for row in content["balances"]:
        say(f"  {row['book']}  compte {row['account']:<8} {format_francs(row['balance']):>22}  solde en écritures")
    for row in content["reconciliations"]:
        until = french_day(row["last"])
        say(f"  {row['book']}  relevés jusqu'au {until}, {row['open']} ligne(s) sans rapprochement")
    for row in content["suspense"]:
        say(f"  {row['book']}  compte {row['account']:<8} {format_francs(row['balance']):>22}  imputation provisoire")
    for row in content["orders"]:
        sent = f", remis à la banque ({row['transfer_file']})" if row["transfer_file"] else ""
        wait = " *" if row["to_confirm"] else ""
        say(
            f"  {row['book']}  {row['number']:<10} {format_francs(row['amount']):>27}  {row['stage_title']}{sent}{wait}"
        )
    if content["to_confirm"]:
        say("  * à confirmer ou à renvoyer par l'entrant")
    for row in content["requisitions"]:
        amount = format_francs(row["amount"])
        say(f"  réquisition {row['number']} ({row['book']}) de {amount} FCFA par {row['person']} : {row['reason']}")
    for one in document["signatures"]:
        told = f" – réserves : {one['reservations']}" if one["reservations"] else ""
        say(f"  signé le {french_instant(one['signed_at'])} par {one['person']}, {PARTS[one['part']]}{told}")
    for name in document["awaited"]:
        say(f"  à signer : {name}")
    say(f"Empreinte {document['sha256']}")
