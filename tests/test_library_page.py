"""The page of the library: its examples run as they are printed, in their order."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "library.md"


def examples() -> list[str]:
    """The blocks of Python of the page."""
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_every_example_of_the_library_page_runs_and_says_what_the_books_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    told = []
    for example in examples():
        exec(compile(example, str(PAGE), "exec"), names)  # noqa: S102 - the page's own text
        told.append(capsys.readouterr().out.splitlines())
    names["ledger"].engine.dispose()  # type: ignore[attr-defined]
    assert told == [
        ["1"],
        ["entry_unbalanced 1"],
        ["-250000", "BF 40111 0 250000", "BF 65881 250000 0"],
        ["65881 250000"],
        ["True 1"],
    ]


def test_an_example_of_the_library_page_fits_in_fifteen_lines() -> None:
    lengths = [len([line for line in example.splitlines() if line.strip()]) for example in examples()]
    assert len(lengths) == 5
    assert max(lengths) <= 15
