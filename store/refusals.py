"""The three kinds of refusal: each names, where it is raised, what the post office does not do.

The API answers the bases with statuses (`web/api/engine/problems.py`), the pages with their words
(`web/staff/refusals.py`), the commands with the sentence (`web/commands/refusals.py`).
"""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """An expected end of what was asked; nothing of it is kept. Raise one of the three below.

    `str()` of it says in English what is wrong and what to do. `field` is what was given wrongly,
    as the API names it. `word` is the key of the sentence in web/words, which `values` fill in.
    """

    sentence: str = ""
    field: str = ""
    word: str = ""
    summary: str = ""
    """Shown instead of the sentence where that is shown beside its field."""

    def __init__(
        self, sentence: str = "", *, field: str = "", word: str = "", **values: str | int
    ) -> None:
        super().__init__(sentence or self.sentence)
        self.field = field or self.field
        self.word = word or self.word
        self.values: Mapping[str, str | int] = values

    @property
    def faults(self) -> tuple[tuple[str, str], ...]:
        """Each field at fault and what is wrong with it."""
        return ((self.field, str(self)),) if self.field else ()


class Unknown(Refusal):
    """There is no such thing; with a `field`, the thing that the field names."""


class Conflict(Refusal):
    """What was asked cannot be done as things are now."""


class Invalid(Refusal):
    """The values given cannot be accepted: the caller must give others."""
