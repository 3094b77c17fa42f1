"""What the application and the purging role may not do with what is append-only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest
from flask import Flask
from psycopg import sql

from embedded.addresses import APPLICATION, OWNER, PURGE
from runtime import Runtime
from store import feed, own_role, rights
from store.database import Conn, Database
from tests.conftest import OfWorker
from tests.rigs.told import nothing_in

REFUSED = psycopg.errors.InsufficientPrivilege
TABLES = sorted(rights.APPEND_ONLY)

# What somebody in the application's place would try; {t} is each table, {c} a column, {k} its key.
ATTEMPTS: dict[str, LiteralString] = {
    "update": "UPDATE {t} SET {c} = {c}",
    "delete": "DELETE FROM {t}",
    "truncate": "TRUNCATE {t} CASCADE",
    "disable the trigger": "ALTER TABLE {t} DISABLE TRIGGER ALL",
    "add a column": "ALTER TABLE {t} ADD COLUMN forged text",
    "take it over": "ALTER TABLE {t} OWNER TO CURRENT_USER",
    "drop": "DROP TABLE {t} CASCADE",
    "a rule": "CREATE RULE forged AS ON INSERT TO {t} DO INSTEAD NOTHING",
    "a trigger": "CREATE TRIGGER forged BEFORE INSERT ON {t} EXECUTE FUNCTION chain_row()",
    "lock the rows": "SELECT FROM {t} FOR UPDATE",
    "upsert": "INSERT INTO {t} ({c}) VALUES (NULL) ON CONFLICT ON CONSTRAINT {k}"
    " DO UPDATE SET {c} = NULL",
    "merge": "MERGE INTO {t} USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
}
ELSEWHERE: dict[str, LiteralString] = {
    "become the owner": "SET ROLE dakiya",
    "authorise oneself": "SET SESSION AUTHORIZATION dakiya",
    "switch triggers off": "SET session_replication_role = replica",
    "replace the digest": "CREATE OR REPLACE FUNCTION row_digest(uuid, json) RETURNS bytea"
    " LANGUAGE sql AS 'SELECT NULL::bytea'",
    "a function of one's own": "CREATE FUNCTION forged() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "a table of one's own": "CREATE TABLE public.forged (id int)",
    "a schema": "CREATE SCHEMA forged",
    "a role": "CREATE ROLE forged",
    "the feed's places": "SELECT setval('event_positions', 1)",
    "a program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "all that somebody owns": "REASSIGN OWNED BY dakiya TO CURRENT_USER",
    "alter the owner": "ALTER ROLE dakiya PASSWORD 'forged'",
}


def refused(database: Database, statement: sql.SQL | sql.Composed) -> None:
    with database.transaction() as conn:
        try:
            with pytest.raises(REFUSED):
                conn.execute(statement)
        finally:
            conn.rollback()


def a_column(conn: Conn, table: str) -> str:
    row = conn.execute(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attidentity = '' ORDER BY attnum LIMIT 1",
        [table],
    ).fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("table", TABLES)
def test_the_application_is_refused(runtime: Runtime, table: str, attempt: str) -> None:
    with runtime.database.transaction() as conn:
        column = a_column(conn, table)
    refused(
        runtime.database,
        sql.SQL(ATTEMPTS[attempt]).format(
            t=sql.Identifier(table), c=sql.Identifier(column), k=sql.Identifier(f"{table}_pkey")
        ),
    )


@pytest.mark.parametrize("attempt", ELSEWHERE)
@pytest.mark.parametrize("role", ["application", "purge"])
def test_no_way_leads_around(runtime: Runtime, purging: Database, role: str, attempt: str) -> None:
    database = runtime.database if role == "application" else purging
    refused(database, sql.SQL(ELSEWHERE[attempt]))


@pytest.mark.parametrize(
    "forged",
    [
        "INSERT INTO events (at, kind, day_written) VALUES (now(), 'x', '2026-01-01')",
        "INSERT INTO events (at, kind, digest) VALUES (now(), 'x', '')",
        "INSERT INTO events (at, kind, salt) VALUES (now(), 'x', gen_random_uuid())",
        "INSERT INTO events (at, kind, position) VALUES (now(), 'x', 1)",
        "INSERT INTO events (id, at, kind) OVERRIDING SYSTEM VALUE VALUES (1, now(), 'x')",
        "INSERT INTO redactions (at, chain, row_id, row_day, digest_was, operator, reason)"
        " VALUES (now(), 'events', 1, '2026-01-01', '', 'x', 'x')",
        "INSERT INTO seals (day, at, document, root) VALUES ('2026-01-01', now(), '', '')",
    ],
)
def test_the_application_chooses_no_day_no_digest_and_no_id(
    runtime: Runtime, forged: LiteralString
) -> None:
    refused(runtime.database, sql.SQL(forged))


@pytest.mark.parametrize("table", ["seals", "sealed_leaves"])
def test_nobody_seals_a_day_that_is_not_over(runtime: Runtime, table: str) -> None:
    values: dict[str, LiteralString] = {
        "seals": "INSERT INTO seals (day, document, root)"
        " VALUES ((now() AT TIME ZONE 'Asia/Kolkata')::date, 'x', sha256('x'))",
        "sealed_leaves": "INSERT INTO sealed_leaves (chain, day, part, ids, digests, root)"
        " VALUES ('events', (now() AT TIME ZONE 'Asia/Kolkata')::date, 0, '{}', '',"
        " sha256('x'))",
    }
    with runtime.database.transaction() as conn:
        with pytest.raises(psycopg.errors.RaiseException, match="is not over"):
            conn.execute(values[table])
        conn.rollback()


@pytest.mark.parametrize(
    "beyond",
    [
        "UPDATE ledger SET paise = 1",
        "DELETE FROM ledger",
        "UPDATE events SET kind = 'x'",
        "DELETE FROM events",
        "DELETE FROM sprints",
        "UPDATE sprints SET digest = ''",
        "UPDATE sprints SET at = now()",
        "UPDATE sprints SET decision = '{}', salt = gen_random_uuid()",
        "UPDATE sprints SET told = '{}', private_salt = gen_random_uuid()",
        "UPDATE access_log SET staff_id = NULL",
        "UPDATE access_log SET phone = NULL, reason = 'another'",
        "DELETE FROM access_log",
        "UPDATE redactions SET reason = ''",
        "DELETE FROM redactions",
        "INSERT INTO redactions (role) VALUES ('somebody else')",
        "INSERT INTO redactions (at, chain, row_id, row_day, digest_was, operator, reason)"
        " VALUES (now(), 'sprints', 1, '2026-01-01', '', 'x', 'x')",
        "DELETE FROM seals",
        "TRUNCATE access_log",
        "ALTER TABLE sprints DISABLE TRIGGER ALL",
    ],
)
def test_purge_removes_personal_data_and_nothing_else(
    runtime: Runtime, purging: Database, beyond: LiteralString
) -> None:
    refused(purging, sql.SQL(beyond))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            "SELECT forget_in_sprints('delivered', '+9991234567890', '{}', now(), 'x', 'x')",
            "is a t",
        ),
        ("SELECT forget_in_sprints('+919876500001', 'returned', '{}', now(), 'x', 'x')", "nobody"),
        (
            "SELECT forget_in_sprints('+919876500001', '+919876500002', '{}', now(), 'x', 'x')",
            "+999",
        ),
        ("SELECT forget_in_access_log('+919876500001', '\\1', now(), 'x', 'x')", "nobody can"),
        ("SELECT purge_access_log(now(), 9, now(), 'x', 'x')", "of the last day are not removed"),
        ("SELECT drop_access_log_month(now(), now(), 'x', 'x')", "of the last day are not removed"),
    ],
)
def test_purge_puts_nothing_else_in_the_place_of_what_it_removes(
    runtime: Runtime, purging: Database, call: LiteralString, says: str
) -> None:
    refused(runtime.database, sql.SQL(call))
    with purging.transaction() as conn:
        with pytest.raises(psycopg.errors.RaiseException, match=re.escape(says)):
            conn.execute(call)
        conn.rollback()


@pytest.mark.parametrize("table", TABLES)
def test_nobody_hands_on_rights_that_are_not_theirs(
    runtime: Runtime, owner: Database, table: str
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute(sql.SQL("GRANT ALL ON {} TO PUBLIC").format(sql.Identifier(table)))
    with owner.transaction() as conn:
        row = conn.execute(
            "SELECT count(*) FROM pg_class, aclexplode(relacl) WHERE oid = %s::regclass"
            " AND grantee = 0",
            [table],
        ).fetchone()
    assert row == (0,)


@pytest.mark.parametrize(
    "forged",
    [
        "DELETE FROM moves",
        "TRUNCATE moves",
        "UPDATE moves SET asked_proof = 'two'",
        "UPDATE moves SET by = 'holder'",
        "UPDATE moves SET to_phone = '+919876500009'",
        "UPDATE moves SET article_id = 1",
        "DELETE FROM requests",
        "TRUNCATE requests",
        "UPDATE requests SET phone = '+919876500009'",
        "UPDATE requests SET what = 'reopen'",
        "UPDATE requests SET reason = 'another'",
        "UPDATE requests SET asked_at = now()",
        "UPDATE requests SET token_id = NULL",
        "UPDATE requests SET until = now()",
    ],
)
def test_what_was_asked_is_changed_by_nobody(runtime: Runtime, forged: LiteralString) -> None:
    refused(runtime.database, sql.SQL(forged))


_DECIDED: LiteralString = """
WITH o AS (INSERT INTO offices (name, pin, branch_type, district)
    VALUES ('Gorakhpur', '273303', 'head', 'Gorakhpur') RETURNING id),
