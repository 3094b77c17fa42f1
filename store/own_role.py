"""What is wrong with the role of a connection: too much right (store/rights.py), or no limits.

`flask doctor`, `flask db roles` and whoever starts the servers say it (docs/developing/trust.md
rule 12).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from store.database import Conn
from store.limits import HOOKS
from store.rights import APPEND_ONLY

# Predefined roles that write past every grant.
_ALMIGHTY: Final = (
    "pg_write_all_data",
    "pg_write_server_files",
    "pg_execute_server_program",
    "pg_maintain",
)


def weaknesses(conn: Conn) -> list[str]:
    """Return why the role of `conn` could rewrite what is append-only, a sentence each."""
    found = list(_of_the_role(conn))
    for privilege in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER"):
        tables = [
            str(row[0])
            for row in conn.execute(
                "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
                " AND relnamespace = 'public'::regnamespace AND relname = ANY(%s)"
                " AND CASE WHEN %s = 'UPDATE' THEN has_any_column_privilege(oid, 'UPDATE')"
                " ELSE has_table_privilege(oid, %s) END ORDER BY relname",
                [sorted(APPEND_ONLY), privilege, privilege],
            ).fetchall()
        ]
        if tables:
            found.append(f"it has {privilege} on {', '.join(tables)}")
    return found


def ownership(conn: Conn) -> str | None:
    """Return why the role of `conn` is no application's, in words; None: it owns no tables.

    No `db roles` takes these away from a role: it is another role that is needed.
    """
    role = conn.execute(
        "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        " AND to_regclass('public.alembic_version') IS NOT NULL"
    ).fetchone()
    if role == (True,):
        return "it is a superuser"
    owner = _owners_of_tables(conn)
    return f"it is, or may become, the owner of tables ({owner})" if owner else None


def _owners_of_tables(conn: Conn) -> str | None:
    """Return the owners of tables whose rights the role of `conn` has, by comma."""
    row = conn.execute(
        "SELECT string_agg(DISTINCT pg_get_userbyid(relowner), ', ') FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S')"
        " AND pg_has_role(current_user, relowner, 'MEMBER')"
    ).fetchone()
    return str(row[0]) if row is not None and row[0] is not None else None


def _of_the_role(conn: Conn) -> Iterator[str]:
    role = conn.execute(
        "SELECT rolsuper, rolcreaterole, rolbypassrls OR rolreplication FROM pg_roles"
        " WHERE rolname = current_user"
    ).fetchone()
    assert role is not None
    for has, says in zip(
        role,
        ("it is a superuser", "it may create roles", "it may replicate, or pass row security"),
        strict=True,
    ):
        if has:
            yield says
    owner = _owners_of_tables(conn)
    if owner is not None:
        yield f"it is, or may become, the owner of tables ({owner})"
    for almighty in _ALMIGHTY:
        member = conn.execute(
            "SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = %s",
            [almighty],
        ).fetchone()
        if member == (True,):
            yield f"it is a member of {almighty}"
    makes = conn.execute("SELECT has_schema_privilege('public', 'CREATE')").fetchone()
    if makes == (True,):
        yield "it may create tables and functions in the schema public"


def unlimited(conn: Conn) -> str | None:
    """Return the statement that sets the limits of the role of `conn`; None where it has them."""
    row = conn.execute(
        "SELECT current_user, bool_and(current_setting(name, true)::interval = value::interval)"
        " FROM unnest(%s::text[], %s::text[]) AS limits (name, value)",
        _listed(HOOKS.settings(conn.info.server_version)),
    ).fetchone()
    if row is None or row[1]:
        return None
    return "; ".join(
        f"ALTER ROLE \"{row[0]}\" SET {name} = '{value}'"
        for name, value in HOOKS.settings(conn.info.server_version).items()
    )


def _listed(named: Mapping[str, str]) -> list[list[str]]:
    return [list(named), list(named.values())]
