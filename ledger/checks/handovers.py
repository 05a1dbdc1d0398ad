"""Records of handover made again from nothing: what they froze was true, and those they name have signed them."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from ledger.check import Check, Row
from ledger.keys import keys_at
from ledger.mandates.handover import read_handover, signed_bytes
from ledger.mandates.situation import situation_at
from ledger.signing import signature_holds
from ledger.tables.mandates import handover_record
from ledger.tables.types import instant_from

WORDS = ("title", "stage_title")
"""Titles follow the chart and the program; the record keeps those of its day."""


def _records(connection: Connection) -> Iterator[Row]:
    for row in connection.execute(select(handover_record)).all():
        if sha256(row.content.encode("utf-8")).hexdigest() != row.sha256:
            yield {"record": row.id, "fault": "handover_changed"}
        content = json.loads(row.content)
        for part, found in situation_at(connection, row.cut_off, row.command_id).items():
            if _facts(content.get(part)) != _facts(found):
                yield {"record": row.id, "part": part, "fault": "handover_untrue"}
        yield from _signatures(connection, row)


def _facts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _facts(one) for name, one in value.items() if name not in WORDS}
    return [_facts(one) for one in value] if isinstance(value, list) else value


def _signatures(connection: Connection, row: Any) -> Iterator[Row]:
    document = read_handover(connection, row.id)
    for one in document["signatures"]:
        person = document["signatories"].get(one["part"])
        at = instant_from(one["signed_at"])
        data = signed_bytes(row.sha256, one["part"], one["person"], one["reservations"], at)
        good = signature_holds(bytes.fromhex(one["public_key"]), bytes.fromhex(one["signature"]), data)
        known = one["public_key"] in {key.public_key for key in keys_at(connection, one["person"], at)}
        if person != one["person"] or not good or not known:
            yield {"record": row.id, "part": one["part"], "fault": "signature_invalid"}


CHECKS = (Check("handovers", "Chaque remise de service est telle qu'arrêtée et signée", _records),)
"""What holds of the records of handover."""
