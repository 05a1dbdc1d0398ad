"""Writes docs/errors.md from the refusals themselves. Run as a program (`make docs`) it rewrites the page."""

import importlib
import pkgutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "errors.md"
PACKAGES = ("ledger", "reconcile", "reports", "portal")

HEAD = """# Refus

Cette page est écrite d'après le code (`make docs`). Un refus n'a rien enregistré dans les livres. En sortie JSON :
`{"refused": {"code": …, "message": …, "facts": {…}}}` ; code de sortie 1 quand une règle refuse, 2 quand la commande
est mal employée. Entre accolades, les faits que la phrase nomme : `:F` un montant en francs, `:D` une date.
"""


def catalogue():
    """Every refusal of the product by its code, in the order of the codes."""
    for package in PACKAGES:
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    from ledger.refusal import CATALOGUE

    shipped = {code: refusal for code, refusal in CATALOGUE.items() if refusal.__module__.split(".")[0] in PACKAGES}
    return dict(sorted(shipped.items()))


def page() -> str:
    """The page, grouped by the package that refuses."""
    lines = [HEAD]
    every = catalogue()
    for package in PACKAGES:
        mine = {code: refusal for code, refusal in every.items() if refusal.__module__.split(".")[0] == package}
        if not mine:
            continue
        lines.append(f"## {package}\n")
        for code, refusal in mine.items():
            usage = " · code de sortie 2" if refusal.exit_code == 2 else ""
            lines.append(f"### `{code}`\n")
            lines.append(f"{refusal.sentence.strip()}\n")
            lines.append(f"<small>`{refusal.__module__}.{refusal.__qualname__}`{usage}</small>\n")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(page(), encoding="utf-8")
