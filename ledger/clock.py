"""What time it is: the machine's clock, or one that is set in a database marked fictional."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

from ledger.refusal import Refusal

Clock = Callable[[], datetime]


class ClockNotAllowed(Refusal):
    """Only fictional books may have a clock of their own."""

    code = "clock_not_allowed"
    sentence = (
        "La variable PCAES_NOW est définie, mais cette base n'est pas une base fictive : l'heure d'un acte réel est "
        "celle de la machine. Retirez PCAES_NOW, ou créez une base d'essai avec « pcaes init --fictional »."
    )


class ClockUnreadable(Refusal):
    """The clock that was set cannot be read."""

    code = "clock_unreadable"
    sentence = "PCAES_NOW vaut « {text} » : attendu un instant ISO 8601, par exemple 2026-03-31T17:00:00Z."
    exit_code = 2


def machine_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def clock_for(fictional: bool, asked: str | None = None) -> Clock:
    """The clock of a database: `PCAES_NOW` (or `asked`) in fictional books alone, else the machine's.

    Refuses: clock_not_allowed, clock_unreadable.
    """
    text = asked if asked is not None else os.environ.get("PCAES_NOW")
    if not text:
        return machine_clock
    if not fictional:
        raise ClockNotAllowed()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as fault:
        raise ClockUnreadable(text=text) from fault
    fixed = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    return lambda: fixed
