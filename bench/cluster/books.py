"""The books of the cluster: its settings as a process outside reads them, filled and counted."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench import books
from bench.cluster import state
from bench.cluster.plan import DIRECTORY, host
from bench.day_books import BOOKS
from settings import Settings

_SECONDS = 5


def environment() -> dict[str, str]:
    """Return the settings that the machines have, the owner's addresses too."""
    found: dict[str, str] = {}
    for name in ("dakiya.env", "owner.env"):
        for line in (DIRECTORY / "secrets" / name).read_text().splitlines():
            key, _, value = line.partition("=")
            found[key] = value
    return found


def settings() -> Settings:
    """Return the settings, with the owner's address of the primary itself."""
    given = environment()
    own = {
        name.lower(): value
        for name, value in given.items()
        if name.lower() in Settings.model_fields
    }
    own["database_owner_url"] = owner_url()
    carriers = {name: value for name, value in given.items() if name.lower() not in own}
    return Settings(_env_file=None, **own).giving(**carriers)  # type: ignore[arg-type]


def owner_url() -> str:
    """Return the address of the present primary, for the owner. Raise `ClusterFailed`."""
    given = conninfo_to_dict(environment()["DATABASE_OWNER_URL"])
    return make_conninfo(
        "", host=host(state.leader()).address, port=5432, user=given["user"],
        password=given["password"], dbname="dakiya", sslmode="require", connect_timeout=_SECONDS,
    )  # fmt: skip


def counted() -> dict[str, int]:
    """Return what the books of the present primary say."""
    with psycopg.connect(owner_url()) as conn:
        return dict(conn.execute(BOOKS).fetchall())


def fill(deliveries: int, of_each: int) -> list[books.Doorstep]:
    """Fill lists of which each postman delivers `of_each`; return those deliveries."""
    postmen = max(-(-deliveries // of_each), 40)
    doors = books.fill(settings(), postmen * books.LIST_LENGTH, datetime.now(UTC))
    with psycopg.connect(owner_url()) as conn:
        books.without_codes(conn, [door.recipient_phone for door in doors])
    return doors[:deliveries]
