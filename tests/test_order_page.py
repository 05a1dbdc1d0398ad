"""docs/ordres.md says every act of an order as the program has it."""

import re

from order_page import PAGE, page

from ledger.orders.stages import STAGE_TITLES
from portal.cli.order import app


def test_the_page_of_orders_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run « make docs »"


def test_every_stage_and_side_state_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8").lower()
    assert [title for title in STAGE_TITLES.values() if title not in text] == []


def test_every_command_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(?:pcaes )?order ([a-z-]+)", PAGE.read_text(encoding="utf-8")))
    known = {command.name or str(command.callback.__name__).rstrip("_") for command in app.registered_commands}
    assert named - known == set()
    assert {"create", "authorise", "recall", "confirm"} <= named
