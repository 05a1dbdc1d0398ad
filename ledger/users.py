"""Who acts: users by office, their role, the book that is theirs, and what each role may do."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from ledger.refusal import Refusal
from ledger.tables.commands import app_user, user_event

ROLES = {
    "accountant": "comptable",
    "requester": "gestionnaire",
    "controller": "contrôleur financier",
    "officer": "ordonnateur",
    "auditor": "auditeur",
    "administrator": "administrateur",
}


@dataclass(frozen=True, slots=True)
class User:
    """A person known by an office. `book` None means the three books. `installing` marks an act made before
    any user was declared, when the database is still being set up by one person."""

    name: str
    role: str
    book: str | None = None
    nationality: str | None = None
    installing: bool = False


class UserUnknown(Refusal):
    """The name is not that of a user of this database."""

    code = "user_unknown"
    sentence = (
        "« {name} » n'est pas un utilisateur de cette base. Utilisateurs actifs : {known}. "
        "Indiquez --as ou PCAES_USER, ou faites ajouter l'utilisateur par un administrateur."
    )


class UserDisabled(Refusal):
    """The user's rights were withdrawn."""

    code = "user_disabled"
    sentence = "L'utilisateur « {name} » est désactivé. Un administrateur peut le rétablir."


class UserExists(Refusal):
    """The name is taken."""

    code = "user_exists"
    sentence = "L'utilisateur « {name} » existe déjà avec le rôle {role}. Choisissez un autre nom."


class FirstUserAdministrator(Refusal):
    """The first user declared must be able to declare the others."""

    code = "first_user_administrator"
    sentence = (
        "Le premier utilisateur d'une base doit être un administrateur : « {name} » est demandé comme {role}. "
        "Ajoutez d'abord un administrateur."
    )


class UserNameUnusable(Refusal):
    """A name that nobody could read in the books."""

    code = "user_name_unusable"
    sentence = (
        "Le nom d'utilisateur « {name} » ne convient pas : attendu de 1 à 100 caractères lisibles, sans espace au "
        "début ni à la fin. Donnez le nom d'un office."
    )
    exit_code = 2


class RoleUnknown(Refusal):
    """No such role."""

    code = "role_unknown"
    sentence = "Le rôle « {role} » n'existe pas. Rôles possibles : {known}."
    exit_code = 2


class RoleForbidden(Refusal):
    """The act is not of the user's role."""

    code = "role_forbidden"
    sentence = (
        "« {name} » ({role}) ne peut pas faire cet acte ({act}) : il revient à {allowed}. "
        "Faites-le faire par un utilisateur de ce rôle."
    )


class BookForbidden(Refusal):
    """An accountant writes in the book that is theirs."""

    code = "book_forbidden"
    sentence = (
        "« {name} » tient le livre {own} et ne peut pas écrire dans le livre {book}. "
        "Faites passer l'écriture par le comptable du livre {book}."
    )


def find_user(connection: Connection, name: str) -> User:
    """The user of that name, when active.

    Refuses: user_unknown, user_disabled.
    """
    row = connection.execute(USER, {"name": name}).one_or_none()
    if row is None:
        known = [user["name"] for user in list_users(connection) if user["active"]]
        raise UserUnknown(name=name, known=known or ["aucun"])
    if row.last_event == "disable":
        raise UserDisabled(name=name)
    return User(row.name, row.role, row.book, row.nationality)


_last_event = (
    select(user_event.c.action)
    .where(user_event.c.user_name == app_user.c.name)
    .order_by(user_event.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
USERS = select(app_user, _last_event.label("last_event")).order_by(app_user.c.name)
USER = USERS.where(app_user.c.name == bindparam("name"))
"""The users, or one of them, each with what was last done to their rights."""


def count_users(connection: Connection) -> int:
    """How many users were ever declared."""
    return connection.execute(select(func.count()).select_from(app_user)).scalar_one()


def list_users(connection: Connection) -> list[dict[str, Any]]:
    """Every user: name, role, book, nationality, active."""
    return [
        {
            "name": row.name,
            "role": row.role,
            "book": row.book,
            "nationality": row.nationality,
            "active": row.last_event != "disable",
        }
        for row in connection.execute(USERS)
    ]


def allow(user: User, act: str, *roles: str, book: str | None = None) -> None:
    """Refuse unless the user has one of the roles and, for an accountant, the book is theirs.

    While a database has no user at all, the person who sets it up may do any act of accounting; acts that
    need distinct people (orders, mandates, signatures) ask for declared users themselves.
    Refuses: role_forbidden, book_forbidden.
    """
    if user.installing:
        return
    if user.role not in roles:
        allowed = " ou ".join(ROLES[role] for role in roles)
        raise RoleForbidden(name=user.name, role=ROLES[user.role], act=act, allowed=allowed)
    if book is not None and user.role == "accountant" and user.book not in (None, book):
        raise BookForbidden(name=user.name, own=user.book, book=book)


def add_user(unit: Any, name: str, role: str, book: str | None = None, nationality: str | None = None) -> User:
    """Declare a user; the first one must be an administrator.

    Refuses: user_name_unusable, role_unknown, user_exists, first_user_administrator, role_forbidden, book_unknown.
    """
    from ledger.chart import require_book

    if not 0 < len(name) <= 100 or name != name.strip() or not name.isprintable():
        raise UserNameUnusable(name="".join(one for one in name if one.isprintable())[:100])
    if role not in ROLES:
        raise RoleUnknown(role=role, known=list(ROLES))
    first = count_users(unit.connection) == 0
    if first and role != "administrator":
        raise FirstUserAdministrator(name=name, role=ROLES[role])
    if not first:
        allow(unit.user, "ajouter un utilisateur", "administrator")
    if book is not None:
        require_book(unit.connection, book)
    taken = unit.connection.execute(select(app_user.c.role).where(app_user.c.name == name)).scalar()
    if taken is not None:
        raise UserExists(name=name, role=ROLES[taken])
    unit.connection.execute(
        insert(app_user).values(name=name, role=role, book=book, nationality=nationality, command_id=unit.command_id)
    )
    return User(name, role, book, nationality)


def set_active(unit: Any, name: str, active: bool, reason: str) -> None:
    """Withdraw or give back a user's rights; the history stays.

    Refuses: role_forbidden, user_unknown.
    """
    allow(unit.user, "désactiver ou rétablir un utilisateur", "administrator")
    known = [user["name"] for user in list_users(unit.connection)]
    if name not in known:
        raise UserUnknown(name=name, known=known)
    unit.connection.execute(
        insert(user_event).values(
            id=unit.next_id(user_event),
            user_name=name,
            action="enable" if active else "disable",
            reason=reason,
            command_id=unit.command_id,
        )
    )
