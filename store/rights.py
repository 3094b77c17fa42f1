"""The rights of the three roles of the database (docs/developing/trust.md rule 12).

The *owner* migrates. The *application* reads and writes, but changes and deletes nothing of what is
append-only. *purge* may also remove personal data there, by functions of the owner, and nothing
else. The names are the installation's own: whoever DATABASE_URL and DATABASE_PURGE_URL name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from store.database import Conn
from store.limits import HOOKS

CHAINED: Final = ("events", "access_log", "ledger", "sprints", "redactions")
"""The tables whose rows have a digest and whose days are sealed (store/chains)."""

APPEND_ONLY: Final = frozenset(
    {
        *CHAINED,
        "sealed_leaves",
        "seals",
        "ticket_notes",
        "receipt_prints",
        "counter_reopenings",
        "check_ins",
        "cod_handings",
        "list_closings",
        "office_closings",
        "office_reopenings",
        "paper_days",
        "paper_lines",
        "token_calls",
    }
)
"""The tables that the application only adds to. The comment of each says so too."""

# What only the database itself sets: the identity, the place in the feed, and the links of a chain.
_SET_BY_THE_DATABASE: Final = frozenset(
    {"id", "position", "day_written", "salt", "digest", "told", "private_salt", "private_digest"}
)
_ALSO_SET: Final[Mapping[str, frozenset[str]]] = {
    "seals": frozenset({"at"}),
    "sprints": frozenset({"article"}),
}
_ONLY_READ: Final = frozenset(
    {"alembic_version", "redactions", "archived_months", "archive_attempts", "archive_changes"}
)
_DELETABLE: Final = frozenset({"token_calls"})  # by purge; it is in no chain
_FUNCTIONS_OF_THE_APPLICATION: Final = ("place_events(integer)", "make_months(integer)")
# By these alone purge and forgetting remove content, and write down that they did.
_FUNCTIONS_OF_PURGE: Final = (
    "forget_in_sprints(text, text, text[], timestamptz, text, text)",
    "forget_in_access_log(text, text, timestamptz, text, text)",
    "purge_access_log(timestamptz, integer, timestamptz, text, text)",
    "drop_access_log_month(timestamptz, timestamptz, text, text)",
)

# Who consented and who signed: of each column, who may change it. The application deletes none.
_CHANGING: Final[Mapping[str, Sequence[str]]] = {
    "moves": ("ended_at", "outcome", "consent"),
    "requests": (
        *("signed_by", "signed_at", "office_id", "told_at", "pin_hash"),
        *("state", "decided_by", "decided_at", "answer", "refused_as", "seen_at"),
    ),
}
# Personal data, which only purge and forgetting remove there, also with the row.
_PERSONAL: Final[Mapping[str, Sequence[str]]] = {
    "moves": ("from_phone", "to_phone"),
    "requests": ("phone", "document_last4", "note", "answer"),
}


@dataclass(frozen=True)
class Roles:
    """The names of the two roles that are granted rights; the third is the owner who grants."""

    application: str
    purge: str


class MissingRole(Exception):
    """A role does not exist in the database, and the owner may not make one. Says what to do."""


def named(owner_url: str, application_url: str, purge_url: str) -> Roles | None:
    """Return the roles that the URLs name; None where the application is the owner itself."""
    owner, application, purge = map(_user, (owner_url, application_url, purge_url))
    return None if application == owner else Roles(application, purge)


def create(conn: Conn, application_url: str, purge_url: str) -> list[str]:
    """Create the roles that the two URLs name, with the passwords there; return who is new.

    An existing role keeps its password. Raise `MissingRole` where `conn` may create none.
    """
    made = []
    for url in (application_url, purge_url):
        parts = conninfo_to_dict(url)
        name, password = str(parts.get("user", "")), str(parts.get("password", ""))
        if _exists(conn, name):
            continue
        try:
            conn.execute(
                sql.SQL(
                    "CREATE ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOCREATEDB NOCREATEROLE"
                ).format(sql.Identifier(name), sql.Literal(password))
            )
        except psycopg.errors.InsufficientPrivilege as refused:
            raise MissingRole(
                f"the owner may create no role: have {name} made where the database is managed,"
                f" with LOGIN and its password and without other rights, then run this again"
            ) from refused
        made.append(name)
    return made


def grant(conn: Conn, roles: Roles) -> None:
    """Grant each role exactly its rights on what there is, as the owner; repeat after migrations.

    Raise `MissingRole`.
    """
    for name in (roles.application, roles.purge):
        if not _exists(conn, name):
            raise MissingRole(f"there is no role {name} yet: run `flask --app app db roles`")
    _close_what_is_open_to_all(conn)
    both = {roles.application, roles.purge}
    for name in sorted(both):
        _start_from_nothing(conn, name)
    for table, columns in _tables(conn).items():
        for name in sorted(both):
            _on_table(conn, table, columns, name)
        if roles.purge != roles.application:
            _of_purge(conn, table, roles.purge)
    for name in sorted(both):
        _execute(conn, _FUNCTIONS_OF_THE_APPLICATION, name)
        for sequence in _sequences(conn):
            _run(conn, "GRANT USAGE ON SEQUENCE {} TO {}", sequence, name)
    if roles.purge != roles.application:
        _execute(conn, _FUNCTIONS_OF_PURGE, roles.purge)
    _limit(conn, roles.application)


def _limit(conn: Conn, name: str) -> None:
    """Give the application's role the limits of hooks, where the owner may (store/limits.py)."""
    try:
        with conn.transaction():
            for setting, value in HOOKS.settings(conn.info.server_version).items():
                conn.execute(
                    sql.SQL("ALTER ROLE {} SET {} = {}").format(
                        sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)
                    )
                )
    except psycopg.errors.InsufficientPrivilege:
        return  # whoever manages the database has to: `flask doctor` says it


