"""The figures behind a reason, held closely where there are hundreds of thousands of them."""

from collections.abc import Iterator, Mapping

_NAMES = ("reference", "amount", "working_days")


class ReferenceFacts(Mapping[str, int | str]):
    """The figures of a pair that an exact reference designates: 64 bytes in memory where a dict takes 200."""

    __slots__ = _NAMES

    def __init__(self, reference: str, amount: int, working_days: int) -> None:
        self.reference = reference
        self.amount = amount
        self.working_days = working_days

    def __getitem__(self, name: str) -> int | str:
        if name not in _NAMES:
            raise KeyError(name)
        value: int | str = getattr(self, name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)

    def __repr__(self) -> str:
        return repr(dict(self))
