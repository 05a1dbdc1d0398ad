"""docs/errors.md says what the program says."""

from errors_page import PAGE, catalogue, page


def test_the_page_of_refusals_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_the_page_names_every_refusal_once() -> None:
    text = page()
    assert [code for code in catalogue() if text.count(f"### `{code}`\n") != 1] == []
