"""Days and instants as people read them, from what JSON holds."""


def french_day(text: str) -> str:
    """« 25/09/2026 » for a date or an instant in ISO 8601."""
    return f"{text[8:10]}/{text[5:7]}/{text[:4]}"


def french_instant(text: str) -> str:
    """« 25/09/2026 09:00 UTC » for an instant in ISO 8601, UTC."""
    return f"{french_day(text)} {text[11:16]} UTC"