a AS (INSERT INTO articles (number, service, otp_required, recipient_phone, recipient_name,
        recipient_address, recipient_pin, sender_name, booked_at, updated_at, code_salt)
    VALUES ('EU123456785IN', 'parcel', true, '+919876500001', 'Sita', 'A', '273303', 'Mohan',
            now(), now(), decode(repeat('00', 16), 'hex')) RETURNING id),
s AS (INSERT INTO staff (staff_id, name, role, office_id)
    SELECT name, name, 'agent', o.id FROM o, unnest(ARRAY['one', 'two', 'three']) AS name
    RETURNING id),
m AS (INSERT INTO moves (article_id, by, to_phone, asked_at, asked_proof, ended_at, outcome)
    SELECT id, 'sender', '+919876500001', now(), 'text', now(), 'denied' FROM a)
INSERT INTO requests (what, article_id, document, document_last4, reason, asked_at, until,
        signed_by, signed_at, state, decided_by, decided_at)
    SELECT 'document', a.id, 'pan', '1234', 'other', now(), now() + interval '1 hour', min(s.id),
           now(), 'agreed', max(s.id), now() FROM a, s GROUP BY a.id
"""


@pytest.mark.parametrize(
    "forged",
    [
        "UPDATE moves SET outcome = 'done'",
        "UPDATE moves SET consent = 'quoted'",
        "UPDATE moves SET ended_at = NULL, outcome = NULL",
        "UPDATE requests SET signed_by = (SELECT id FROM staff WHERE staff_id = 'two')",
        "UPDATE requests SET decided_by = (SELECT id FROM staff WHERE staff_id = 'two')",
        "UPDATE requests SET state = 'refused'",
        "UPDATE requests SET state = 'waiting', decided_by = NULL, decided_at = NULL",
        "UPDATE requests SET signed_at = signed_at - interval '1 hour'",
    ],
)
def test_what_was_decided_is_decided_once(
    runtime: Runtime, owner: Database, forged: LiteralString
) -> None:
    with owner.transaction() as conn:
        conn.execute(_DECIDED)
    with runtime.database.transaction() as conn:
        with pytest.raises(psycopg.errors.RaiseException, match="stays"):
            conn.execute(forged)
        conn.rollback()


def test_purge_removes_people_from_what_was_decided(
    runtime: Runtime, owner: Database, purging: Database
) -> None:
    with owner.transaction() as conn:
        conn.execute(_DECIDED)
    with purging.transaction() as conn:
        conn.execute("UPDATE moves SET to_phone = '+9991234567890'")
        conn.execute("UPDATE requests SET document_last4 = NULL, note = '', answer = ''")
        conn.execute("DELETE FROM requests")
        conn.execute("DELETE FROM moves")
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT FROM moves").fetchone() is None


def test_the_application_still_places_events(runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        feed.append(conn, "desk_acted", None, runtime.now(), {})
    with runtime.database.transaction() as conn:
        assert [event.position for event in feed.read(conn, 0, 10)] == [1]


def test_each_role_knows_its_weakness(runtime: Runtime, purging: Database, owner: Database) -> None:
    assert runtime.database.run(own_role.weaknesses) == []
    said = purging.run(own_role.weaknesses)
    assert said == ["it has DELETE on token_calls"]
    said = owner.run(own_role.weaknesses)
    assert "it is a superuser" in said
    assert any(each.startswith("it has TRUNCATE on ") for each in said)


def test_every_table_that_says_so_is_append_only(owner: Database) -> None:
    with owner.transaction() as conn:
        said = conn.execute(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND obj_description(oid, 'pg_class') LIKE '%Append-only%'"
        ).fetchall()
    assert {row[0] for row in said} == rights.APPEND_ONLY


def test_every_function_of_the_owner_is_closed_and_keeps_its_path(owner: Database) -> None:
    with owner.transaction() as conn:
        rows = conn.execute(
            "SELECT proname::text, coalesce(array_to_string(proconfig, ' '), ''),"
            " has_function_privilege('public', oid, 'EXECUTE') FROM pg_proc"
            " WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        ).fetchall()
    assert sorted(row[0] for row in rows) == [
        "drop_access_log_month",
        "forget_in_access_log",
        "forget_in_sprints",
        "make_months",
        "note_archive_change",
        "place_events",
        "purge_access_log",
    ]
    nothing_in(
        f"{name}: SECURITY DEFINER needs a search_path with pg_temp last, and no EXECUTE for all"
        for name, path, open_ in rows
        if open_ or "search_path=pg_catalog, public, pg_temp" not in path
    )


# ---- the command -------------------------------------------------------------------------------


@pytest.fixture
def strangers(addresses: OfWorker) -> Iterator[tuple[str, str]]:
    """The names of two roles that do not exist yet; they are gone afterwards."""
    names = ("other_application", "other_purge")
    yield names
    with psycopg.connect(addresses.owner, autocommit=True) as conn:
        for name in map(sql.Identifier, names):
            conn.execute(sql.SQL("DROP OWNED BY {}").format(name))
            conn.execute(sql.SQL("DROP ROLE {}").format(name))


def test_roles_are_made_and_granted_by_a_command(
    app: Flask, runtime: Runtime, addresses: OfWorker, strangers: tuple[str, str]
) -> None:
    host = addresses.owner.rpartition("@")[2]
    urls = [f"postgresql://{name}:secret-{name}@{host}" for name in strangers]
    made = runtime.settings.model_copy(
        update={"database_url": urls[0], "database_purge_url": urls[1]}
    )
    object.__setattr__(runtime, "settings", made)
    command = app.test_cli_runner()
    first = command.invoke(args=["db", "roles"])
    assert first.exit_code == 0, first.output
    assert "made the role other_application\nmade the role other_purge\n" in first.output
    assert "secret" not in first.output
    again = command.invoke(args=["db", "roles"])
    assert again.exit_code == 0
    assert "made" not in again.output
    with psycopg.connect(urls[0]) as conn:
        assert own_role.weaknesses(conn) == []
        assert conn.execute("SELECT count(*) FROM events").fetchone() == (0,)
    with psycopg.connect(urls[1]) as conn:
        conn.execute("SELECT purge_access_log('2020-01-01', 1, now(), 'root', 'purge')")


def test_one_role_for_all_is_told_what_to_do(app: Flask, runtime: Runtime) -> None:
    one = {"database_url": runtime.settings.owner_url, "database_purge_url": ""}
    object.__setattr__(runtime, "settings", runtime.settings.model_copy(update=one))
    done = app.test_cli_runner().invoke(args=["db", "roles"])
    assert done.exit_code == 1
    assert "DATABASE_URL names the owner of the tables" in done.output


def test_purge_has_a_role_of_its_own(app: Flask, runtime: Runtime) -> None:
    same = {"database_purge_url": runtime.settings.database_url}
    object.__setattr__(runtime, "settings", runtime.settings.model_copy(update=same))
    done = app.test_cli_runner().invoke(args=["db", "roles"])
    assert done.exit_code == 1
    assert "name the same role" in done.output


def test_the_names_come_from_the_urls(addresses: OfWorker) -> None:
    named = rights.named(addresses.owner, addresses.application, addresses.purge)
    assert named == rights.Roles(APPLICATION, PURGE)
    assert rights.named(addresses.owner, addresses.owner, addresses.purge) is None
    assert OWNER in addresses.owner
