"""The hash chain entry by entry: every field that is hashed, for a verifier that knows nothing of the product."""

import json
from collections.abc import Iterator

from sqlalchemy import Connection

from ledger.chain import ENTRY_FIELDS, LINE_FIELDS
from ledger.checks.chain import as_hashed
from reports.exports.entries import Selection, stream


def chain(connection: Connection, selection: Selection) -> Iterator[str]:
    """One JSON object per entry, in the order in which they were recorded: its fields, its lines, its hash."""
    for one in stream(connection, selection, by_date=False):
        document = {name: as_hashed(getattr(one.row, name)) for name in ENTRY_FIELDS}
        document["hash"] = one.row.hash
        document["lines"] = [{name: as_hashed(getattr(line, name)) for name in LINE_FIELDS} for line in one.lines]
        yield json.dumps(document, ensure_ascii=False, separators=(",", ":"))
