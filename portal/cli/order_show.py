"""How one payment order is printed."""

from typing import Any

from portal.cli.context import say


def show_order(one: dict[str, Any]) -> None:
    """Head, charges, documents, events with their entries, failed checks, signatures."""
    from ledger.money import format_francs
    from ledger.orders.stages import STAGE_TITLES

    say(f"Ordre de paiement {one['number']}  ·  {one['stage_title']}  ·  {format_francs(one['amount'])} FCFA")
    say(f"{one['purpose']}  –  imputation {one['account']}")
    say(f"Bénéficiaire : {one['payee']['name']}  {one['payee']['iban']}")
    for charge in one["charges"]:
        say(f"  {charge['book']}  {format_francs(charge['amount']):>22}  {STAGE_TITLES[charge['stage']]}")
    for document in one["documents"]:
        say(f"  pièce « {document['name']} »  SHA-256 {document['sha256']}")
    for event in one["events"]:
        where = f" ({event['book']})" if event["book"] else ""
        why = f" – {event['reason']}" if event["reason"] else ""
        posted = f"  [{', '.join(event['entries'])}]" if event["entries"] else ""
        move = f"{STAGE_TITLES[event['from']]} → {STAGE_TITLES[event['to']]}{where}"
        say(f"  {event['at'][:19]}Z  {move}  {event['person']}{why}{posted}")
    for check in one["checks"]:
        if not check["passed"]:
            say(f"  contrôle non satisfait : {check['title']} – {check['note']}")
    for signature in one["signatures"]:
        say(f"  signé par {signature['person']}, clé {signature['fingerprint'][:19]}…")
