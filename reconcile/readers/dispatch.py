"""From the bytes of a file to its statements, in this very process: the format is found, its reader called."""

import importlib
from collections.abc import Sequence
from typing import Any

from reconcile.model import Fault, FileRefused, StatementFile
from reconcile.readers.archive import looks_packed
from reconcile.readers.detect import detect

READERS = {
    "mt940": "reconcile.readers.mt940",
    "mt942": "reconcile.readers.mt942",
    "cfonb120": "reconcile.readers.cfonb120",
    "camt.052": "reconcile.readers.camt",
    "camt.053": "reconcile.readers.camt",
    "camt.054": "reconcile.readers.camt",
    "ofx": "reconcile.readers.ofx",
    "csv": "reconcile.readers.csv_table",
    "xlsx": "reconcile.readers.xlsx",
}
"""The module that reads each format; imported only when a file of that format comes."""

PACKED_CAMT = "reconcile.readers.camt_archive"

MAPPED = ("csv", "xlsx")
"""Formats whose columns a profile may name."""


def read_bytes(data: bytes, *, profile: Any = None, bound_currency: str | None = None) -> StatementFile:
    """The statements of a file whose format only its content tells.

    `profile` is the saved mapping of a CSV or XLSX export; `bound_currency` the currency of the account in
    the books, for formats that may leave it out.
    Refuses: what `detect` and the reader of the format refuse; reader_failed when a reader itself is at
    fault, never a traceback.
    """
    kind: str | None = None
    try:
        kind = detect(data)
        name = PACKED_CAMT if kind.startswith("camt") and looks_packed(data) else READERS[kind]
        options: dict[str, Any] = {"bound_currency": bound_currency}
        if kind in MAPPED:
            options["profile"] = profile
        read = importlib.import_module(name).read(data, **options)
        return read if isinstance(read, StatementFile) else StatementFile(kind, tuple(read))
    except FileRefused as refusal:
        if refusal.format is None and kind is not None:
            raise FileRefused(refusal.faults, format=kind) from refusal
        raise
    except MemoryError as error:
        raise FileRefused([memory_fault()], format=kind) from error
    except Exception as error:
        raise FileRefused([_failed(error)], format=kind) from error


def read_pages(documents: Sequence[bytes], *, bound_currency: str | None = None) -> StatementFile:
    """The statements of several files that are pages of one another, all of them or none.

    Refuses: what `read_bytes` refuses; structure when the files are not of one format that has pages.
    """
    kinds = {detect(document) for document in documents}
    kind = kinds.pop() if len(kinds) == 1 else ""
    try:
        if kind == "mt940":
            from reconcile.readers import mt940

            return StatementFile(kind, mt940.read_documents(documents, bound_currency=bound_currency))
        if kind.startswith("camt"):
            from reconcile.readers import camt
            from reconcile.readers.camt_archive import documents_of

            parts = [part for one in documents for part in (documents_of(one) if looks_packed(one) else [one])]
            return camt.read_documents(parts, bound_currency=bound_currency)
    except FileRefused:
        raise
    except MemoryError as error:
        raise FileRefused([memory_fault()], format=kind) from error
    except Exception as error:
        raise FileRefused([_failed(error)], format=kind) from error
    raise FileRefused([Fault("structure", "Ces fichiers ne sont pas les pages d'un même relevé.", {})])


def memory_fault() -> Fault:
    """The file asked for more memory than a statement ever needs."""
    return Fault(
        "reading_aborted",
        "La lecture du fichier a été interrompue : elle demandait plus de mémoire qu'un relevé n'en exige. "
        "Le fichier est abîmé ou piégé ; demandez à la banque de le fournir de nouveau.",
        {"reason": "memory"},
    )


def _failed(error: Exception) -> Fault:
    """A fault of the program, for the people who maintain it: where it happened, not the file's content."""
    trace = error.__traceback__
    place = ""
    while trace is not None:
        place = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return Fault(
        "reader_failed",
        "Le programme n'a pas su lire ce fichier, par sa propre faute. Rien n'a été retenu. Conservez le fichier tel "
        f"quel et signalez l'anomalie ({type(error).__name__}, {place}) aux responsables de l'application.",
        {"error": type(error).__name__, "place": place},
    )
