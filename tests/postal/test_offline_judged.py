"""Which code proves a handover without network, condition by condition: each alone suffices."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from postal.checks import check_of
from postal.codes import Issue, code_of
from postal.offline import ListedCode, OfflineSaid, judge

_ROOT, _SALT, _LENGTH = b"r" * 32, b"s" * 16, 6
_ITEM, _POSTMAN, _HOLDER, _BEFORE = 7, 3, "+919876500001", "+919876500002"
_AT = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
_LISTED = ListedCode(1, _ITEM, 1, _POSTMAN, "handover", _AT, False, [_HOLDER], moved=False)


def judged(*newer: ListedCode, **changes: Any) -> str:
    """The verdict on the right code and digits of an issue that is as `changes` say."""
    said = OfflineSaid(
        code_of(_ROOT, _SALT, 1, _LENGTH),
        check_of(_ROOT, _SALT, _ITEM),
        _ITEM,
        _POSTMAN,
        wrong_tries=0,
        holder=_HOLDER,
    )
    issued = [*newer, replace(_LISTED, **changes)]
    last = Issue(len(issued), "expired", _SALT, {each.issue: _ROOT for each in issued})
    return judge(said, issued, last, _ROOT, _LENGTH)[0]


def test_the_code_that_its_holder_was_sent_for_this_place_proves_it() -> None:
    assert judged() == "offline"


@pytest.mark.parametrize(
    "changes",
    [
        {"sent_to": [_BEFORE]},  # a nominee whose nomination ended since: nothing was moved
        {"sent_to": [_HOLDER, _BEFORE]},  # two telephones have it
        {"sent_to": []},
        {"moved": True},  # to where it was before: the code was sent to the same telephone
        {"stopped": True},
        {"postman_id": _POSTMAN + 1},
        {"purpose": "refusal"},
    ],
    ids=str,
)
def test_each_condition_alone_keeps_it_from_proving_anything(changes: dict[str, Any]) -> None:
    assert judged(**changes) != "offline"


def test_one_of_another_place_proves_nothing_though_one_went_out_for_this() -> None:
    assert judged(replace(_LISTED, issue=2)) == "offline"
    assert judged(replace(_LISTED, issue=2), item_id=_ITEM + 1) == "stale"
