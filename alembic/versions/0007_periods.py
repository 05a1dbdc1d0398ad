"""Closing of months and years, end of the take-over, drafts: their guards."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Closing of months and years, end of the take-over, drafts: their guards."""
