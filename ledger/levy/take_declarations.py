"""Put the declarations of a file under the rows that they make, and keep the file itself, part by part."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, insert, select

from ledger.levy.declarations import Declaration, Declared, declaration_print
from ledger.levy.months import Key, OfficeMonth
from ledger.levy.return_rules import Fault, ReturnRow
from ledger.money import format_francs
from ledger.sealed_rows import append_rows
from ledger.tables.declarations import customs_declaration, customs_return_part
from ledger.tables.levy import customs_return_row

COLUMNS = ("return_id", *Declaration._fields)


def with_remittances(
    rows: Sequence[ReturnRow], before: Mapping[Key, OfficeMonth]
) -> tuple[tuple[ReturnRow, ...], list[Fault]]:
    """The rows with what was remitted before: a declaration does not say it, the monthly return does.

    A month that loses its taxable declarations while a remittance is declared is a fault.
    """
    found: list[ReturnRow] = []
    faults: list[Fault] = []
    ordered = sorted(rows, key=lambda row: (row.state, row.office, row.period, row.position))
    for key, group in groupby(ordered, key=lambda row: (row.state, row.office, row.period)):
        own, known = list(group), before.get(key)
        taxable = [row for row in own if not row.exemption]
        if known is not None and known.remitted and not taxable:
            text = (
                f"Ligne {own[0].position} : le bureau {key[1]} n'a plus de déclaration taxable pour {key[2]}, or "
                f"{format_francs(known.remitted)} y sont déclarés reversés. Attendu : d'abord un état mensuel rectifié."
            )
            faults.append(Fault(own[0].position, "code_exoneration", text))
        for row in own:
            if known is not None and not row.exemption:
                remitted = known.remitted, known.reference, known.remitted_on
                found.append(row._replace(remitted=remitted[0], reference=remitted[1], remitted_on=remitted[2]))
            else:
                found.append(row)
    return tuple(found), faults


def same_declarations(connection: Connection, rows: Iterable[ReturnRow], read: Declared) -> bool:
    """True when the last declarations known of an office's month are those of the file, whatever their order."""
    own = {row.exemption: read.prints[row.position] for row in rows}
    first = next(iter(rows))
    table = customs_return_row.c
    month = (table.state == first.state) & (table.office == first.office) & (table.period == first.period)
    detailed = select(customs_return_part.c.return_id).where(customs_return_part.c.part == 1)
    last = select(func.max(table.revision)).where(month, table.return_id.in_(detailed)).scalar_subquery()
    known: dict[str, int] = {}
    declaration = customs_declaration.c
    query = (
        select(
            table.exemption, declaration.number, declaration.date, declaration.importer, declaration.value,
            declaration.assessed, declaration.collected,
        )
        .join(
            customs_declaration,
            (declaration.return_id == table.return_id) & (declaration.row_position == table.position),
        )
        .where(month, table.revision == last)
        .execution_options(yield_per=2_000)
    )  # fmt: skip
    for row in connection.execute(query):
        known[row.exemption] = known.get(row.exemption, 0) + declaration_print(row[1:])
    return known == own


def store_declarations(connection: Connection, return_id: int, read: Declared, rows: Iterable[ReturnRow]) -> int:
    """Write the parts of the file, then the declarations of these rows; returns how many declarations."""
    for place, content in enumerate(read.parts(), start=1):
        connection.execute(insert(customs_return_part).values(return_id=return_id, part=place, content=content))
    wanted = {row.position for row in rows}
    every = len(wanted) == len(read.prints)
    count = 0
    for batch in read.batches():
        fresh = [(return_id, *one) for one in batch if every or one[0] in wanted]
        count += len(fresh)
        if fresh:
            append_rows(connection, customs_declaration.name, COLUMNS, fresh)
    return count


def file_parts(connection: Connection, return_id: int, content: Any) -> Iterable[bytes]:
    """The bytes of a return as it was received, whether kept whole or in parts."""
    if len(content):
        yield bytes(content)
        return
    parts = customs_return_part.c
    for number in (
        connection.execute(select(parts.part).where(parts.return_id == return_id).order_by(parts.part)).scalars().all()
    ):
        one = connection.execute(
            select(parts.content).where(parts.return_id == return_id, parts.part == number)
        ).scalar_one()
        yield bytes(one)
