"""Alembic's environment: one connection, plain SQL migrations, no models."""

from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(
    "postgresql+psycopg://",
    creator=context.config.attributes["connect"],
    poolclass=pool.NullPool,
)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        # Two releases starting at once migrate one after the other.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7235001)")
        context.run_migrations()
