"""Alembic's environment: one connection, plain SQL migrations, no models."""

from alembic import context
from sqlalchemy import create_engine, pool

url = context.config.get_main_option("sqlalchemy.url")
engine = create_engine(url, poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        # Two releases starting at once migrate one after the other.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7235001)")
        context.run_migrations()
