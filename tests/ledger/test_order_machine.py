"""Many random acts on mandates and orders, against an oracle that knows the law as a few plain dictionaries."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from order_lives import WEIGHTS, Life
from order_oracle import ONE, WHOLE, Try
from order_surroundings import Disagreement
from ordered import PEOPLE

from ledger.engine import open_engine

LIVES = 8  # lives that Hypothesis leads in the suite
STEPS = 250  # steps of the life that a seed leads


def opened(template: Path, folder: Path) -> Any:
    """Books of one's own."""
    shutil.copyfile(template, folder / "books.db")
    return open_engine(f"sqlite:///{folder / 'books.db'}")


class Orders(RuleBasedStateMachine):
    """A life whose dice are Hypothesis's: what disagrees is made as short as can be."""

    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="orders-"))
        self.life = Life(opened(self.template, self.folder), Random(0))

    def teardown(self) -> None:
        self.life.verified()
        self.life.engine.dispose()
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(dice=st.randoms(use_true_random=False), name=st.sampled_from(sorted(WEIGHTS)))
    def any_step(self, dice: Random, name: str) -> None:
        """One step of any kind, as often as another."""
        self.life.dice = dice
        self.life.office.later(minutes=1)
        getattr(self.life, name)()

    @rule(dice=st.randoms(use_true_random=False))
    def usual_step(self, dice: Random) -> None:
        """One step, as often as its weight."""
        self.life.dice = dice
        self.life.step()
        self.life.balances_agree()


@pytest.mark.hypothesis
def test_the_program_and_the_oracle_never_disagree(sqlite_books_template: Path) -> None:
    """A few lives in the suite; many others under the profile for long runs."""
    Orders.template = sqlite_books_template
    long = settings().max_examples == settings.get_profile("fuzz").max_examples
    run_state_machine_as_test(
        Orders,
        settings=settings(
            max_examples=LIVES * (20 if long else 1),
            stateful_step_count=40,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
            derandomize=not long,
            database=None,
        ),
    )


def test_one_long_life_meets_every_kind_of_act(sqlite_books_template: Path, tmp_path: Path) -> None:
    """Led by a seed, so that the rare acts are met in every run; `bench/fuzz_orders.py` leads many more."""
    told: Counter[tuple[str, bool]] = Counter()
    for seed in ("1", "3"):
        folder = tmp_path / seed
        folder.mkdir()
        life = Life(opened(sqlite_books_template, folder), Random(seed))
        for _ in range(STEPS):
            life.step()
        life.balances_agree()
        life.verified()
        told += life.told
        life.engine.dispose()
    acts = {act for table in (*WHOLE.values(), ONE) for _, act in table}
    made = {name for name, done in told if done}
    assert acts - made == set()
    assert {"hand over", "sign the record", "transfer file", "recall", "threshold", "return (bank)"} <= made


def test_a_disagreement_is_seen(sqlite_books_template: Path, tmp_path: Path) -> None:
    """The net is tried once: an oracle that forgets a visa disagrees with the product."""
    life = Life(opened(sqlite_books_template, tmp_path), Random(1))
    number = life.office.order(100)
    from order_oracle import Known

    life.oracle.orders[number] = Known("payment", {"BF": 100}, "65881", "visa_first", whole="verified")
    with pytest.raises(Disagreement, match="lawful for the oracle, order_move_illegal in the product"):
        life.attempt(number, Try("visa", "ctl"))
    life.engine.dispose()


def test_the_oracle_knows_the_people() -> None:
    from order_oracle import NATION, ROLE

    assert set(ROLE) == set(PEOPLE)
    assert {name: nation for name, (_, _, nation) in PEOPLE.items() if nation} == NATION
