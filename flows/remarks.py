"""The remarks on articles that were not delivered: two-digit numbers of our own.

They are those of docs/developing/domain.md rule 5. Everything that distinguishes remarks reads this
table. A new remark is one line here, and its words in web/words/*/flows.toml, paper/words/*.toml
and messages/screens/*.toml, under `remark_NN`; what postmen write for it is a rule in
flows/grammar/postman_phrases.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

# The words in which recipient and sender are told: `attempted_…`, `sender_attempted_…`.
Group = Literal["absent", "address", "refused", "money", "code", "other"]
# The recipient is asked in the words of the group; if no other visit helps, in those of `office`.
Question = Literal["absent", "address", "refused", "money", "code", "office", "other"]


@dataclass(frozen=True)
class RemarkKind:
    """One remark. `flows.events.Remark` is a postman's text with one.

    `counts`: whether it is one of the two door attempts; faults of the system, the network or the
    office are not (docs/developing/domain.md rule 4). `another_visit`: whether a postman may bring
    the article again. `needs_code`: if the recipient has a telephone, only the refusal code proves
    it. `at_door`: whether it says that the postman was there.
    """

    code: int
    name: str
    group: Group
    counts: bool = True
    another_visit: bool = True
    needs_code: bool = False
    at_door: bool = True

    @property
    def question(self) -> Question:
        """The group in whose words the recipient is asked whether it is true."""
        return self.group if self.another_visit else "office"


KINDS: Final = (
    RemarkKind(11, "door locked", "absent"),
    RemarkKind(12, "addressee absent", "absent"),
    RemarkKind(13, "no such person", "address"),
    RemarkKind(14, "insufficient address", "address"),
    RemarkKind(15, "moved, address known", "address"),
    RemarkKind(16, "left without instructions", "absent"),
    RemarkKind(17, "refused", "refused", another_visit=False, needs_code=True),
    RemarkKind(18, "deceased", "other", counts=False, another_visit=False),
    RemarkKind(19, "COD amount not available", "money"),
    RemarkKind(20, "UPI failed at the door", "money", counts=False),
    RemarkKind(21, "wrong beat", "other", counts=False, at_door=False),
    RemarkKind(22, "office closed, holiday", "other", counts=False, at_door=False),
    RemarkKind(23, "damaged, take delivery at the window", "other", False, False, at_door=False),
    RemarkKind(24, "recalled by the sender", "other", False, False, at_door=False),
    RemarkKind(25, "no network, not attempted", "other", counts=False, at_door=False),
    RemarkKind(26, "code not received on the phone", "code", counts=False),
    RemarkKind(27, "code wrong, tries used", "code"),
)

BY_CODE: Final[Mapping[int, RemarkKind]] = MappingProxyType({kind.code: kind for kind in KINDS})

# Two digits after an item are a remark even if none has that number, so that a mistyped remark is
# reported and not taken for the next door. 10: handed over against a signature.
TYPED: Final = range(10, 30)

(REFUSED,) = (kind.code for kind in KINDS if kind.needs_code)
NO_OTHER_VISIT: Final = frozenset(kind.code for kind in KINDS if not kind.another_visit)


def group_of(code: int) -> Group:
    """Return the group in whose words the sender is told; `other` for unknown remarks."""
    return BY_CODE[code].group if code in BY_CODE else "other"


def question_of(code: int) -> Question:
    """Return the group in whose words the recipient is asked; `other` for unknown remarks."""
    return BY_CODE[code].question if code in BY_CODE else "other"


GROUPS: Final = tuple(each for each in get_args(Group) if each in set(map(group_of, TYPED)))
QUESTIONS: Final = tuple(
    each for each in get_args(Question) if each in set(map(question_of, TYPED))
)


def _examples() -> tuple[int, ...]:
    """Return one code for each way in which remarks differ in the books."""
    first: dict[tuple[bool, bool], int] = {}
    for kind in KINDS:
        first.setdefault((kind.another_visit, kind.needs_code), kind.code)
    return tuple(first.values())


EXAMPLES: Final = _examples()
