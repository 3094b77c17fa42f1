"""What an act makes of the facts: the books' part, played without books, for the sandbox.

It follows `postal/`; `tests/flows/test_what_if.py` holds it to what the books really did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flows import decision as acts
from flows.decision import Act
from flows.facts import ArticleFact

Effect = Callable[[ArticleFact, Any, datetime], ArticleFact]


def applied(article: ArticleFact, act: Act, now: datetime) -> ArticleFact:
    """`article` as it stands behind `act`, an act on it. Raises KeyError for an unknown act."""
    return EFFECTS[type(act)](article, act, now)


def _same(article: ArticleFact, act: Act, now: datetime) -> ArticleFact:
    return article


def _to(**changed: Any) -> Effect:
    return lambda article, act, now: replace(article, **changed)


def _issued(article: ArticleFact, act: acts.IssueCode, now: datetime) -> ArticleFact:
    return replace(
        article,
        code="live",
        code_expires_at=act.expires_at,
        code_issue=article.code_issue + 1,
        code_sends=0,
        code_for=act.purpose,
    )


def _wrong(article: ArticleFact, act: acts.CountWrongCode, now: datetime) -> ArticleFact:
    return replace(article, wrong_tries=article.wrong_tries + 1)


def _handed_over(article: ArticleFact, act: acts.HandOver, now: datetime) -> ArticleFact:
    code = "used" if act.proof == "code" else article.code
    return replace(article, state="delivered", delivered_at=now, code=code)


def _remarked(article: ArticleFact, act: acts.RecordRemark, now: datetime) -> ArticleFact:
    return replace(
        article,
        state="attempted",
        remark=act.remark,
        witness="confirmed" if act.proven else "unconfirmed",
        final=False,
        attempts=article.attempts + act.counts,
        code="used" if act.proven else article.code,
    )


def _undone(article: ArticleFact, act: Act, now: datetime) -> ArticleFact:
    """Whether the remark had counted, no fact says: one that did is taken back."""
    remarked = article.remark is not None and article.state == "attempted"
    return replace(
        article,
        state="out_for_delivery",
        delivered_at=None,
        objected=False,
        remark=None if remarked else article.remark,
        witness="none" if remarked else article.witness,
        attempts=max(0, article.attempts - remarked),
        code="dead" if article.code == "used" else article.code,
    )


def _struck_out(article: ArticleFact) -> ArticleFact:
    return replace(
        article,
        state="attempted",
        witness="contested",
        attempts=max(0, article.attempts - 1),
        held_until=None,
    )


def _judged(article: ArticleFact, act: acts.JudgeRemark, now: datetime) -> ArticleFact:
    if act.verdict == "contested":
        return _struck_out(article)
    return replace(article, witness="confirmed")


def _chosen(article: ArticleFact, act: acts.ChooseDay, now: datetime) -> ArticleFact:
    return replace(article, chosen_day=act.day, choose_until=act.until)


def _kept(article: ArticleFact, act: acts.KeepAtOffice, now: datetime) -> ArticleFact:
    return replace(article, state="at_office", held_until=act.until)


def _extended(article: ArticleFact, act: acts.ExtendHold, now: datetime) -> ArticleFact:
    return replace(article, held_until=act.until, extended=True)


def _nominated(article: ArticleFact, act: acts.Nominate, now: datetime) -> ArticleFact:
    return replace(article, nominee="asked", nominations=article.nominations + 1)


def _off_the_list(article: ArticleFact, act: Act, now: datetime) -> ArticleFact:
    return replace(article, state="attempted", remark=None, witness="none", final=False)


def _reopened(article: ArticleFact, act: Act, now: datetime) -> ArticleFact:
    return replace(
        article,
        state="attempted",
        attempts=min(article.attempts, 1),
        remark=None,
        witness="none",
        final=False,
        held_until=None,
        extended=False,
        delivered_at=None,
        objected=False,
    )


EFFECTS: Mapping[type[Act], Effect] = {
    acts.IssueCode: _issued,
    acts.KillCode: _to(code="dead"),
    acts.CountWrongCode: _wrong,
    acts.MarkApproached: _same,
    acts.HandOver: _handed_over,
    acts.ReportLate: _same,
    acts.RecordRemark: _remarked,
    acts.PassItem: _same,
    acts.GiveBack: _off_the_list,
    acts.MakeFinal: _to(final=True),
    acts.UndoHandOver: _undone,
    acts.UndoRemark: _undone,
    acts.UndoApproach: _same,
    acts.MarkDoorOnly: _to(door_only=True),
    acts.MarkDenied: _same,
    acts.MarkNotReceived: _to(objected=True),
    acts.ConfirmRemark: _to(witness="confirmed"),
    acts.ContestRemark: lambda article, act, now: _struck_out(article),
    acts.JudgeRemark: _judged,
    acts.ReopenArticle: _reopened,
    acts.ChooseDay: _chosen,
    acts.TakeOffList: _off_the_list,
    acts.KeepAtOffice: _kept,
    acts.ExtendHold: _extended,
    acts.ReturnToSender: _to(state="returned"),
    acts.RecallArticle: _to(state="recalled"),
    acts.Nominate: _nominated,
    acts.AcceptNomination: _to(nominee="agreed"),
    acts.EndNomination: _to(nominee="none"),
    acts.Unlink: _to(linked=False),
    acts.Relink: _to(linked=True),
    acts.WarnHerd: _same,
    # These concern no article: nothing of it changes.
    acts.NameNumber: _same,
    acts.OpenTicket: _same,
    acts.TakePhone: _same,
    acts.SetLanguage: _same,
    acts.OptOut: _same,
    acts.OptIn: _same,
}
