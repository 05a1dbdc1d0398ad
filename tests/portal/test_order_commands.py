"""Payment orders from the command line: the same words as in the manual, from the key to the offline check."""

from pathlib import Path

import pytest
from desk import Desk, furnished, order

from ledger.orders.offline_verifier import main as check_offline


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """See `furnished`."""
    monkeypatch.setenv("PCAES_PASSPHRASE", "phrase de test")
    return furnished(tmp_path)


def test_an_order_is_created_signed_paid_and_checked_offline(desk: Desk, tmp_path: Path) -> None:
    made = desk.done("req", "order", "create", desk.write("o.json", order(key="k")))
    assert made == {"orders": [{"id": 1, "number": "2026-0001", "stage": "draft"}]}
    assert desk.done("req", "order", "create", desk.write("o.json", order(key="k"))) == made
    key = ("--key", str(tmp_path / "off.key"))
    stages = [
        desk.done("req", "order", "commit", "1")["stage"],
        desk.done("ctl", "order", "visa", "1")["stage"],
        desk.done("req", "order", "verify", "2026-0001")["stage"],
        desk.done("off", "order", "authorise", "1", *key)["stage"],
        desk.done("acc", "order", "accept", "1", "--all-checks-made")["stage"],
        desk.done("acc", "order", "pay", "1")["stage"],
    ]
    assert stages == ["committed", "visa", "verified", "authorised", "accepted", "paid"]
    shown = desk.done("acc", "order", "show", "1")
    assert (shown["stage"], shown["signature"]["person"], len(shown["checks"])) == ("paid", "off", 11)
    out = tmp_path / "ordre.json"
    desk.done("acc", "order", "export", "1", "--out", str(out))
    specimen = shown["signature"]["public_key"]
    assert check_offline([str(out), "--specimen", specimen, "--documents", str(tmp_path)]) == 0
    assert [row["stage"] for row in desk.done("acc", "order", "list")["orders"]] == ["paid"]
    checks = desk.done("acc", "verify")["checks"]
    assert [check["name"] for check in checks if not check["ok"]] == []


def test_refusals_have_their_codes(desk: Desk, tmp_path: Path) -> None:
    without = order()
    del without["orders"][0]["charges"]
    assert desk.refused("req", "order", "create", desk.write("o.json", without)) == "order_file_unreadable"
    assert desk.refused("acc", "order", "create", desk.write("o.json", order())) == "role_forbidden"
    wrong = order(amount=400_001)
    assert desk.refused("req", "order", "create", desk.write("o.json", wrong)) == "order_charges_differ"
    desk.done("req", "order", "create", desk.write("o.json", order()))
    key = ("--key", str(tmp_path / "off.key"))
    assert desk.refused("off", "order", "authorise", "1", *key) == "order_move_illegal"
    assert desk.refused("req", "order", "show", "77") == "order_unknown"
    desk.done("req", "order", "commit", "1")
    assert desk.refused("off", "order", "visa", "1") == "order_role_wrong"


def test_a_wrong_passphrase_signs_nothing(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.done("req", "order", "create", desk.write("o.json", order()))
    monkeypatch.setenv("PCAES_PASSPHRASE", "une autre phrase")
    assert desk.refused("off", "order", "authorise", "1", "--key", str(tmp_path / "off.key")) == "key_passphrase_wrong"
    monkeypatch.setenv("PCAES_PASSPHRASE", "court")
    assert desk.refused("off", "key", "new", "--out", str(tmp_path / "autre.key")) == "key_passphrase_short"


def test_mandates_are_listed_with_their_specimen(desk: Desk) -> None:
    (row,) = desk.done("adm", "mandate", "list")["mandates"]
    assert (row["state"], row["person"], row["from"], row["to"], row["presidency"]) == (
        "ML", "off", "2024-07-06T00:00:00.000000Z", None, True,
    )  # fmt: skip
    assert desk.done("adm", "key", "list")["keys"][0]["fingerprint"] == row["fingerprint"]


def test_rules_are_set_and_listed(desk: Desk) -> None:
    desk.done(
        "adm", "order", "rules", "threshold", "--amount", "5000", "--visas", "2", "--from", "2026-03-01", "--act", "D"
    )
    (rule,) = desk.done("adm", "order", "rules", "list")["rules"]
    assert (rule["kind"], rule["amount"], rule["visas"], rule["end"]) == ("threshold", 5_000, 2, None)
