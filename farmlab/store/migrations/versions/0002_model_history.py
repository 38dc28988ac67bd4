"""What was done with models: trained, failed, promoted, rolled back, kept out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the history of models."""
    op.create_table(
        "model_history",
        sa.Column("id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("task", "farm", "scope")),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("by", "what", "note")),
        sa.Column("model_id", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_model_history"),
    )
    op.create_index("ix_model_history_task_farm_scope", "model_history", ["task", "farm", "scope"])
