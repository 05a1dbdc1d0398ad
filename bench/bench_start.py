"""How long the program takes to answer `--help`, beside a bare Python, in one run.

    python bench/bench_start.py [turns]

Each turn starts both in processes of their own, one after the other. Goal: 12 times a bare Python at most.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from figures import Table

GOAL = 12.0
PCAES = Path(sys.executable).with_name("pcaes")
WAYS = {
    "Python nu": [sys.executable, "-c", "pass"],
    "pcaes --help": [str(PCAES), "--help"],
    "pcaes --version": [str(PCAES), "--version"],
}


def seconds(command: list[str]) -> float:
    """One start, from the call to the end of the process."""
    before = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - before


def main() -> int:
    """Print the medians and the ratio."""
    shown = Table("Démarrage")
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    for command in WAYS.values():
        seconds(command)  # the first start writes bytecode
    runs = [{way: seconds(command) for way, command in WAYS.items()} for _ in range(turns)]
    medians = {way: statistics.median(run[way] for run in runs) for way in WAYS}
    bare = medians["Python nu"]
    for way, median in medians.items():
        goal = GOAL if way == "pcaes --help" else None
        shown.tell(way, f"{median * 1000:.0f} / {bare * 1000:.0f} ms", median / bare, most=goal)
    return shown.end()


if __name__ == "__main__":
    sys.exit(main())
