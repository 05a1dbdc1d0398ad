"""`pcaes order transfer-file`, `recall`, `transfers`: what is given to the bank, and what it gives back unpaid."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.instants import french_day

DAY = ["%Y-%m-%d"]
Out = Annotated[Path, typer.Option("--out", help="Fichier pain.001 à écrire")]
Debited = Annotated[str | None, typer.Option("--book", help="Livre dont le compte est débité : BF, ML ou NE")]
Execution = Annotated[datetime | None, typer.Option("--execution", formats=DAY, help="Date d'exécution demandée")]
Again = Annotated[str | None, typer.Option("--again", help="Refaire à l'identique un fichier perdu : son message")]
Message = Annotated[str, typer.Argument(help="Message du fichier : PCAES-BF-2026-0001")]
Why = Annotated[str, typer.Option("--reason", help="Motif du rappel")]
Agreed = Annotated[str, typer.Option("--bank-reference", help="Référence de l'accord de la banque, qui n'a pas payé")]
Orders = Annotated[list[str] | None, typer.Option("--order", help="Seulement cet ordre (plusieurs fois possible)")]


def transfer_file(out: Out, book: Debited = None, execution: Execution = None, again: Again = None) -> None:
    """Écrire le fichier de virements des ordres pris en charge, chacun une seule fois."""
    from ledger.orders.transfer_file import make_transfer_file, stored_file
    from ledger.orders.transfer_recall import copy_transfer_file

    if (book is None) == (again is None):
        raise typer.BadParameter(
            "donnez le livre à débiter, ou --again et le message d'un fichier.", param_hint="--book"
        )
    ledger = open_ledger()
    if again is not None:
        done = ledger.perform(
            "order transfer-copy",
            lambda unit: copy_transfer_file(unit, again),
            payload={"message": again},
            key=settings.key,
        )
    else:
        day, code = execution.date() if execution else None, (book or "").upper()
        done = ledger.perform(
            "order transfer-file",
            lambda unit: make_transfer_file(unit, code, day)[0],
            payload={"book": book, "execution": day},
            key=settings.key,
        )
    with ledger.read() as connection:
        content = stored_file(connection, done["message"]) or b""
    out.write_bytes(content)
    answer({**done, "file": str(out)}, lambda: _show_file(done, out))


def _show_file(done: dict[str, Any], out: Path) -> None:
    from ledger.money import format_francs
    from ledger.plural import counted

    again = ", refait à l'identique" if done.get("copy") else ""
    say(f"Fichier de virements {done['message']}{again} : {counted(done['count'], 'virement')},")
    say(f"{format_francs(done['amount'])} FCFA → {out}")
    say(f"SHA-256 {done['sha256']}")


def recall(message: Message, reason: Why, bank_reference: Agreed, order: Orders = None) -> None:
    """Enregistrer le rappel de virements que la banque n'a pas exécutés (comptable du livre)."""
    from ledger.money import format_francs
    from ledger.orders.transfer_recall import recall_transfers
    from ledger.plural import counted

    done = open_ledger().perform(
        "order recall",
        lambda unit: recall_transfers(unit, message, reason, bank_reference, order or ()),
        payload={"message": message, "reason": reason, "bank_reference": bank_reference, "orders": order or []},
        key=settings.key,
    )

    def show() -> None:
        count = counted(len(done["orders"]), "virement rappelé", "virements rappelés")
        say(f"Fichier {done['message']} : {count}, {format_francs(done['amount'])} FCFA.")
        say(f"Ordres qui n'y sont plus : {', '.join(done['orders'])}")
        if done["left"]:
            say(f"Restent dans le fichier : {', '.join(done['left'])}")

    answer(done, show)


def transfers(book: Debited = None) -> None:
    """Les fichiers de virements écrits, leurs ordres et leurs rappels."""
    from ledger.orders.transfer_recall import transfer_files
    from ledger.refusal import plain

    with open_ledger().read() as connection:
        rows = [plain(row) for row in transfer_files(connection, book.upper() if book else None)]

    def show() -> None:
        for row in rows:
            say(f"{row['message']}  exécution le {french_day(row['execution'])}  par {row['by']}")
            for one in row["orders"]:
                back = one["recalled"]
                told = f"  rappelé le {french_day(back['at'])}, accord {back['bank_reference']}" if back else ""
                say(f"    {one['order']}{told}")
        if not rows:
            say("Aucun fichier de virements.")

    answer({"files": rows}, show)
