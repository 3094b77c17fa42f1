"""A sprint is packed and read whole again, whatever defaults and dictionaries came since."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
import zstandard
from flask import Flask

from flows.decision import Asked, Decision
from flows.events import ReportFraud
from flows.facts import RecipientFacts
from flows.machine import Standing
from flows.replay.record import Lean, decode, encode
from store import packing
from store.database import Database
from tests.rigs import chains
from tests.rigs.transcript import Player

_DICTIONARIES = Path(packing.__file__).with_name("dictionaries")
_NOW = datetime(2026, 8, 14, 4, 30, 0, 123456, UTC)
# Never changed, never removed: rows name theirs by its number. A new one is a new line.
_KEPT = {
    "1.json": "c77c5cbe01e0018741c2423d92106207659783fd6845dc576a11142be0e238b0",
    "1.zstd": "8787038fe3f1135fcc0dbd9e43ea8ca71fa32ab9902c884bb003a423d6e6f824",
}


@pytest.fixture
def played(player: Player) -> Player:
    for line in (
        "postman 1001 +919839000001",
        "article EU123456785IN to +919876500001 en",
        "list 1001: EU123456785IN",
        "+919839000001 > 1",
        "+919876500001 > 5 9876500002",
        "+919876500001 > 3",
    ):
        player.step(line)
    return player


def test_what_is_read_is_what_rows_said_before(played: Player) -> None:
    with played.runtime.database.transaction() as conn:
        rows = conn.execute(
            f"SELECT event_kind, acts, {packing.COLUMNS} FROM sprints s"  # noqa: S608
        ).fetchall()
    assert len(rows) > 6
    dictionary = zstandard.ZstdCompressionDict((_DICTIONARIES / "1.zstd").read_bytes())
    seen: set[str] = set()
    for event_kind, acts, *packed in rows:
        found = packing.records(tuple(packed))
        for part in (found.event, found.facts, found.decision):
            assert part is None or encode(decode(part, object)) == part
        assert found.event["kind"] == event_kind
        assert [act["kind"] for act in found.decision["acts"]] == [a for a in acts.split(",") if a]
        assert found.state_after["context"] == found.decision["context"]
        plain = zstandard.ZstdDecompressor(dict_data=dictionary).decompress(packed[5])
        assert b"+91" not in plain
        seen.update((packed[7] or "").split())
    assert "+919876500002" in seen


def _facts() -> RecipientFacts:
    return RecipientFacts(articles=(), release="approach", code_ttl=60, day_end=_NOW, now=_NOW)


def test_every_thread_packs_alike() -> None:
    decision = Decision("idle", Asked("EU123456785IN"), (), (), ())
    before = Standing("idle", Asked(), _NOW)

    def packed(_: int) -> packing.Packed:
        return packing.pack(ReportFraud(), before, _facts(), decision)

    with ThreadPoolExecutor(8) as threads:
        (made,) = set(threads.map(packed, range(400)))
    assert made.about == "- EU123456785IN"
    found = packing.unpack(made.kept, made.dictionary, made.phones)
    assert found.facts == encode(_facts())
    assert found.state_before["entered_at"] == _NOW.isoformat()


def test_a_default_that_changed_since_changes_no_row() -> None:
    """Rows say what was usual when they were written, not what the code makes of it today."""
    then = Lean({"Asked": {"article": "EU123456785IN"}, "Gone": {"field": 1}})
    assert then.filled({"kind": "Asked"}) == {"kind": "Asked", "article": "EU123456785IN"}
    written = orjson.loads(orjson.dumps(then.encode(Asked())))
    assert written == {"kind": "Asked", "article": None}
    assert then.filled(written) == encode(Asked())
    same = then.encode(Asked("EU123456785IN"))
    assert then.filled(same) == encode(Asked("EU123456785IN"))


@pytest.mark.parametrize("name", sorted(path.name for path in _DICTIONARIES.iterdir()))
def test_no_dictionary_is_ever_changed(name: str) -> None:
    assert sha256((_DICTIONARIES / name).read_bytes()).hexdigest() == _KEPT[name]
    assert (_DICTIONARIES / name).with_suffix(".json").exists()


def test_none_is_ever_removed() -> None:
    assert {path.name for path in _DICTIONARIES.iterdir()} == set(_KEPT)


@pytest.mark.parametrize(
    ("kept", "dictionary", "says"),
    [
        (None, 99, "sprints of dictionary 99 cannot be read"),
        (b"never packed", 1, "what is kept of it cannot be unpacked"),
        (b"\x28\xb5\x2f\xfd\xe0" + (1 << 45).to_bytes(8, "little") + b"\1\0\0", 1, "cannot be unp"),
        (packing._CODECS.of(1).compressor.compress(b"[{}, {}, {}, {}]"), 1, "cannot be unpacked"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_stops_nobody(
    played: Player, app: Flask, kept: bytes | None, dictionary: int, says: str
) -> None:
    """Of a newer release, or added by somebody who has the application's rights: its digest fits.

    One such row kept `audit verify` and `replay` from all others, failed the next text of its
    telephone and hid what is stored of a person from him.
    """
    phone = "+919876500001"
    with played.runtime.database.transaction() as conn:
        row = conn.execute(
            "INSERT INTO sprints (conversation_id, message_id, at, proof, kept, dictionary, phones,"
            " event_kind, acts, about) SELECT s.conversation_id, s.message_id, s.at, s.proof,"
            " coalesce(%s, kept), %s, phones, event_kind, acts, about FROM sprints s"
            " JOIN conversations c ON c.id = s.conversation_id WHERE whose = %s"
            " ORDER BY s.id DESC LIMIT 1 RETURNING id",
            (kept, dictionary, phone),
        ).fetchone()
    assert row is not None
    run = app.test_cli_runner()
    for arguments, else_ in (
        (["audit", "verify"], f"sprints id {row[0]}, "),
        (["replay"], " decided again, 0 differ, 1 cannot be read"),
    ):
        done = run.invoke(args=arguments)
        assert done.exit_code == 1
        assert says in done.output
        assert else_ in done.output
        assert isinstance(done.exception, SystemExit)
    exported = run.invoke(args=["export-person", phone])
    assert exported.exit_code == 0
    assert says in exported.output
    with played.runtime.database.transaction() as conn:
        conn.execute("UPDATE conversations SET last_sprint_id = %s WHERE whose = %s", (*row, phone))
    played.step(f"{phone} > 3")


@pytest.mark.parametrize(
    "column", ["event_kind = 'Thanked'", "acts = 'HandOver'", "about = 'EU000000000IN'"]
)
def test_columns_that_say_something_else_than_the_sprint_are_named(
    played: Player, app: Flask, owner: Database, column: str
) -> None:
    with owner.transaction() as conn:
        conn.execute("SET LOCAL TimeZone = 'UTC'")
        conn.execute(
            f"UPDATE sprints SET {column} WHERE event_kind = 'ReportFraud'".encode()  # noqa: S608
        )
        conn.execute("UPDATE sprints SET digest = row_digest(salt, to_json(sprints))")
    found = chains.verify(app)
    assert found.exit_code == 1
    assert "event or acts are not what its digest tells of them" in found.output
