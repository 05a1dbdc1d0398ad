"""Two people who act at the same moment, each through a connection of their own."""

import threading
from collections.abc import Callable, Iterator

from databases import Database
from ordered import Office

from ledger.engine import open_engine
from ledger.refusal import Refusal


def two_offices(database: Database) -> Iterator[tuple[Office, Office]]:
    """The same books through two engines, so through two connections; closed afterwards."""
    engines = [open_engine(database.url) for _ in range(2)]
    yield Office(engines[0]).set_up(), Office(engines[1])
    for engine in engines:
        engine.dispose()


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Start the acts together; for each, `done` or the code of its refusal."""
    start, told = threading.Barrier(len(acts)), [""] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            told[place] = "done"
        except Refusal as refusal:
            told[place] = str(refusal.as_json()["code"])

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)
