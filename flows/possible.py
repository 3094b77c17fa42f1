"""What the help desk can do with an article now, and what stands in its way. Pure.

The machines ask these rules when they decide (flows/desk.py), and the pages before they offer an
action: what is not offered says why. A hindrance is the key of a sentence, `hinder_…` in web/words.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from flows import trust
from flows.facts import ArticleFact, ArticleState, Proof
from flows.happenings import Verdict
from flows.recipient.wishes import MOST_NOMINATIONS

Hindrance = Literal[
    # where the article is, or that its journey is over
    "booked", "out_for_delivery", "attempted", "at_office", "delivered", "returned", "recalled",
    # of the code
    "code_none", "code_expired", "code_used", "code_dead",
    "no_code_needed", "locked", "disputed", "at_door", "sent_often", "nominee_soon", "elsewhere",
    "in_doubt",
    # of a remark
    "no_remark", "is_confirmed", "is_contested",
    # of another visit
    "comes_again", "nobody_objected",
    # of another telephone
    "personal", "moved_often", "named_often", "needs_two",
    # of a warning
    "nobody_around", "many_around", "other_pin", "warned",
    "no_telephone", "as_it_is",
]  # fmt: skip

_OF_STATE: Final[Mapping[ArticleState, Hindrance]] = MappingProxyType(
    {
        "booked": "booked",
        "out_for_delivery": "out_for_delivery",
        "attempted": "attempted",
        "at_office": "at_office",
        "delivered": "delivered",
        "returned": "returned",
        "recalled": "recalled",
    }
)
_OF_CODE: Final[Mapping[str, Hindrance]] = MappingProxyType(
    {
        "none": "code_none",
        "expired": "code_expired",
        "used": "code_used",
        "dead": "code_dead",
    }
)
# What the recipient's machine says in the place of a code (flows/recipient/answers.py).
_OF_REFUSAL: Final[Mapping[str, Hindrance]] = MappingProxyType(
    {
        "no_code_needed": "no_code_needed",
        "code_locked": "locked",
        "code_disputed": "disputed",
        "code_at_door": "at_door",
        "code_wait": "sent_often",
        "nominee_thanks": "nominee_soon",
        "nominee_agreed": "elsewhere",
        "number_asked": "in_doubt",
    }
)
_OF_MOVE: Final[Mapping[str, Hindrance]] = MappingProxyType(
    {"personal": "personal", "no_more": "moved_often", "second": "needs_two"}
)


def stop_code(article: ArticleFact) -> Hindrance | None:
    """Return why there is no code to cancel; None: there is one.

    Where doors without network are provided for, one whose time is over still proves a handover.
    """
    told = article.code == "expired" and article.code_for == "handover"
    if article.code == "live" or (told and trust.offline(article) is None):
        return None
    return _OF_CODE[article.code]


def judge(article: ArticleFact, verdict: Verdict) -> Hindrance | None:
    """Return why a remark cannot be judged so; None: it can."""
    if article.state not in ("attempted", "at_office"):
        return _OF_STATE[article.state]
    if article.witness == "none":
        return "no_remark"
    if article.witness == verdict:
        return "is_confirmed" if verdict == "confirmed" else "is_contested"
    return None


def reopen(article: ArticleFact) -> Hindrance | None:
    """Return why the article is not brought once more; None: it is."""
    if article.state == "attempted":
        return None if article.office_next or article.disputed else "comes_again"
    if article.state == "delivered":
        return None if article.objected else "nobody_objected"
    return None if article.state == "at_office" else _OF_STATE[article.state]


def correct_number(article: ArticleFact, proof: Proof | None = "two") -> Hindrance | None:
    """Return why an office cannot change the addressee's telephone; None: it can."""
    answer = trust.move(article, "office", proof, to_is_staff=False)
    return None if answer == "done" else _moved(article, answer)


def move_destination(article: ArticleFact) -> Hindrance | None:
    """Return why nobody else can be named to take the article; None: somebody can."""
    if not article.linked:
        return "no_telephone"
    if article.unsure:
        return "in_doubt"
    answer = trust.move(article, "holder", "two", to_is_staff=False)
    if answer != "nominee":
        return _moved(article, answer)
    return "named_often" if article.nominations >= MOST_NOMINATIONS else None


def no_code(template: str, article: ArticleFact) -> Hindrance:
    """Return why `template` was said in the place of a code, about `article` as it was then."""
    return _OF_REFUSAL.get(template, _OF_STATE[article.state])


def _moved(article: ArticleFact, answer: str) -> Hindrance:
    return _OF_MOVE.get(answer, _OF_STATE[article.state])
