"""One customs declaration, and the file of declarations that a monthly return is made of."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Declaration(NamedTuple):
    """One declaration under one exemption code, in whole francs, as it is stored: the date as ISO 8601 text.

    `row_position` is the place of the return's row that it is summed in, `position` its own line in the file.
    """

    row_position: int
    position: int
    number: str
    date: str
    importer: str | None
    value: int
    assessed: int
    collected: int


def declaration_print(fields: Sequence[object]) -> int:
    """A number that says the content of one declaration: number, date, importer, value, assessed, collected.

    The prints of the declarations of a row are added up, so that their order in the file does not matter.
    """
    text = "\x1f".join("" if one is None else str(one) for one in fields)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")


@dataclass(frozen=True, slots=True)
class Declared:
    """The declarations of a file, read in a stream as often as wanted; `prints` by the position of the return's row.

    `parts` gives the bytes of the file again, a mebibyte at a time; `close` lets go of what was set aside.
    """

    count: int
    prints: Mapping[int, int]
    batches: Callable[[], Iterator[list[Declaration]]]
    parts: Callable[[], Iterator[bytes]]
    close: Callable[[], None]
