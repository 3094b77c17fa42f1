"""Every wish brings its answer in every state of its article; nothing moves by words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest

from flows import machines
from flows.acts.remarks import ConfirmRemark, ContestRemark, SuspendRemark
from flows.acts.reports import NoteHint, OpenTicket
from flows.decision import Asked, Decision
from flows.events import AnotherDay, Event, Said, Wished
from flows.facts import ArticleFact, ArticleState, RecipientFacts
from flows.machine import Standing, decide
from flows.recipient import days
from flows.wishes import DayNamed, PersonWish, WishKind

NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)  # a Friday
TODAY = date(2026, 8, 14)
NUMBER, OTHER = "EU123456785IN", "RR287043775IN"
STATES = ("booked", "out_for_delivery", "attempted", "at_office", "delivered")


def article(state: ArticleState, number: str = NUMBER) -> ArticleFact:
    return ArticleFact(
        number, state, True, 0, "none", None, 0, 0, 0, False,
        remark=12 if state == "attempted" else None,
        witness="unconfirmed" if state == "attempted" else "none",
        held_until=TODAY + timedelta(days=7) if state == "at_office" else None,
        delivered_at=NOW if state == "delivered" else None,
    )  # fmt: skip


def decided(event: Event, *articles: ArticleFact, state: str = "quiet") -> Decision:
    facts = RecipientFacts(NOW, articles, "approach", 600, NOW, today=TODAY)
    about = articles[0].number if articles else None
    standing = Standing(state, Asked(about), NOW)
    return decide(machines.ALL["recipient"], standing, event, facts)


def wish(*kinds: WishKind, day: DayNamed | None = None) -> Wished:
    return Wished(tuple(PersonWish(kind, day=day) for kind in kinds), 1)


def said(decision: Decision) -> list[str]:
    return [say.template for say in decision.says]


# In the order of STATES; "" is silence.
ANSWERS: dict[WishKind, tuple[str, str, str, str, str]] = {
    "send_code": ("code_not_yet", "ask_code", "code_not_yet", "ask_code", "nothing_waiting"),
    "speak_code": ("code_not_yet", "ask_speak", "code_not_yet", "ask_speak", "nothing_waiting"),
    "told_code": ("code_kept",) * 5,
    "fraud": ("ask_fraud",) * 5,
    "not_home": ("ask_not_home", "ask_not_home", "ask_not_home", "at_office", "nothing_waiting"),
    "another_day": (
        "ask_other_day", "ask_other_day", "ask_other_day", "ask_other_day", "nothing_waiting",
    ),
    "hold": ("hold_not_yet", "ask_hold", "ask_hold", "ask_hold", "nothing_waiting"),
    "nominate": (
        "nominee_how", "nominee_how", "nominee_how", "nominee_not_now", "nothing_waiting",
    ),
    "take_back_nominee": (*("nominee_none",) * 4, "nothing_waiting"),
    "accept": ("", "ask_code", "ask_contest", "", ""),
    "decline": (*("ask_refuse",) * 4, "nothing_waiting"),
    "refuse": (*("ask_refuse",) * 4, "nothing_waiting"),
    "no_money": (*("ask_no_money",) * 4, "nothing_waiting"),
    "address_hint": (*("hint_kept",) * 4, "nothing_waiting"),
    "where": (
        "status_booked", "where_today", "status_attempted", "status_at_office",
        "status_delivered",
    ),
    "received": (*("",) * 4, "glad_received"),
    "not_received": (
        "status_booked", "where_today", "status_attempted", "status_at_office",
        "ask_not_received",
    ),
    "never_came": (
        "status_booked", "where_today", "ask_contest", "status_at_office",
        "ask_not_received",
    ),
    "true": ("", "ask_code", "ask_contest", "", ""),
    "not_mine": (*("ask_not_mine",) * 4, "nothing_waiting"),
    "new_number": (*("ask_new_number",) * 4, "nothing_waiting"),
    "dead": (*("say_dead",) * 4, "nothing_waiting"),
    "moved_away": (*("say_moved_away",) * 4, "nothing_waiting"),
    "recall": (
        "status_booked", "where_today", "status_attempted", "status_at_office",
        "status_delivered",
    ),
    "correct_number": (*("ask_new_number",) * 4, "nothing_waiting"),
    "how": ("say_how",) * 5,
    "human": ("ask_person",) * 5,
    "stop": ("ask_stop",) * 5,
    "start": ("ask_start",) * 5,
    "language_hi": ("language_menu",) * 5,
    "language_roman": ("language_menu",) * 5,
    "language_en": ("language_menu",) * 5,
    "yes": ("", "ask_code", "ask_contest", "", ""),
    "no": ("ask_not_mine", "ask_no", "ask_contest", "ask_no", "ask_not_received"),
    "thanks": ("",) * 5,
    "greeting": ("greeted",) * 5,
    "acknowledged": ("",) * 5,
    "notice": ("",) * 5,
    "autoresponder": ("",) * 5,
    "quote": ("",) * 5,
    "chatter": ("",) * 5,
    "abuse": ("ask_person",) * 5,
    "unclear": ("recipient_menu",) * 5,
}  # fmt: skip


@pytest.mark.parametrize("kind", get_args(WishKind))
def test_each_wish_has_its_answer_in_each_state(kind: WishKind) -> None:
    for state, expected in zip(STATES, ANSWERS[kind], strict=True):
        decision = decided(wish(kind), article(state))  # type: ignore[arg-type]  # of STATES
        assert said(decision) == ([expected] if expected else []), (kind, state)
        assert decision.tells == ()
        assert {type(act) for act in decision.acts} <= {SuspendRemark, NoteHint, OpenTicket}


def test_a_nominee_is_asked_whether_he_takes_it() -> None:
    asked = replace(article("booked"), part="asked", nominee="asked")
    kinds: tuple[WishKind, ...] = ("accept", "yes", "no", "decline", "refuse", "not_home")
    for kind in kinds:
        assert said(decided(wish(kind), asked, state="asked")) == ["ask_accept"]


def test_yes_and_no_answer_the_question_that_was_asked_last_and_only_that() -> None:
    remark = article("attempted")
    yes = decided(Said("yes"), remark, state="attempted")
    no = decided(Said("no"), remark, state="attempted")
    assert ConfirmRemark(NUMBER) in yes.acts
    assert ContestRemark(NUMBER) in no.acts
    # Something else was asked since: a yes could mean that.
    asked_back = decided(wish("not_home"), remark, state="attempted")
    assert asked_back.state == "asked_back"
    for answer in (Said("yes"), Said("no")):
        later = decided(answer, remark, state=asked_back.state)
        assert (said(later), later.acts) == (["ask_contest"], ())


def test_a_move_needs_its_digits() -> None:
    asked = replace(article("booked"), asked=True, questions=1)
    for answer in (Said("yes"), Said("no")):
        decision = decided(answer, asked, state="booked")
        assert (said(decision), decision.acts, decision.tells) == (["move_asked"], (), ())


def test_words_suspend_a_remark_once_and_only_the_witness_does() -> None:
    remark = article("attempted")
    first = decided(wish("never_came"), remark, state="attempted")
    assert first.acts == (SuspendRemark(NUMBER),)
    suspended = first.acts[0].applied(replace(remark, attempts=1), NOW)
    assert (suspended.suspended, suspended.attempts) == (True, 0)
    assert decided(wish("never_came"), suspended).acts == ()
    assert decided(wish("true"), remark).acts == ()
    stands = ConfirmRemark(NUMBER).applied(suspended, NOW)
    assert (stands.attempts, stands.witness, stands.suspended) == (1, "confirmed", False)
    struck_out = ContestRemark(NUMBER).applied(suspended, NOW)
    assert (struck_out.attempts, struck_out.witness) == (0, "contested")
    nominee = replace(remark, part="nominee", nominee="agreed")
    assert decided(wish("never_came"), nominee, state="quiet").acts == ()


def test_a_remark_that_is_suspended_leads_to_no_office() -> None:
    kept = replace(article("attempted"), remark=18)
    assert kept.office_next
    assert not replace(kept, suspended=True).office_next


def test_two_wishes_are_both_answered_and_each_text_comes_once() -> None:
    out = article("out_for_delivery")
    assert said(decided(wish("not_home", "nominate"), out)) == ["ask_not_home", "nominee_how"]
    assert said(decided(wish("refuse", "decline"), out)) == ["ask_refuse"]
    assert said(decided(wish("unclear", "hold"), out)) == ["ask_hold"]
    assert said(decided(wish("yes", "no"), out)) == ["ask_no"]
    assert said(decided(wish("start", "stop"), out)) == ["ask_stop"]
    assert said(decided(wish("thanks", "where"), out)) == ["where_today"]


def test_of_two_articles_it_is_asked_which() -> None:
    two = (article("booked", OTHER), article("booked"))
    facts = RecipientFacts(NOW, two, "approach", 600, NOW, today=TODAY)
    standing = Standing("quiet", Asked(), NOW)
    machine = machines.ALL["recipient"]
    assert said(decide(machine, standing, wish("not_home"), facts)) == ["which_article"]
    assert said(decide(machine, standing, wish("not_home", "refuse"), facts)) == ["which_article"]


def test_a_greeting_is_answered_once_a_day() -> None:
    facts = RecipientFacts(NOW, (), "approach", 600, NOW, today=TODAY, greeted=True)
    standing = Standing("quiet", Asked(), NOW)
    assert decide(machines.ALL["recipient"], standing, wish("greeting"), facts).says == ()


# ---- days --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "day"),
    [
        (DayNamed(offset=1), date(2026, 8, 15)),
        (DayNamed(offset=0), None),
        (DayNamed(weekday=0), date(2026, 8, 17)),
        (DayNamed(weekday=4), date(2026, 8, 21)),  # Friday, said on a Friday
        (DayNamed(day=29), date(2026, 8, 29)),
        (DayNamed(day=3), date(2026, 9, 3)),
        (DayNamed(day=2, month=12), date(2026, 12, 2)),
        (DayNamed(day=2, month=1), date(2027, 1, 2)),
        (DayNamed(day=2, month=1, year=2026), None),
        (DayNamed(day=31, month=2), None),
        (DayNamed(), None),
    ],
)
def test_a_day_that_is_named(named: DayNamed, day: date | None) -> None:
    assert days.named(named, TODAY) == day


def test_a_day_in_words_is_asked_back_with_its_digits() -> None:
    booked = article("booked")
    possible = decided(wish("another_day", day=DayNamed(weekday=0)), booked)
    assert said(possible) == ["ask_day"]
    assert possible.says[0].values == {"digits": "6785", "date": 17}
    sunday = decided(wish("another_day", day=DayNamed(offset=2)), booked)
    assert said(sunday) == ["ask_other_day"]
    over = replace(booked, choose_until=TODAY)
    assert said(decided(wish("another_day"), over)) == ["day_not_now"]


def test_a_date_after_4_is_that_day() -> None:
    booked = article("booked")
    assert said(decided(AnotherDay(named=DayNamed(day=18, month=8)), booked)) == ["day_chosen"]
    assert said(decided(AnotherDay(named=DayNamed(offset=3)), booked)) == ["day_chosen"]


def test_no_round_goes_on_a_national_holiday() -> None:
    """15 August, and the Sunday after it."""
    booked = article("booked")
    for later in (1, 2):
        named = AnotherDay(named=DayNamed(offset=later))
        assert said(decided(named, booked)) == ["day_impossible"]
    assert decided(AnotherDay(), booked).says[0].values["day"] == "17AUG"


def test_a_day_after_4_can_be_too_late() -> None:
    booked = article("booked")
    assert said(decided(AnotherDay(named=DayNamed(day=2, month=12)), booked)) == ["day_impossible"]
