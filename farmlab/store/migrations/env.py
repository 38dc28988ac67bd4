"""How Alembic runs a migration: on the open connection that farmlab.store.migrate hands over."""

from alembic import context

from farmlab.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
