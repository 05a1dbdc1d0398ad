"""The first page of the record of a handover: who hands over to whom, and where each signs."""

from typing import Any

from ledger.mandates.handover import PARTS
from ledger.mandates.mandate import CAPITALS, local_words
from ledger.money import format_francs
from ledger.plural import counted
from ledger.signing import fingerprint
from ledger.tables.types import instant_from
from reports.common import TITLES
from reports.dataset import Column, Table

SHEET = "Procès-verbal"
WIDTHS = (30, 48, 19, 38, 30)
DOTTED = ("." * 24 + " ") * 9
"""A place to write by hand."""


def identity(document: dict[str, Any], content: dict[str, Any]) -> Table:
    """The parties, their acts, the instant, what the successor finds, the fingerprint that both sign."""
    outgoing, incoming = content["outgoing"], content["incoming"]
    state = incoming["state"]
    orders = [row for row in content["orders"] if row["to_confirm"]]
    amount = format_francs(sum(row["amount"] for row in orders))
    waiting = f"{counted(len(orders), 'charge')}, {amount} FCFA" if orders else "aucun"
    since = local_words(outgoing["state"], instant_from(outgoing["from"]))
    rows = [
        ("Remise de service", f"n° {document['id']}"),
        ("Arrêtée au", local_words(state, instant_from(document["cut_off"]))),
        ("Ordonnateur sortant", outgoing["person"]),
        ("    au titre de", f"{TITLES[outgoing['state']]} – {outgoing['act']}"),
        ("    en fonction depuis le", since),
        ("Ordonnateur entrant", incoming["person"]),
        ("    au titre de", f"{TITLES[state]} – {incoming['act']}"),
    ]
    if content["absence"]:
        rows.append(("Carence du sortant, constatée", content["absence"]))
        rows += [("    témoin", name) for name in content["witnesses"]]
    rows += [
        ("Ordres signés du sortant, à confirmer ou à renvoyer", waiting),
        ("Dernière écriture arrêtée", f"n° {format_francs(content['known_entry'])}" if content["known_entry"] else "—"),
        ("Empreinte SHA-256 signée", document["sha256"]),
    ]
    columns = (Column("what", "Mention", width=WIDTHS[0]), Column("value", "Valeur", width=WIDTHS[1]))
    notes = (
        "Arrêtés à cet instant : soldes des trois comptes, rapprochements, imputations provisoires, ordres, "
        "réquisitions, droits (feuilles suivantes).",
        "Chacun signe le présent procès-verbal avec ses réserves, s'il en a.",
    )
    return Table("record", "Remise de service", columns, tuple(rows), total_label=None, notes=notes, sheet=SHEET)


def signatures(document: dict[str, Any], state: str) -> Table:
    """One row for each signature expected, signed or not: the place where it stands on the record."""
    given = {row["part"]: row for row in document["signatures"]}
    titles = ("Qualité", "Nom", "Signé le", "Réserves", "Signature")
    keys = ("part", "person", "signed_at", "reservations", "signature")
    columns = tuple(
        Column(key, title, width=width) for key, title, width in zip(keys, titles, WIDTHS, strict=True)
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for part, person in document["signatories"].items():
        one = given.get(part)
        if one is None:
            rows.append((PARTS[part], person, "à signer", DOTTED, DOTTED))
            continue
        key = fingerprint(bytes.fromhex(one["public_key"]))
        at = local_words(state, instant_from(one["signed_at"])).partition(" (")[0]
        signed = f"Ed25519 {one['signature']}"
        rows.append((PARTS[part], f"{person} – clé {key}", at, one["reservations"] or "néant", signed))
    left = len(document["awaited"])
    notes = [f"Heures de {CAPITALS[state]}. La signature porte sur l'empreinte, la qualité, les réserves et l'instant."]
    if left:
        notes.append(f"{counted(left, 'signature attendue', 'signatures attendues')}.")
    return Table("signatures", "Signatures", columns, tuple(rows), total_label=None, notes=tuple(notes), sheet=SHEET)
