"""A process killed while it posts: the books open, hold whole commands only, and a second sending completes them."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from databases import Database

COMMANDS = 60
ENTRIES = 25
CHILD = """
import sys
from datetime import date
from ledger.commands import post
from ledger.engine import open_engine
from ledger.entry import EntryDraft, Line
from ledger.unit import Ledger

url, first, commands, entries = sys.argv[1], *map(int, sys.argv[2:])
ledger = Ledger(open_engine(url), "installation")
print("ready", flush=True)
for command in range(first, commands):
    drafts = [
        EntryDraft(
            "BF", "OD", date(2026, 3, 5), f"P-{command}-{place}", "Essai",
            (Line("65881", command + 1), Line("40111", 0, command + 1)), key=f"kill-{command}-{place}",
        )
        for place in range(entries)
    ]
    ledger.perform("post", lambda unit: post(unit, drafts), payload=command, key=f"command-{command}")
print("done", flush=True)
"""


def post_in_child(url: str) -> subprocess.Popen[str]:
    """A process that sends every command from the first one, with the same keys each time."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url, "0", str(COMMANDS), str(ENTRIES)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


@pytest.mark.parametrize("seed", [1, 2])
def test_whoever_is_killed_leaves_whole_commands_and_the_same_keys_complete_them(books: Database, seed: int) -> None:
    from posting import failed, rows

    from ledger.engine import open_engine
    from ledger.unit import Ledger

    dice = random.Random(seed)
    engine = open_engine(books.url)
    ledger = Ledger(engine, "auditeur")
    stood = 0
    for _ in range(4):
        with post_in_child(books.url) as child:
            time.sleep(dice.uniform(0.0, 0.12))
            child.kill()
        with ledger.read() as connection:
            keys = [key for (key,) in rows(connection, "SELECT key FROM entry ORDER BY id")]
            done = rows(connection, "SELECT key FROM command_log WHERE outcome = 'done' ORDER BY id")
        whole = len(done)
        assert keys == [f"kill-{command}-{place}" for command in range(whole) for place in range(ENTRIES)]
        assert done == [(f"command-{command}",) for command in range(whole)]
        assert whole >= stood
        assert failed(ledger) == []
        stood = whole
    with post_in_child(books.url) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "done\n"
    with ledger.read() as connection:
        assert rows(connection, "SELECT count(*), max(number), count(DISTINCT key) FROM entry") == [
            (COMMANDS * ENTRIES, COMMANDS * ENTRIES, COMMANDS * ENTRIES)
        ]
        answers = [json.loads(answer) for (answer,) in rows(connection, "SELECT answer FROM command_log ORDER BY id")]
    assert [len(answer["entries"]) for answer in answers] == [ENTRIES] * COMMANDS
    assert failed(ledger) == []
    engine.dispose()
