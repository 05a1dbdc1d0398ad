"""Customs returns, rates and exemptions of the levy."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Customs returns, rates and exemptions of the levy."""
