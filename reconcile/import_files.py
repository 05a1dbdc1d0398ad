"""Import bank files one after the other, the pages of one statement together, and say what became of each."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from ledger.refusal import Refusal
from reconcile.collector import collector_at_rest
from reconcile.import_again import to_take_again
from reconcile.import_statement import Answer, Received, store
from reconcile.model import FileRefused, StatementFile
from reconcile.pages import together
from reconcile.read import bytes_of, read_file, read_together
from reconcile.tables import statement_file

COMMAND = "statement import"


class Request(NamedTuple):
    """The books, and what the person asked for all the files."""

    ledger: Any
    book: str | None
    profile: Any
    dry_run: bool
    historical: bool = False


class _Waiting(NamedTuple):
    """A file of pages whose others may be in the next files."""

    place: int
    file: Received
    refusal: FileRefused


def import_file(ledger: Any, path: Path, book: str | None, profile: Any = None, dry_run: bool = False) -> Answer:
    """Import one bank file. See `import_files`."""
    return import_files(ledger, [path], book, profile, dry_run)[0]


def import_files(
    ledger: Any, paths: Sequence[Path], book: str | None, profile: Any = None, dry_run: bool = False,
    historical: bool = False,
) -> list[Answer]:  # fmt: skip
    """Import bank files and say of each what became of it: `imported`, `already_imported` or `refused`.

    Each file is stored whole or not at all, and a refusal stops no other file: it is in the answer, and in the
    command log. Files that are pages of one statement are read and stored together; the first bears the statements,
    the others name it (`page_of`). `historical` takes a statement years before all others for what it says.
    """
    request = Request(ledger, book, profile, dry_run, historical)
    answers: dict[int, Answer] = {}
    waiting: list[_Waiting] = []
    for place, path in enumerate(paths):
        try:
            found = _take(request, path)
        except Refusal as refusal:
            answers[place] = _refused(path.name, refusal)
            continue
        if isinstance(found, dict):
            answers[place] = found
        else:
            waiting.append(_Waiting(place, *found))
    for places in together([one.refusal.pages_of for one in waiting]):
        _join(request, [waiting[place] for place in places], answers)
    return [answers[place] for place in range(len(paths))]


def _take(request: Request, path: Path) -> Answer | tuple[Received, FileRefused]:
    """What became of one file; or the file and its refusal, when others may bring the pages that it lacks."""
    data = bytes_of(path)
    file = Received(path.name, data, hashlib.sha256(data).hexdigest())
    with request.ledger.read() as connection:
        first = connection.execute(select(statement_file).where(statement_file.c.sha256 == file.sha256)).one_or_none()
        stands = first is not None and not to_take_again(connection, first)
    if first is not None and stands:
        return {"file": path.name, "status": "already_imported", "format": first.format, "refused": None,
                "first_file": first.name, "first_at": first.received_at.isoformat(), "statements": []}  # fmt: skip
    try:
        read = read_file(data, profile=request.profile, bound_currency="XOF", keep_packed=True)
    except FileRefused as refusal:
        if refusal.pages_of:
            return file, refusal
        _log(request, file, refusal)
        raise
    return {"file": path.name, "refused": None, **_store(request, read, [file])}


def _join(request: Request, pages: Sequence[_Waiting], answers: dict[int, Answer]) -> None:
    """Read the files of one statement together; what is still missing refuses them all."""
    files = [page.file for page in pages]
    names = ", ".join(file.name for file in files)
    try:
        if len(pages) == 1:
            raise pages[0].refusal
        read = read_together([file.data for file in files], bound_currency="XOF")
    except FileRefused as refusal:
        for page in pages:
            _log(request, page.file, refusal)
            answers[page.place] = _refused(names, refusal) | {"file": page.file.name}
        return
    try:
        done = _store(request, read, files)
    except Refusal as refusal:
        for page in pages:
            answers[page.place] = _refused(names, refusal) | {"file": page.file.name}
        return
    first = files[0].name
    for page in pages:
        own = done if page is pages[0] else _page(done, first)
        answers[page.place] = {"file": page.file.name, "refused": None, **own}


def _page(done: Answer, first: str) -> Answer:
    """What is said of a file whose lines are told with the first page."""
    counts = {name: 0 for name in done if name.startswith("lines_")}
    return {**done, **counts, "statements": [], "notes": [], "page_of": first}


def _store(request: Request, read: StatementFile, files: Sequence[Received]) -> Answer:
    def act(unit: Any) -> Answer:
        return store(unit, read, files, request.book, request.historical)

    asked = [{"file": file.name, "sha256": file.sha256} for file in files]
    payload: Answer = {**asked[0], "book": request.book} if len(files) == 1 else {"files": asked, "book": request.book}
    if request.historical:
        payload["historical"] = True
    with collector_at_rest():
        done: Answer = request.ledger.perform(COMMAND, act, payload=payload, dry_run=request.dry_run)
    return done


def _log(request: Request, file: Received, refusal: Refusal) -> None:
    """What cannot be read is refused before the books are locked; it is logged like any refusal."""
    if not request.dry_run:
        request.ledger.log_refusal(COMMAND, refusal, {"file": file.name, "sha256": file.sha256})


def _refused(name: str, refusal: Refusal) -> Answer:
    document = refusal.as_json()
    if isinstance(refusal, FileRefused):
        document = {**refusal.named(name).as_json(), "code": refusal.faults[0].code}
    return {"file": name, "status": "refused", "format": getattr(refusal, "format", None),
            "refused": document, "statements": []}  # fmt: skip
