"""Capital of the bank: subscriptions, calls, payments."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Capital of the bank: subscriptions, calls, payments."""
