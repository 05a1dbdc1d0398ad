"""The table that every measure prints: what was done, ours beside the reference, their ratio, the goal, met or not."""

MISSED = "objectif non atteint"


class Table:
    """A short titled table, printed line by line as the figures come."""

    def __init__(self, title: str) -> None:
        self.missed: list[str] = []
        print(f"\n{title}", flush=True)

    def tell(self, what: str, figures: str, ratio: float | None = None, least: float | None = None,
             most: float | None = None) -> None:  # fmt: skip
        """One line; `least` and `most` are the goal of the ratio."""
        shown = "" if ratio is None else f"{ratio:7.2f} ×"
        if ratio is not None and (least is not None or most is not None):
            met = (least is None or ratio >= least) and (most is None or ratio <= most)
            goal = f"≥ {least:.2f}" if least is not None else f"≤ {most:.2f}"
            shown += f"  (objectif {goal}{' : atteint' if met else f' : {MISSED}'})"
            if not met:
                self.missed.append(what)
        print(f"  {what:<50} {figures:>34}  {shown}".rstrip(), flush=True)

    def end(self) -> int:
        """Name again what missed its goal. A missed goal is a figure, not a failure: always 0."""
        if self.missed:
            print(f"  {MISSED} : {' ; '.join(self.missed)}", flush=True)
        return 0
