"""The cells of one column, a run of rows at a time: exact numbers, real dates, text that can never be a formula."""

from collections.abc import Callable, Sequence

from ledger.money import AMOUNT_MAX
from reports.dataset import Cell, Kind
from reports.exact import exact
from reports.workbook.cells import NOT_PLAIN, PLAIN_MAX, number_text, text_element

MEMORY_MAX = 50_000
"""Different values of a column that are remembered."""

PartsOf = Callable[[Sequence[Cell]], list[str]]


def parts_of(kind: Kind, before: str, after: str, *, live: bool = False) -> PartsOf:
    """What turns a run of values into their cells: from `before`, which ends in the style, to `after` the cell.

    `live`: the cell holds a formula, `before` ends it, and only its value is missing.
    """
    opened, closed = ("", "</c>") if live else (">", "/>")
    empty = f"{before}{closed}{after}"
    if kind == "text" and not live:
        return _texts(f'{before} t="inlineStr"><is>', f"</is></c>{after}", empty)
    front, back = f"{before}{opened}<v>", f"</v></c>{after}"
    if kind in ("francs", "integer", "text"):
        return lambda values: _amounts(values, front, back, empty)
    memory = _Memory(lambda value: f"{front}{number_text(kind, value)}{back}", empty)
    return lambda values: [memory[value] for value in values]


class _Memory(dict[Cell, str]):
    """Cells remembered by value: labels, titles and dates come back thousands of times."""

    def __init__(self, make: Callable[[Cell], str], empty: str) -> None:
        super().__init__()
        self._make = make
        self._empty = empty

    def __missing__(self, value: Cell) -> str:
        if len(self) > MEMORY_MAX:
            self.clear()
        part = self[value] = self._empty if value is None else self._make(value)
        return part


def _amounts(values: Sequence[Cell], front: str, back: str, empty: str) -> list[str]:
    if set(map(type, values)) == {int} and min(values) >= -AMOUNT_MAX and max(values) <= AMOUNT_MAX:  # type: ignore[type-var, operator]  # all int, just checked
        return [f"{front}{value}{back}" for value in values]
    return [empty if value is None else f"{front}{exact(value)}{back}" for value in values]


def _texts(front: str, back: str, empty: str) -> PartsOf:
    memory = _Memory(lambda value: f"{front}{text_element(str(value))}{back}", empty)
    plain_front, plain_back = f"{front}<t>", f"</t>{back}"

    def parts(values: Sequence[Cell]) -> list[str]:
        if len(set(values)) * 2 < len(values):
            return [memory[value] for value in values]
        texts = [value for value in values if isinstance(value, str)]
        if texts and _ordinary(texts):
            if len(texts) == len(values):
                return [f"{plain_front}{text}{plain_back}" for text in texts]
            if set(map(type, values)) == {str, type(None)}:
                return [empty if value is None else f"{plain_front}{value}{plain_back}" for value in values]
        return [memory[value] for value in values]

    return parts


def _ordinary(texts: list[str]) -> bool:
    """True when no text of the run has to be escaped, shown, cut or kept with its outer spaces: one look for all."""
    run = "\n".join(texts)
    if run[:1] == " " or run[-1:] == " " or " \n" in run or "\n " in run or max(map(len, texts)) >= PLAIN_MAX:
        return False
    bare = run.replace("\n", "", len(texts) - 1)
    if bare.isprintable():
        # several times faster than the expression, which is for what is plain and yet not « printable »: hard spaces
        return not ("&" in bare or "<" in bare or ">" in bare or "_x" in bare)
    return NOT_PLAIN.search(bare) is None