def _user(url: str) -> str:
    return str(conninfo_to_dict(url).get("user", ""))


def _exists(conn: Conn, name: str) -> bool:
    return conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone() is not None


def _close_what_is_open_to_all(conn: Conn) -> None:
    conn.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    conn.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC")
    conn.execute("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC")


def _start_from_nothing(conn: Conn, name: str) -> None:
    """Revoke what an earlier release granted: of a table, and with it of its columns."""
    for what in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        _run(conn, f"REVOKE ALL ON ALL {what} IN SCHEMA public FROM {{}}", name)
    _run(conn, "REVOKE ALL ON SCHEMA public FROM {}", name)
    _run(conn, "GRANT USAGE ON SCHEMA public TO {}", name)


def _on_table(conn: Conn, table: str, columns: Sequence[str], name: str) -> None:
    if table in _ONLY_READ:
        _run(conn, "GRANT SELECT ON {} TO {}", table, name)
    elif table in APPEND_ONLY:
        _run(conn, "GRANT SELECT ON {} TO {}", table, name)
        _add(conn, table, columns, name)
    elif table in _CHANGING:
        _run(conn, "GRANT SELECT ON {} TO {}", table, name)
        _add(conn, table, columns, name)
        _change(conn, table, _CHANGING[table], name)
    else:
        _run(conn, "GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}", table, name)


def _of_purge(conn: Conn, table: str, name: str) -> None:
    if table in _DELETABLE:
        _run(conn, "GRANT DELETE ON {} TO {}", table, name)
    if table in _PERSONAL:
        _change(conn, table, _PERSONAL[table], name)
        _run(conn, "GRANT DELETE ON {} TO {}", table, name)


def _change(conn: Conn, table: str, columns: Sequence[str], name: str) -> None:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    conn.execute(
        sql.SQL("GRANT UPDATE ({}) ON {} TO {}").format(
            listed, sql.Identifier(table), sql.Identifier(name)
        )
    )


def _execute(conn: Conn, functions: Sequence[str], name: str) -> None:
    for function in functions:
        if conn.execute("SELECT to_regprocedure(%s)", [function]).fetchone() != (None,):
            _run(conn, f"GRANT EXECUTE ON FUNCTION {function} TO {{}}", name)


def _add(conn: Conn, table: str, columns: Sequence[str], name: str) -> None:
    """Grant INSERT of what the database does not set itself."""
    kept = _SET_BY_THE_DATABASE if table in CHAINED else frozenset({"id"})
    kept |= _ALSO_SET.get(table, frozenset())
    listed = sql.SQL(", ").join(sql.Identifier(each) for each in columns if each not in kept)
    conn.execute(
        sql.SQL("GRANT INSERT ({}) ON {} TO {}").format(
            listed, sql.Identifier(table), sql.Identifier(name)
        )
    )


def _tables(conn: Conn) -> Mapping[str, Sequence[str]]:
    """Return the tables, and the columns of each. Partitions are reached by their table alone."""
    rows = conn.execute(
        "SELECT relname, array_agg(attname::text ORDER BY attnum) FROM pg_class"
        " JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped"
        " WHERE relkind IN ('r', 'p') AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace GROUP BY relname ORDER BY relname"
    ).fetchall()
    return {str(table): columns for table, columns in rows}


def _sequences(conn: Conn) -> list[str]:
    """Return the sequences that a statement may name: of an append-only table only where its id
    carries a month, whose default names it. To use one is to draw its next number, not to set it.
    """
    rows = conn.execute(
        "SELECT s.relname FROM pg_class s"
        " JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')"
        " AND d.refclassid = 'pg_class'::regclass JOIN pg_class t ON t.oid = d.refobjid"
        " WHERE s.relkind = 'S' AND s.relnamespace = 'public'::regnamespace"
        " AND t.relkind IN ('r', 'p') AND (t.relname <> ALL(%s) OR t.relkind = 'p')"
        " ORDER BY s.relname",
        [sorted(APPEND_ONLY)],
    ).fetchall()
    return [str(row[0]) for row in rows]


def _run(conn: Conn, statement: str, *names: str) -> None:
    # The statements are this file's own; every name in them is quoted.
    conn.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
