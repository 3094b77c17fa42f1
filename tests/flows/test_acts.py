"""Every act is whole: what it requires and changes, one writer, a machine that decides it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_type_hints

import pytest

from flows import acts, machines
from flows.acts.door import HandOver
from flows.decision import Act, ArticleAct
from flows.facts import ArticleFact, Changes
from flows.replay.record import decode, encode
from postal.acts.all import written
from postal.acts.books import writes

NOW = datetime.fromisoformat("2026-08-14T10:00:00+05:30")


def decided() -> set[type[Act]]:
    return {act for m in machines.ALL.values() for t in m.transitions for act in t.acts}


def incomplete(
    kinds: Collection[type[Act]], writers: Collection[type[Act]], decided: Collection[type[Act]]
) -> Iterator[str]:
    """Return a line for each part that one of `kinds` is missing."""
    for kind in kinds:
        where = f"{kind.__name__} ({kind.__module__})"
        if issubclass(kind, ArticleAct):
            if "required" not in vars(kind):
                yield f"{where}: nothing says what must be so before it: define required()"
            if "effect" not in vars(kind):
                yield f"{where}: nothing says what it changes: define effect()"
        if kind not in writers:
            yield f"{where}: nobody writes it into the books: declare a writer in postal/acts"
        if kind not in decided:
            yield f"{where}: no machine decides it"


def test_every_act_is_whole() -> None:
    missing = list(incomplete(acts.ALL.values(), written(), decided()))
    assert not missing, "\n".join(missing)


def test_what_is_written_or_decided_is_an_act_of_the_folder() -> None:
    ours = set(acts.ALL.values())
    assert written() == ours
    assert decided() == ours


def test_each_missing_part_is_told_with_the_name_of_the_act() -> None:
    @dataclass(frozen=True)
    class NotingHalf(ArticleAct):
        pass

    where = f"NotingHalf ({__name__})"
    assert list(incomplete([NotingHalf], [], [])) == [
        f"{where}: nothing says what must be so before it: define required()",
        f"{where}: nothing says what it changes: define effect()",
        f"{where}: nobody writes it into the books: declare a writer in postal/acts",
        f"{where}: no machine decides it",
    ]
    with pytest.raises(TypeError, match="NotingHalf"):
        NotingHalf("EU123456785IN")  # type: ignore[abstract]  # what is tested


def test_a_second_writer_is_refused() -> None:
    with pytest.raises(TypeError, match="HandOver has two writers"):
        writes(HandOver)(lambda books, act, whose: None)


def test_every_file_of_acts_is_gathered() -> None:
    folder = Path(acts.__file__).parent
    gathered = {Path(str(module.__file__)).name for module in acts.MODULES}
    left = {path.name for path in folder.glob("*.py")} - gathered - {"__init__.py", "conditions.py"}
    assert not left, f"flows/acts/__init__.py: MODULES does not name {sorted(left)}"


def test_stored_sprints_find_their_acts_by_class_name() -> None:
    stored: dict[str, object] = {
        "kind": "HandOver", "article": "EU123456785IN",
        "proof": "code", "payment": "cash", "written_at": NOW.isoformat(), "document": None,
        "missing": [],
    }  # fmt: skip
    act = HandOver("EU123456785IN", "code", "cash", NOW)
    assert decode(stored, HandOver) == act
    assert encode(act) == stored
    ticket = {"kind": "OpenTicket", "about": "person"}
    assert decode(ticket, acts.reports.OpenTicket) == acts.reports.OpenTicket("person")


def test_changes_are_fields_of_the_facts() -> None:
    fields = get_type_hints(ArticleFact)
    assert {name: fields[name] for name in get_type_hints(Changes)} == get_type_hints(Changes)
