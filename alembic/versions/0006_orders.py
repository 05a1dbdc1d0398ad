"""Mandates of the authorising officer, payment orders and signatures."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Mandates of the authorising officer, payment orders and signatures."""
