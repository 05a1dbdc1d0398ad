"""Matches of bank lines with entry lines, runs, sign-offs."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Matches of bank lines with entry lines, runs, sign-offs."""
