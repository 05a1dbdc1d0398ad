"""One readable example of each refusal that no other test meets."""

import datetime as dt
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from portal.demo.play import DemoStopped, give
from portal.demo.script import Act
from reports import catalogue
from reports.catalogue import ReportAbsent, report_function

DAY = dt.date(2026, 3, 31)


def test_a_demonstration_stops_at_the_act_that_is_refused(tmp_path: Path) -> None:
    act = Act(DAY, "comptable-bf", ("post", str(tmp_path / "absent.json")))
    with pytest.raises(DemoStopped) as told:
        give(act, f"sqlite:///{tmp_path / 'demo.db'}")
    assert told.value.facts["words"] == "post absent.json"
    assert told.value.facts["day"] == DAY
    assert told.value.message().startswith(
        "La démonstration s'est arrêtée à « pcaes post absent.json » (acte du 31/03/2026) : ✗ "
    )


def test_a_report_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(module: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr(catalogue, "find_spec", nothing)
    with pytest.raises(ReportAbsent) as told:
        report_function("capital")
    assert told.value.code == "report_absent"
    assert told.value.message() == (
        "L'état « capital » n'est pas dans cette installation du programme. Installez une version complète."
    )
