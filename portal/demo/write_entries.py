"""The entries as the JSON file that `pcaes post` takes."""

import json
from typing import Any

from portal.demo.model import Entry, EntryFile, Posting


def _line(line: Posting) -> dict[str, Any]:
    side = {"debit": line.debit} if line.debit else {"credit": line.credit}
    return {"account": line.account, **side, "label": line.label, "reference": line.reference}


def _entry(entry: Entry) -> dict[str, Any]:
    content = {
        "book": entry.book,
        "journal": entry.journal,
        "date": entry.day.isoformat(),
        "document": entry.document,
        "document_date": entry.day.isoformat(),
        "label": entry.label,
        "key": f"fictif:{entry.book}:{entry.journal}:{entry.document}",
        "lines": [_line(line) for line in entry.lines],
    }
    if entry.transfer:
        content["transfer"] = entry.transfer
    return content


def write_entries(file: EntryFile) -> bytes:
    """The bytes of one file of entries, UTF-8."""
    document = {"entries": [_entry(entry) for entry in file.entries]}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
