"""What is wrong with an order is refused by name, and the refusal stays in the command log as evidence."""

import sqlite3
from pathlib import Path

import pytest
from desk import Desk, furnished, order


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """See `furnished`."""
    monkeypatch.setenv("PCAES_PASSPHRASE", "phrase de test")
    return furnished(tmp_path)


def evidence(desk: Desk) -> list[tuple[str, str, str]]:
    """Who was refused what, and why, in the order of the log."""
    with sqlite3.connect(desk.folder / "livres.db") as connection:
        query = "SELECT actor, command, code FROM command_log WHERE outcome = 'refused' ORDER BY id"
        return [tuple(row) for row in connection.execute(query)]


def key(desk: Desk) -> tuple[str, str]:
    """The officer's key."""
    return "--key", str(desk.folder / "off.key")


def until(desk: Desk, act: str) -> None:
    """The first order, up to an act."""
    desk.done("req", "order", "create", desk.write("o.json", order()))
    words = {"commit": "req", "visa": "ctl", "verify": "req", "authorise": "off", "accept": "acc"}
    for name, person in words.items():
        more = {"authorise": key(desk), "accept": ("--all-checks-made",)}.get(name, ())
        desk.done(person, "order", name, "1", *more)
        if name == act:
            return


def test_the_wrong_stage_and_the_wrong_person(desk: Desk) -> None:
    until(desk, "commit")
    assert desk.refused("off", "order", "authorise", "1", *key(desk)) == "order_move_illegal"
    assert desk.refused("off", "order", "visa", "1") == "order_role_wrong"
    assert evidence(desk) == [
        ("off", "order authorise", "order_move_illegal"),
        ("off", "order visa", "order_role_wrong"),
    ]


def test_the_wrong_day(desk: Desk) -> None:
    until(desk, "authorise")
    early = desk.refused("acc", "order", "accept", "1", "--all-checks-made", "--date", "2026-02-01")
    assert (early, evidence(desk)) == ("order_date_wrong", [("acc", "order accept", "order_date_wrong")])


def test_the_wrong_amount_and_the_wrong_account_of_the_payee(desk: Desk) -> None:
    wrong = desk.write("a.json", order(amount=400_001))
    nobody = desk.write("b.json", order(payee={"name": "Bénéficiaire", "iban": "NE58NE9990100102025000033368"}))
    assert desk.refused("req", "order", "create", wrong) == "order_charges_differ"
    assert desk.refused("req", "order", "create", nobody) == "iban_invalid"
    assert evidence(desk) == [
        ("req", "order create", "order_charges_differ"),
        ("req", "order create", "iban_invalid"),
    ]


def test_no_funds(desk: Desk) -> None:
    charges = [{"book": "BF", "amount": 1_000_001}]
    desk.done("req", "order", "create", desk.write("o.json", order(amount=1_000_001, charges=charges)))
    assert desk.refused("req", "order", "commit", "1") == "order_funds"
    assert evidence(desk) == [("req", "order commit", "order_funds")]


def test_a_key_that_was_ended_and_one_that_does_not_open(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    until(desk, "verify")
    monkeypatch.setenv("PCAES_PASSPHRASE", "une autre phrase")
    assert desk.refused("off", "order", "authorise", "1", *key(desk)) == "key_passphrase_wrong"
    monkeypatch.setenv("PCAES_PASSPHRASE", "phrase de test")
    public = str(desk.folder / "off.key.pub")
    desk.done("adm", "key", "revoke", public, "--user", "off", "--reason", "Clé perdue")
    assert desk.refused("off", "order", "authorise", "1", *key(desk)) == "key_unregistered"
    assert evidence(desk) == [
        ("off", "order authorise", "key_passphrase_wrong"),
        ("off", "order authorise", "key_unregistered"),
    ]


def test_tampered_files(desk: Desk) -> None:
    until(desk, "verify")
    private = desk.folder / "off.key"
    private.write_bytes(private.read_bytes().replace(b"\nMI", b"\nMJ", 1))
    assert desk.refused("off", "order", "authorise", "1", *key(desk)) == "key_unreadable"
    (desk.folder / "o.json").write_text("{", encoding="utf-8")
    assert desk.refused("req", "order", "create", str(desk.folder / "o.json")) == "entry_file_unreadable"
    (desk.folder / "off.key.pub").write_text("rien", encoding="utf-8")
    public = str(desk.folder / "off.key.pub")
    assert desk.refused("adm", "key", "register", public, "--user", "off") == "key_unreadable"
    assert [(command, code) for _, command, code in evidence(desk)] == [
        ("order authorise", "key_unreadable"),
        ("order create", "entry_file_unreadable"),
        ("key register", "key_unreadable"),
    ]


def test_an_order_in_the_hands_of_the_bank(desk: Desk) -> None:
    desk.done("adm", "account", "bind", "BF", "--iban", "BF42BF9990100102025000011784")
    until(desk, "accept")
    file = desk.folder / "virements.xml"
    first = desk.done("acc", "order", "transfer-file", "--book", "BF", "--out", str(file))
    bytes_of_first = file.read_bytes()
    file.unlink()
    again = desk.done("acc", "order", "transfer-file", "--again", first["message"], "--out", str(file))
    assert (file.read_bytes(), again["sha256"]) == (bytes_of_first, first["sha256"])
    assert desk.refused("off", "order", "cancel", "1", "--reason", "Erreur") == "order_in_transfer_file"
    desk.done("acc", "order", "recall", first["message"], "--reason", "IBAN à vérifier", "--bank-reference", "BQ-12")
    assert desk.done("off", "order", "cancel", "1", "--reason", "Erreur")["stage"] == "cancelled"
    (held,) = desk.done("acc", "order", "transfers")["files"]
    assert held["orders"][0]["recalled"]["bank_reference"] == "BQ-12"
    assert evidence(desk) == [("off", "order cancel", "order_in_transfer_file")]


def test_no_screen_is_wider_than_eighty_columns(desk: Desk) -> None:
    from portal.cli.call import call

    until(desk, "accept")
    desk.now = "2026-03-20T09:00:00Z"
    desk.done("adm", "user", "add", "neo", "--role", "officer")
    taking = ("--to", "neo", "--at", "2026-03-20", "--state", "NE", "--act", "Acte fictif n° 2")
    desk.done("adm", "mandate", "handover", *taking)
    for words in (
        ("order", "show", "1"), ("order", "list"), ("order", "transfers"), ("order", "rules", "list"),
        ("mandate", "list"), ("mandate", "handover-show", "1"), ("key", "list"),
    ):  # fmt: skip
        shown = call(words, database=desk.database, actor="acc", now=desk.now)
        assert shown.code == 0
        assert [line for line in shown.out.splitlines() if len(line) > 80] == [], words
