"""Column types that read the same on SQLite and on PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

BigInt = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both engines; on SQLite `INTEGER`, so that a primary key is the row's own place in the file."""

INSTANT_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


def instant_text(instant: datetime) -> str:
    """The one text of an instant: UTC, microseconds, `Z`. It sorts as time does, and it is what is hashed."""
    return instant.astimezone(UTC).strftime(INSTANT_FORMAT)


def instant_from(text: str) -> datetime:
    """The instant that `instant_text` wrote.

    Raises ValueError, in French for the person who verifies, on a text that is none.
    """
    try:
        if len(text) == 27 and (text[4], text[7], text[10], text[19], text[26]) == ("-", "-", "T", ".", "Z"):
            return datetime.fromisoformat(text)  # thirty times faster; this shape leaves it no other reading
        return datetime.strptime(text, INSTANT_FORMAT).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        raise ValueError(f"« {text} » n'est pas un instant (attendu AAAA-MM-JJTHH:MM:SS.ffffffZ)") from None


class Instant(TypeDecorator[datetime]):
    """An instant in UTC, kept as the text that enters the hash chain, the same bytes on both engines."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write the instant as text."""
        return None if value is None else instant_text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Read the instant back."""
        return None if value is None else instant_from(value)
