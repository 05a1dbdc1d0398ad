"""docs/ordres.md: the table of the acts comes from the moves of the program; the rest of the page is written."""

from pathlib import Path

from ledger.orders.act import DERIVED
from ledger.orders.stages import (
    ACT_TITLES,
    CHARGE,
    ROLE_TITLES,
    STAGE_TITLES,
    VERIFICATION_FIRST,
    VISA_FIRST,
    Move,
    moves,
)

PAGE = Path(__file__).resolve().parents[1] / "docs" / "ordres.md"
BEGIN, END = "<!-- table des actes -->", "<!-- fin de la table -->"
POSTS = {
    "acceptance": "D imputation / C 4011x",
    "acceptance_reversal": "la prise en charge, en négatif",
    "payment": "D 4011x / C 5211x",
    "bank_return": "D 5211x / C 47129",
    "regularisation": "D imputation / C 4711x",
}
HEAD = ("acte", "du stade", "au stade", "par", "sur", "motif", "signature", "écriture")


def table() -> str:
    """One row for each move, those of a single order of visa and verification marked."""
    first = [step for step in moves(VISA_FIRST) if step.act not in DERIVED]
    second = [step for step in moves(VERIFICATION_FIRST) if step.act not in DERIVED]
    rows = [_row(step, "") for step in first if step in second]
    rows += [_row(step, " (visa d'abord)") for step in first if step not in second]
    rows += [_row(step, " (liquidation d'abord)") for step in second if step not in first]
    return "\n".join([_line(HEAD), _line(("---",) * len(HEAD)), *rows])


def _row(step: Move, note: str) -> str:
    return _line((
        ACT_TITLES[step.act] + note, STAGE_TITLES[step.source], STAGE_TITLES[step.target], ROLE_TITLES[step.role],
        "chaque charge" if step.level == CHARGE else "l'ordre", "oui" if step.reason else "–",
        "oui" if step.signed else "–", POSTS[step.posts] if step.posts else "–",
    ))  # fmt: skip


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def page() -> str:
    """The page with its table as the program has it now."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
