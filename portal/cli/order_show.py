"""How one payment order is printed."""

from typing import Any

from portal.cli.context import say
from portal.cli.instants import french_day, french_instant


def show_order(one: dict[str, Any]) -> None:
    """Head, charges, documents, events with their entries, failed checks, signatures."""
    from ledger.money import format_francs
    from ledger.orders.stages import ACT_TITLES, STAGE_TITLES

    say(f"Ordre de paiement {one['number']}  ·  {one['stage_title']}  ·  {format_francs(one['amount'])} FCFA")
    say(f"{one['purpose']}  –  imputation {one['account']}")
    say(f"Bénéficiaire : {one['payee']['name']}  {one['payee']['iban']}")
    for charge in one["charges"]:
        say(f"  {charge['book']}  {format_francs(charge['amount']):>22}  {STAGE_TITLES[charge['stage']]}")
    for document in one["documents"]:
        say(f"  pièce « {document['name']} »\n    {document['sha256']}")
    for event in one["events"]:
        where = f" ({event['book']})" if event["book"] else ""
        move = f"{ACT_TITLES[event['act']]}{where} → {STAGE_TITLES[event['to']]}"
        say(f"  {french_instant(event['at'])}  {move}, {event['person']}")
        for more in (event["reason"], ", ".join(event["entries"])):
            if more:
                say(f"      {more}")
    for check in one["checks"]:
        if not check["passed"]:
            say(f"  contrôle non satisfait : {check['title']}\n      {check['note']}")
    for file in one["payment_files"]:
        back = file["recalled"]
        told = f", rappelé le {french_day(back['at'])} (accord {back['bank_reference']})" if back else ""
        say(f"  fichier de virements {file['message']}{told}")
    for signature in one["signatures"]:
        act, at = ACT_TITLES[signature["act"]], french_instant(signature["signed_at"])
        say(f"  signature ({act}) du {at}, {signature['person']}")
        say(f"      clé {signature['fingerprint'][:59]}…")
