"""Acts on an article's code: issue one, kill it, count a wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.acts.conditions import in_state, must
from flows.decision import ArticleAct
from flows.facts import ArticleFact, Changes, ItemFact, Purpose

DeadReason = Literal[
    "expired",
    "fraud",
    "undone",
    "remark",
    "tries",
    "withdrawn",
    "moved",
    "passed",
    "desk",
    "signed",
]


@dataclass(frozen=True)
class IssueCode(ArticleAct):
    """A new code, the next issue, bound to the postman who carries the article.

    It ends a code that is still live: an article never has two.
    """

    expires_at: datetime
    purpose: Purpose = "handover"

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(
            article, "at_office" if self.purpose == "window" else "out_for_delivery"
        )
        yield from must(article.mode != "off", "its office delivers without codes")
        if self.purpose != "refusal":
            yield from must(article.coded, "no code is needed")
        yield from must(not article.locked, "five wrong codes were given today")
        yield from must(not article.disputed, "who had the code before objects")
        yield from must(not article.unsure, "its telephone may be another person's: it is asked")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(
            code="live",
            code_expires_at=self.expires_at,
            code_issue=article.code_issue + 1,
            code_sends=0,
            code_for=self.purpose,
        )


@dataclass(frozen=True)
class KillCode(ArticleAct):
    """The end of the present code."""

    reason: DeadReason

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.code in ("live", "expired"), f"the code is {article.code}")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(code="dead")


@dataclass(frozen=True)
class CountWrongCode(ArticleAct):
    """The use of one of the day's five tries."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        assert item is not None
        yield from must(item.verdict == "wrong", f"the code is {item.verdict}")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(wrong_tries=article.wrong_tries + 1)
