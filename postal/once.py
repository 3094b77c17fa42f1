"""The uuid of a form, `once`: the same form again changes nothing, another one is refused.

A repeat after a lost answer must be the same request, as under an `Idempotency-Key`
(web/api/engine/idempotency.py).
"""

from __future__ import annotations

from store.refusals import Invalid


class OtherForm(Invalid):
    """The uuid was used for a form with other values."""

    sentence = "this uuid was used with other values: use a new one for each form"
    field = "once"
    word = "once_used"


def insist_same(*pairs: tuple[object, object]) -> None:
    """Raise `OtherForm` unless the two of each pair, what was said before and now, are equal."""
    if any(before != now for before, now in pairs):
        raise OtherForm
