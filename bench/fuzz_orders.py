"""Live through thousands of random acts on orders and mandates, and compare each with an oracle that knows the law.

`python bench/fuzz_orders.py [acts] [seed]` (10 000 acts by default). Prints each kind of act with how often it was made
and refused, the codes of the refusals, and the disagreements: there must be none. The same seed lives the same lives.
"""

import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from order_lives import Life  # noqa: E402 - the tests are not a package: they are found by their folder

from ledger.engine import open_engine  # noqa: E402 - after the folder of the tests
from ledger.setup import create_books  # noqa: E402 - the same

STEPS = 220
"""Steps of one life."""
COMPARED = 20
"""Steps between two comparisons of every balance."""


def live(template: Path, folder: Path, seed: str, told: Counter[tuple[str, bool]], codes: Counter[str]) -> str | None:
    """One life on books of its own; gives the disagreement that ended it, or None."""
    file = folder / "books.db"
    shutil.copyfile(template, file)
    engine = open_engine(f"sqlite:///{file}")
    life = Life(engine, Random(seed))
    try:
        for step in range(STEPS):
            life.step()
            if step % COMPARED == 0:
                life.balances_agree()
        life.balances_agree()
        life.verified()
    except AssertionError as fault:
        return f"{seed} : {fault}"
    finally:
        told.update(life.told)
        codes.update(life.codes)
        engine.dispose()
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
    return None


def show(told: Counter[tuple[str, bool]], codes: Counter[str], faults: list[str], seconds: float, lives: int) -> None:
    """The table, the refusals, the verdict."""
    print(f"{'acte':<24}{'faits':>8}{'refusés':>9}")
    for name in sorted({name for name, _ in told}):
        print(f"{name:<24}{told[name, True]:>8}{told[name, False]:>9}")
    made, refused = (sum(count for (_, one), count in told.items() if one is kind) for kind in (True, False))
    print(f"{'TOTAL':<24}{made:>8}{refused:>9}   = {made + refused} actes, {lives} vies, {seconds:.0f} s")
    print("Refus : " + ", ".join(f"{code} {count}" for code, count in codes.most_common() if code))
    print(f"Désaccords : {len(faults)}")
    for fault in faults:
        print(f"  {fault}")


def main(wanted: int, seed: str) -> int:
    """Lives until as many acts as wanted; 1 when the oracle disagreed."""
    told: Counter[tuple[str, bool]] = Counter()
    codes: Counter[str] = Counter()
    faults: list[str] = []
    began, lives = time.monotonic(), 0
    memory = Path("/dev/shm")  # noqa: S108 - a file in memory where the system has one: only the law is tried
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        template = Path(name) / "template.db"
        create_books(f"sqlite:///{template}", fictional=True)
        while sum(told.values()) < wanted and len(faults) < 5:
            lives += 1
            fault = live(template, Path(name), f"{seed}-{lives}", told, codes)
            if fault:
                faults.append(fault)
            print(f"\r{sum(told.values())} actes…", end="", file=sys.stderr, flush=True)
    print("\r", end="", file=sys.stderr)
    show(told, codes, faults, time.monotonic() - began, lives)
    return 1 if faults else 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(int(arguments[0]) if arguments else 10_000, arguments[1] if len(arguments) > 1 else "2026"))
