"""Declared layouts of CSV and XLSX exports, kept in the books; the newest declaration of a name is in force."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from ledger.refusal import Refusal
from ledger.system_words import system_reason
from ledger.users import allow
from reconcile.profile import Profile, ProfileInvalid
from reconcile.tables import statement_profile


class ProfileUnknown(Refusal):
    """No layout of that name was declared."""

    code = "profile_unknown"
    sentence = (
        "Aucune disposition « {name} » n'est déclarée. Dispositions connues : {known}. "
        "Déclarez-la par « pcaes statement profile declare »."
    )


class ProfileUnreadable(Refusal):
    """The file declares no layout."""

    code = "profile_unreadable"
    sentence = (
        "Le fichier {file} ne décrit pas une disposition de relevé : {fault} Attendu un objet JSON avec name, header, "
        "columns (paires position, signification). Corrigez-le, puis déclarez-le de nouveau."
    )


def read_profile(path: Path) -> Profile:
    """The layout that a JSON file declares.

    Refuses: profile_unreadable.
    """
    try:
        return Profile.from_json(path.read_text(encoding="utf-8-sig"))
    except OSError as fault:
        raise ProfileUnreadable(file=path.name, fault=f"{system_reason(fault)}.") from fault
    except ProfileInvalid as fault:
        raise ProfileUnreadable(file=path.name, fault=str(fault)) from fault
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise ProfileUnreadable(file=path.name, fault=f"{str(fault)[:120]}.") from fault


def list_profiles(connection: Connection) -> list[dict[str, Any]]:
    """The layout in force under each name, as it was declared."""
    rows = connection.execute(select(statement_profile).order_by(statement_profile.c.id)).all()
    newest = {row.name: json.loads(row.content) for row in rows}
    return [newest[name] for name in sorted(newest)]


def load_profile(ledger: Any, name: str) -> Profile:
    """The layout in force under a name.

    Refuses: profile_unknown.
    """
    with ledger.read() as connection:
        rows = connection.execute(select(statement_profile).order_by(statement_profile.c.id)).all()
    newest = {row.name: row.content for row in rows}
    if name not in newest:
        raise ProfileUnknown(name=name, known=sorted(newest) or ["aucune"])
    return Profile.from_json(newest[name])


def declare_profile(unit: Any, profile: Profile) -> dict[str, Any]:
    """Declare a layout, or replace the one of the same name from now on.

    Refuses: role_forbidden.
    """
    allow(unit.user, "déclarer une disposition de relevé", "accountant", "administrator")
    unit.connection.execute(
        insert(statement_profile).values(
            id=unit.next_id(statement_profile),
            name=profile.name,
            content=profile.to_json(),
            command_id=unit.command_id,
        )
    )
    return {"profile": profile.name}
