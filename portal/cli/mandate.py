"""`pcaes mandate`: appoint the authorising officer, list the mandates, hand the office over."""

from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.evidence import evidence
from portal.cli.group import group
from portal.cli.instants import french_instant
from portal.cli.passphrase import ask_passphrase

app = group()


class _Instant:
    """Reads `--from`: a date or an instant, in the capital of the State."""

    @staticmethod
    def read(state: str, text: str, option: str) -> Any:
        from ledger.mandates.mandate import OFFSET_HOURS, instant_from

        if state not in OFFSET_HOURS:
            raise typer.BadParameter(f"État « {state} » inconnu : attendu BF, ML ou NE.", param_hint="--state")
        try:
            return instant_from(state, text)
        except ValueError as fault:
            raise typer.BadParameter(
                f"« {text} » n'est ni une date AAAA-MM-JJ ni un instant ISO 8601.", param_hint=option
            ) from fault


@app.command()
def appoint(
    state: Annotated[str, typer.Option("--state", help="État qui préside : BF, ML ou NE")],
    user: Annotated[str, typer.Option("--user", help="Utilisateur de rôle ordonnateur (officer)")],
    since: Annotated[str, typer.Option("--from", help="Début : date (minuit dans la capitale) ou instant")],
    act: Annotated[str, typer.Option("--act", help="Acte de nomination")],
    key: Annotated[Path | None, typer.Option("--key", help="Clé publique du titulaire (.pub), son spécimen")] = None,
) -> None:
    """Nommer l'ordonnateur ; le mandat précédent prend fin à cet instant."""
    from ledger.mandates.appoint import appoint as appoint_officer
    from ledger.signing import load_public

    code = state.upper()
    start = _Instant.read(code, since, "--from")
    with evidence("mandate appoint", key=str(key)):
        raw = load_public(key.read_bytes(), file=str(key)) if key is not None else None
    payload = {"state": code, "user": user, "from": start, "act": act, "key": raw.hex() if raw else None}
    done = open_ledger().perform(
        "mandate appoint",
        lambda unit: appoint_officer(unit, code, user, start, act, raw),
        payload=payload,
        key=settings.key,
    )

    def show() -> None:
        say(f"{user} ({code}) est ordonnateur à partir du {french_instant(done['from'])} ({act}).")
        if done["ended"]:
            say(f"Le mandat de {done['ended']['person']} prend fin à cet instant.")
        if done["fingerprint"]:
            say(f"Spécimen :\n{done['fingerprint']}")

    answer(done, show)


@app.command("list")
def list_() -> None:
    """Les mandats, du plus ancien au plus récent ; un seul titulaire à chaque instant."""
    from ledger.mandates.appoint import mandate_row, read_mandates
    from ledger.mandates.presidency import against_history, load_presidency

    with open_ledger().read() as connection:
        mandates = read_mandates(connection)
    doubtful = {one.id for one in against_history(mandates, load_presidency())}
    rows = [{**mandate_row(one), "presidency": one.id not in doubtful} for one in mandates]

    def show() -> None:
        for row in rows:
            end = f"au {french_instant(row['to'])}" if row["to"] else "(en cours)"
            say(f"{row['state']}  {row['person']}")
            say(f"    du {french_instant(row['from'])} {end}  –  {row['act']}")
            if not row["presidency"]:
                say("    * l'État ne présidait pas, d'après l'historique fourni")
        if not rows:
            say("Aucun mandat enregistré.")

    answer({"mandates": rows}, show)


@app.command()
def handover(
    to: Annotated[str, typer.Option("--to", help="Ordonnateur entrant")],
    at: Annotated[str, typer.Option("--at", help="Instant de l'arrêté : date ou instant passé")],
    act: Annotated[str | None, typer.Option("--act", help="Acte de nomination de l'entrant")] = None,
    state: Annotated[str | None, typer.Option("--state", help="État de l'entrant : BF, ML ou NE")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Clé publique de l'entrant (.pub)")] = None,
    absence: Annotated[str | None, typer.Option("--absence", help="Carence du sortant : motif constaté")] = None,
    witness: Annotated[list[str] | None, typer.Option("--witness", help="Témoin de la carence (deux fois)")] = None,
) -> None:
    """Remise de service : arrêter la situation, finir un mandat, commencer l'autre."""
    from ledger.mandates.handover import hand_over
    from ledger.signing import load_public

    with evidence("mandate handover", key=str(key)):
        raw = load_public(key.read_bytes(), file=str(key)) if key is not None else None
    witnesses = tuple(witness or ())
    code = state.upper() if state else None
    payload: dict[str, Any] = {"to": to, "at": at, "act": act, "state": code, "key": raw.hex() if raw else None}
    payload |= {"absence": absence, "witnesses": witnesses}

    def perform(unit: Any) -> dict[str, Any]:
        return hand_over(unit, to, at, act, state=code, raw_key=raw, absence=absence, witnesses=witnesses)

    done = open_ledger().perform("mandate handover", perform, payload=payload, key=settings.key)

    def show() -> None:
        say(f"Remise de service n° {done['id']} arrêtée au {french_instant(done['cut_off'])}.")
        say(f"{done['outgoing']} → {done['incoming']}")
        say(f"Empreinte {done['sha256']}")
        say(f"Charges en attente de confirmation : {done['to_confirm']}")
        say(f"Signatures attendues : {_names(done)}")

    answer(done, show)


def _names(done: dict[str, Any]) -> str:
    return ", ".join(done["awaited"]) or "aucune"


@app.command("handover-sign")
def handover_sign(
    record: Annotated[int, typer.Argument(help="Numéro de la remise de service")],
    key: Annotated[Path, typer.Option("--key", help="Clé privée du signataire")],
    reservations: Annotated[str, typer.Option("--reservations", help="Réserves à porter au procès-verbal")] = "",
    passphrase_file: Annotated[Path | None, typer.Option("--passphrase-file", help="Fichier de la phrase")] = None,
) -> None:
    """Signer le procès-verbal : sortant et entrant, ou entrant et deux témoins en cas de carence."""
    from ledger.keys import open_signer
    from ledger.mandates.handover import sign_handover

    phrase = ask_passphrase(f"Phrase secrète de {key.name}", passphrase_file)
    with evidence("mandate handover-sign", record=record, key=key.name):
        signer = open_signer(key, phrase)
    done = open_ledger().perform(
        "mandate handover-sign",
        lambda unit: sign_handover(unit, record, signer, reservations),
        payload={"record": record, "reservations": reservations, "key": signer.public_key},
        key=settings.key,
    )
    answer(done, lambda: say(f"Procès-verbal n° {record} signé ({done['part_title']}). Reste : {_names(done)}"))


@app.command("handover-show")
def handover_show(record: Annotated[int, typer.Argument(help="Numéro de la remise de service")]) -> None:
    """Le procès-verbal d'une remise de service, tel qu'il a été arrêté."""
    from ledger.mandates.handover import read_handover
    from portal.cli.handover_show import show_handover

    with open_ledger().read() as connection:
        document = read_handover(connection, record)
    answer(document, lambda: show_handover(document))
