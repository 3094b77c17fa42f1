"""Every kind of the feed is declared once; what is not declared is refused, and docs know it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from runtime import Runtime
from store import feed, feed_kinds
from tests.rigs.told import nothing_in

ROOT = Path(__file__).parent.parent.parent
API = (ROOT / "docs/api.md").read_text(encoding="utf-8")


def test_a_kind_that_nobody_declared_is_refused(runtime: Runtime) -> None:
    kind: Any = "parcel_sang"
    with runtime.database.transaction() as conn:
        with pytest.raises(feed_kinds.UndeclaredKind) as refused:
            feed.append(conn, kind, None, runtime.now(), {})
        assert feed.read(conn, 0, 10) == []
    said = str(refused.value)
    assert said == "store/feed_kinds.py declares no kind 'parcel_sang' of the feed: add it there"


def test_a_kind_is_declared_once_and_appended_somewhere() -> None:
    assert list(feed_kinds.DECLARED) == list(get_args(feed_kinds.Kind))
    rooms = (
        "postal",
        "outbox",
        "conversation",
        "payments",
        "imports",
        "webhooks",
        "web",
        "store/chains",
    )
    sources = [path.read_text("utf-8") for room in rooms for path in (ROOT / room).rglob("*.py")]
    dead = [kind for kind in feed_kinds.DECLARED if not any(f'"{kind}"' in s for s in sources)]
    nothing_in(f"store/feed_kinds.py: {kind} is declared, and nothing appends it" for kind in dead)


def test_the_list_in_the_documentation_is_whole() -> None:
    (head, *listed) = re.findall(r"^\| `(\w+)` \| (\w+) \| .+ \|$", API, re.M)
    assert head == ("kind", "whose")
    rows = [(each.name, each.whose) for each in feed_kinds.DECLARED.values()]
    nothing_in(
        f"docs/api.md: no row | `{kind}` | {whose} | … |"
        for kind, whose in rows
        if (kind, whose) not in listed
    )
    assert listed == rows


def test_the_documentation_has_the_codes_of_the_upu() -> None:
    rows = re.findall(r"^\| (`.+`) \| `([A-Z]{3})` \| .+ \|$", API, re.M)
    told = {kind: code for kinds, code in rows for kind in re.findall(r"`(\w+)`", kinds)}
    assert told == {each.name: each.upu for each in feed_kinds.DECLARED.values() if each.upu}


def test_the_index_of_the_carriers_page_covers_their_kinds(runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT pg_get_indexdef('events_of_carriers'::regclass)").fetchone()
    assert row is not None
    assert sorted(re.findall(r"'(\w+)'", row[0])) == sorted(feed_kinds.of("carrier"))
