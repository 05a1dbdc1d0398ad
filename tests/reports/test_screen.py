"""Reports on the terminal: amounts are never cut, however narrow the screen."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from reports.dataset import Control, Report
from reports.screen import print_report


def printed(report: Report, width: int, rows_max: int = 200) -> str:
    stream = io.StringIO()
    print_report(report, Console(file=stream, width=width), rows_max)
    return stream.getvalue()


@pytest.mark.parametrize("width", [60, 100, 160, 240])
def test_every_amount_is_whole_at_any_width(sample_report: Report, width: int) -> None:
    shown = printed(sample_report, width)
    assert shown.count("25\u00a0925\u00a0925\u00a0711") == 1
    assert "148\u00a0148\u00a0146\u00a0918" in shown


def test_a_long_table_says_how_many_lines_are_left_and_still_totals_them(sample_report: Report) -> None:
    shown = printed(sample_report, 240, rows_max=5)
    assert "… 31 lignes de plus" in shown
    assert "4\u00a0748\u00a0580\u00a0000\u00a0000" in shown


def test_invented_data_and_failed_controls_are_said(sample_report: Report) -> None:
    shown = printed(replace(sample_report, controls=(Control("Écart connu", "0", 1, 2),)), 200)
    assert (shown.splitlines()[0], shown.splitlines()[-1]) == ("DONNÉES FICTIVES", "FAUX  Écart connu")
