from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from messages.catalogue import CatalogueError
from messages.render import CODE_MASK, render
from outbox.enqueue import OutboxDraft, enqueue, enqueue_many
from postal.codes import code_of
from runtime import Runtime
from store import wording
from tests.rigs.clock import Clock
from tests.rigs.outbox import PHONE, Carrier, drain, issue_code, with_carrier
from tests.rigs.words import contents


def draft(clock: Clock, **changes: Any) -> OutboxDraft:
    news = OutboxDraft(
        phone=PHONE,
        template="out_plain",
        language="hi",
        values={"digits": "6785", "amount": 0},
        lane="notice",
        not_after=clock.now() + timedelta(hours=8),
        at=clock.now(),
    )
    return replace(news, **changes)


def test_a_message_is_rendered_once_and_due_at_once(runtime: Runtime, clock: Clock) -> None:
    with runtime.database.transaction() as conn:
        id_ = enqueue(conn, draft(clock))
        row = conn.execute(
            "SELECT direction, status, phone, template, language, said, body, segments, lane,"
            " not_after, at, next_attempt_at, attempts FROM messages WHERE id = %s",
            (id_,),
        ).fetchone()
    rendered = render("out_plain", "hi", {"digits": "6785", "amount": 0})
    assert row == (
        "out",
        "queued",
        PHONE,
        "out_plain",
        "hi",
        wording.pack(rendered.text, {"digits": "6785", "amount": 0}),
        "",
        rendered.segments.segments,
        "notice",
        clock.now() + timedelta(hours=8),
        clock.now(),
        clock.now(),
        0,
    )


def test_many_keep_their_order(runtime: Runtime, clock: Clock) -> None:
    phones = [f"+9198{n:08d}" for n in range(200)]
    with runtime.database.transaction() as conn:
        ids = enqueue_many(conn, [draft(clock, phone=phone) for phone in phones])
        rows = conn.execute("SELECT id, phone FROM messages").fetchall()
        assert enqueue_many(conn, []) == []
    assert {id_: phone for id_, phone in rows} == dict(zip(ids, phones, strict=True))


def test_a_code_reaches_the_phone_and_never_the_table(runtime: Runtime, clock: Clock) -> None:
    carrier, salt = Carrier(), b"0123456789abcdef"
    with runtime.database.transaction() as conn:
        code_id = issue_code(conn, clock.now(), salt)
        enqueue(conn, draft(clock, template="code", lane="code", code_id=code_id))
    runtime = with_carrier(runtime, carrier)
    drain(runtime)
    code = code_of(runtime.settings.dakiya_master_key.get_secret_value().encode(), salt, 1, 6)
    assert code in carrier.sends[0].text
    assert CODE_MASK not in carrier.sends[0].text
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT messages::text FROM messages").fetchall()
        (words,) = contents(conn)
    assert CODE_MASK in words.body
    assert code not in f"{rows[0][0]} {words.body} {words.variables}"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"template": "code", "lane": "code"}, ValueError),  # a code template without a code
        ({"code_id": 1}, ValueError),  # a code without its template
        ({"template": "nonsense"}, CatalogueError),
        ({"values": {"digits": "6785"}}, CatalogueError),
        ({"values": {"digits": "6785", "amount": "Rs 10"}}, CatalogueError),
    ],
)
def test_what_is_not_in_the_catalogue_cannot_be_queued(
    runtime: Runtime, clock: Clock, changes: dict[str, Any], error: type[Exception]
) -> None:
    with runtime.database.transaction() as conn:
        with pytest.raises(error):
            enqueue(conn, draft(clock, **changes))
        assert conn.execute("SELECT count(*) FROM messages").fetchone() == (0,)
