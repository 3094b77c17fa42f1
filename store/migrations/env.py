"""Alembic's environment: one connection, plain SQL migrations, no models.

`store/applying.py` hands over its connection, and what is to be done at the beginning of the
transaction (`begin`) and before its end (`applied`). Without them, as Alembic's own commands are, a
connection is made here, for a database that nobody uses.
"""

from alembic import context
from sqlalchemy import create_engine, pool

given = context.config.attributes


def run(connection):
    context.configure(connection=connection, on_version_apply=given.get("applied"))
    with context.begin_transaction():
        if "begin" in given:
            given["begin"](connection)
        # Two that start at once migrate one after the other.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7235001)")
        context.run_migrations()


if "connection" in given:
    run(given["connection"])
else:
    engine = create_engine(
        "postgresql+psycopg://", creator=given["connect"], poolclass=pool.NullPool
    )
    with engine.connect() as connection:
        run(connection)
