"""The story written out as the files that Treasuries, banks and accountants would bring."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from portal.demo.model import BankAccount, EntryFile, MonthlyStatement, OrderPlan, ReturnFile, Story
from portal.demo.places import account_of

EXTENSIONS = {"cfonb120": "cfo", "mt940": "sta", "camt.053": "xml", "xlsx": "xlsx"}


@dataclass(frozen=True, slots=True)
class FileSet:
    """Where everything was written, each path beside the part of the story that it holds, by date."""

    returns: tuple[tuple[Path, ReturnFile], ...]
    statements: tuple[tuple[Path, MonthlyStatement], ...]
    entries: tuple[tuple[Path, EntryFile], ...]
    orders: tuple[tuple[Path, OrderPlan], ...]
    guide: Path
    """The page that says what is in the files and what must be found there."""


def statement_bytes(account: BankAccount, statement: MonthlyStatement) -> bytes:
    """One month of one account in the format of its bank."""
    from portal.demo.write_camt053 import write_camt053
    from portal.demo.write_cfonb120 import write_cfonb120
    from portal.demo.write_mt940 import write_mt940
    from portal.demo.write_xlsx import write_xlsx

    writers: dict[str, Callable[[BankAccount, MonthlyStatement], bytes]] = {
        "cfonb120": write_cfonb120,
        "mt940": write_mt940,
        "camt.053": write_camt053,
        "xlsx": write_xlsx,
    }
    return writers[statement.format](account, statement)


def write_files(story: Story, folder: Path) -> FileSet:
    """Writes `etats/`, `releves/`, `ecritures/` and `ordres/` under the folder; the same story gives the same bytes.

    An order names its supporting document by a path relative to its own file.
    """
    from portal.demo.write_entries import write_entries
    from portal.demo.write_guide import write_guide
    from portal.demo.write_orders import document_name, write_document, write_order
    from portal.demo.write_returns import write_returns

    places = {name: folder / name for name in ("etats", "releves", "ecritures", "ordres")}
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    returns, statements, entries = [], [], []
    for file in story.returns:
        path = places["etats"] / f"{file.name}.csv"
        path.write_bytes(write_returns(file))
        returns.append((path, file))
    for month in sorted(story.statements, key=lambda one: (one.period, one.book)):
        path = places["releves"] / f"FICTIF_{month.book}_{month.period}.{EXTENSIONS[month.format]}"
        path.write_bytes(statement_bytes(account_of(month.book), month))
        statements.append((path, month))
    for posted in story.entries:
        path = places["ecritures"] / f"{posted.name}.json"
        path.write_bytes(write_entries(posted))
        entries.append((path, posted))
    orders = []
    for order in story.orders:
        path = places["ordres"] / f"FICTIF_{order.key}.json"
        document = document_name(order)
        (places["ordres"] / document).write_bytes(write_document(order))
        path.write_bytes(write_order(order, document))
        orders.append((path, order))
    guide = folder / "LISEZ-MOI.md"
    guide.write_bytes(write_guide(story))
    return FileSet(tuple(returns), tuple(statements), tuple(entries), tuple(orders), guide)
