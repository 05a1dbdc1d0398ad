"""Declared layouts of CSV and XLSX exports, kept in the books; the newest declaration of a name is in force."""

from typing import Any

from sqlalchemy import insert, select

from ledger.refusal import Refusal
from ledger.users import allow
from reconcile.profile import Profile
from reconcile.tables import statement_profile


class ProfileUnknown(Refusal):
    """No layout of that name was declared."""

    code = "profile_unknown"
    sentence = (
        "Aucune disposition « {name} » n'est déclarée. Dispositions connues : {known}. "
        "Déclarez-la par « pcaes statement profile »."
    )


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
