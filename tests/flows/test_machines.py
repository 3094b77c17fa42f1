"""The machines as declared: complete, true to their declarations, recordable, drawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import events, facts, machines
from flows.acts.codes import KillCode
from flows.acts.door import HandOver
from flows.acts.remarks import RecordRemark
from flows.decision import Asked, Decision, LastVisit, Nothing, Say
from flows.drawing.pages import page
from flows.events import Approach, Handover, NotUnderstood, Remark, TimedOut, Visit, VisitAct
from flows.facts import ArticleFact, ItemFact, PostmanFacts, RecipientFacts
from flows.machine import Case, FlowError, Machine, Standing, State, decide, settle
from flows.postman import states
from flows.recipient import states as recipient
from flows.replay.record import decode, encode
from tests.rigs.told import drawn_is_current

NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
NUMBER = "EU123456785IN"
AB = (State("a", "…"), State("b", "…", 60, "a"))

# What each grammar can give to its machine.
TEXT_EVENTS = {
    "recipient": (
        events.AskStatus, events.NotUnderstood, events.Yes, events.SendCode, events.SpeakCode,
        events.Deny, events.ReportFraud, events.AnotherDay, events.HoldAtOffice,
        events.SomebodyElse, events.OnlyMe, events.AskPerson, events.ChooseLanguage,
        events.Stop, events.Start, events.AskMenu, events.ToldCode, events.Said, events.Wished,
    ),
    "article": (),
    "postman": (
        events.Pass, events.Visit, events.Undo, events.AskLeft, events.AskHelp,
        events.NotUnderstood,
    ),
    "sender": (
        events.AskStatus, events.NotUnderstood, events.Recall, events.CorrectNumber,
        events.AskPerson, events.ChooseLanguage, events.Stop, events.Start, events.AskMenu,
        events.Said, events.Wished,
    ),
    "new_phone": (events.GivePin, events.NotUnderstood),
    "office": (events.AskStatus, events.NotUnderstood),
    "stranger": (events.AskStatus, events.NotUnderstood),
}  # fmt: skip


@pytest.mark.parametrize(
    "machine", [machines.ALL[name] for name in TEXT_EVENTS], ids=lambda m: m.name
)
def test_every_text_is_answered_in_every_state(machine: Machine[Any, Any]) -> None:
    for state in machine.states:
        for event in TEXT_EVENTS[machine.name]:
            assert machine.transition(state.name, event), (state.name, event)


# States where nothing is waited for, or only a person of the office can go on.
RESTING = {"searched", "over"}


@pytest.mark.parametrize("machine", machines.ALL.values(), ids=lambda m: m.name)
def test_every_state_is_reached_and_only_resting_ones_are_without_an_end(
    machine: Machine[Any, Any],
) -> None:
    reached = {machine.initial}
    for transition in machine.transitions:
        reached.update(target for target in transition.to if target != "=")
    reached.update(state.lapses_to for state in machine.states if state.lapses_to)
    assert reached == {state.name for state in machine.states}
    for state in machine.states[1:]:
        assert (state.after is None) == (state.name in RESTING)
    for state in machine.states:
        if state.times_out:
            assert machine.transition(state.name, TimedOut)


@pytest.mark.parametrize("machine", machines.ALL.values(), ids=lambda m: m.name)
def test_the_drawn_pages_are_current(machine: Machine[Any, Any]) -> None:
    drawn_is_current(f"{machine.name}.md", page(machine))


articles = st.builds(
    ArticleFact,
    number=st.sampled_from([NUMBER, "RR287043775IN", "EU473124829IN"]),
    state=st.sampled_from(get_args(facts.ArticleState)),
    otp_required=st.booleans(),
    amount=st.sampled_from([0, 1, 50000]),
    code=st.sampled_from(get_args(facts.CodeState)),
    code_expires_at=st.sampled_from([None, NOW + timedelta(seconds=20), NOW + timedelta(hours=1)]),
    code_issue=st.integers(0, 9),
    wrong_tries=st.integers(0, 6),
    code_sends=st.integers(0, 9),
    door_only=st.booleans(),
    code_for=st.sampled_from(get_args(facts.Purpose)),
    service=st.sampled_from(get_args(facts.Service)),
    passport=st.booleans(),
    authorised=st.booleans(),
    part=st.sampled_from(get_args(facts.Part)),
    nominee=st.sampled_from(get_args(facts.NomineeState)),
    nominations=st.integers(0, 4),
    attempts=st.integers(0, 3),
    witness=st.sampled_from(get_args(facts.Witness)),
    choose_until=st.sampled_from([None, date(2026, 8, 14), date(2026, 8, 18)]),
    held_until=st.just(date(2026, 8, 20)),
    extended=st.booleans(),
    delivered_at=st.sampled_from([NOW - timedelta(hours=1), NOW - timedelta(days=2)]),
    objected=st.booleans(),
    fraud_reports=st.integers(0, 3),
)
recipient_facts = st.builds(
    RecipientFacts,
    now=st.just(NOW),
    articles=st.lists(articles, max_size=3, unique_by=lambda a: a.number).map(tuple),
    release=st.sampled_from(get_args(facts.CodeRelease)),
    code_ttl=st.just(600),
    day_end=st.just(NOW + timedelta(hours=8)),
    may_send_code=st.booleans(),
    may_call=st.booleans(),
    today=st.just(date(2026, 8, 14)),
    ticket=st.just(7),
)


def assert_told_ones_listen(decision: Decision) -> None:
    """Whoever is told of something has a transition for it in every state."""
    for tell in decision.tells:
        machine = machines.of_role(tell.to)
        for state in machine.states:
            assert machine.transition(state.name, type(tell.event)), (tell, state.name)


whiches = st.sampled_from([None, "6785", NUMBER, "0000"])
recipient_texts = st.one_of(
    st.builds(events.Yes, whiches),
    st.builds(events.SendCode, whiches),
    st.builds(events.SpeakCode, whiches),
    st.builds(events.AnotherDay, whiches, st.sampled_from([None, 1, 14, 16, 17, 31])),
    st.builds(events.HoldAtOffice, whiches),
    st.builds(events.SomebodyElse, whiches, st.sampled_from([None, "", "+919876543210"])),
    st.builds(events.OnlyMe, whiches),
    st.builds(events.ChooseLanguage, st.sampled_from([None, "hi", "en"])),
    st.sampled_from([events.AskPerson(), events.Stop(), events.Start()]),
    st.builds(events.Deny, whiches),
    st.builds(events.ReportFraud, whiches),
    st.builds(events.AskStatus, st.just(NUMBER)),
    st.sampled_from([events.AskMenu(), events.ToldCode(), NotUnderstood()]),
)


@given(
    st.sampled_from([s.name for s in recipient.MACHINE.states]),
    st.sampled_from([None, NUMBER, "RR287043775IN"]),
    recipient_texts,
    recipient_facts,
)
def test_a_recipient_is_always_answered_once_and_the_record_decides_alike(
    state: str, asked: str | None, event: events.Event, known: RecipientFacts
) -> None:
    standing = Standing(state, Asked(asked), NOW)
    decision = decide(recipient.MACHINE, standing, event, known)
    assert len(decision.says) == 1
    assert_told_ones_listen(decision)
    again = decide(
        recipient.MACHINE,
        replace(standing, context=decode(encode(standing.context), Asked)),
        decode(encode(event), events.Event),
        decode(encode(known), RecipientFacts),
    )
    assert again == decision == decode(encode(decision), Decision)


@given(recipient_texts, recipient_facts, st.sampled_from([None, NUMBER]))
def test_no_code_leaves_for_an_article_that_may_not_have_one(
    event: events.Event, known: RecipientFacts, asked: str | None
) -> None:
    decision = decide(recipient.MACHINE, Standing("out", Asked(asked), NOW), event, known)
    for say in decision.says:
        if say.code_of is not None:
            article = next(a for a in known.articles if a.number == say.code_of)
            window = say.template == "window_code"
            assert article.state == ("at_office" if window else "out_for_delivery")
            assert article.otp_required or say.template == "refusal_code"
            assert article.part != "asked"
            assert not article.locked
            assert article.code == "live" or window or not article.door_only


items = st.builds(
    ItemFact,
    ref=st.just("7"),
    serial=st.just(7),
    state=st.sampled_from(get_args(facts.ItemState)),
    article=st.one_of(st.none(), articles),
    verdict=st.sampled_from(get_args(facts.CodeVerdict)),
    approached=st.booleans(),
)
writings = st.sampled_from([None, NOW, NOW - timedelta(minutes=5), NOW - timedelta(hours=5)])
acts = st.one_of(
    st.just(Approach("7")),
    st.builds(
        Handover,
        st.just("7"),
        st.sampled_from(get_args(events.HandoverProof)),
        st.sampled_from([None, "cash", "upi"]),
        st.sampled_from([None, 1, 500, 50000]),
    ),
    st.builds(Remark, st.just("7"), st.integers(10, 29)),
)


@given(acts, items, writings)
def test_nothing_is_handed_over_without_the_right_code(
    act: VisitAct, item: ItemFact, written_at: datetime | None
) -> None:
    known = PostmanFacts(NOW, (item,), True, 1, 7, written_at)
    standing = Standing("ready", LastVisit(), NOW)
    decision = decide(states.MACHINE, standing, Visit((act,)), known)
    assert len(decision.says) == 1
    handed = [a for a in decision.acts if isinstance(a, HandOver)]
    if handed:
        assert isinstance(act, Handover)
        assert item.state == "open"
        assert item.article is not None
        if item.article.otp_required:
            assert item.verdict == "right"
            assert act.proof == "code"
        assert (item.article.amount > 0) == (act.payment is not None)
        assert act.amount in (None, item.article.amount)
        assert handed[0].written_at == written_at
    assert decode(encode(decision), Decision) == decision


def test_a_machine_is_held_to_what_it_declares() -> None:
    machine = Machine("m", "a test", AB, Nothing(), facts.PartyFacts)

    @machine.on(NotUnderstood, states=("a",), to=("a",), says=("x",))
    def stray(case: Case[NotUnderstood, Nothing, facts.PartyFacts]) -> Decision[Nothing]:
        return Decision("b", Nothing(), (Say("y"),), (KillCode(NUMBER, "fraud"),))

    known = facts.PartyFacts(NOW)
    with pytest.raises(FlowError, match="goes to b, says y, does KillCode"):
        decide(machine, Standing("a", Nothing(), NOW), NotUnderstood(), known)
    with pytest.raises(FlowError, match="unanswered in b"):
        decide(machine, Standing("b", Nothing(), NOW), NotUnderstood(), known)
    with pytest.raises(FlowError, match="remembers Nothing and knows PartyFacts, not Asked and"):
        decide(machine, Standing("a", Asked(), NOW), NotUnderstood(), known)
    postmans = facts.PostmanFacts(NOW, (), True, 0, None)
    with pytest.raises(FlowError, match="not Nothing and PostmanFacts"):
        decide(machine, Standing("a", Nothing(), NOW), NotUnderstood(), postmans)
    with pytest.raises(FlowError, match="declared twice"):
        machine.on(NotUnderstood)(stray)
    with pytest.raises(FlowError, match="no state c"):
        machine.on(TimedOut, to=("c",))


def test_a_state_lapses_when_its_time_is_over_and_not_before() -> None:
    machine = Machine("m", "a test", AB, Nothing(), facts.PartyFacts)
    standing = Standing("b", Nothing(), NOW)
    assert settle(machine, standing, NOW + timedelta(seconds=59)).state == "b"
    lapsed = settle(machine, standing, NOW + timedelta(seconds=60))
    assert (lapsed.state, lapsed.entered_at) == ("a", NOW + timedelta(seconds=60))


def test_records_of_unknown_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="no record of flows"):
        decode({"kind": "os.system"}, events.Event)
    with pytest.raises(TypeError, match="not a record"):
        encode(object())


def test_what_is_read_is_what_was_written_and_old_words_stay_readable() -> None:
    old = Remark("7", "11")  # type: ignore[arg-type]  # as remarks were once stored
    assert decode({"kind": "Remark", "item": "7", "remark": "11"}, Remark) == old
    noted = {"kind": "RecordRemark", "article": NUMBER, "remark": 11, "counts": 1}
    assert decode(noted, RecordRemark).counts == 1
    gone = decode({"kind": "Say", "template": "x", "channel": "telegraph", "colour": "red"}, Say)
    assert gone == replace(Say("x"), channel="telegraph")  # type: ignore[arg-type]  # an old word
    with pytest.raises((TypeError, KeyError)):
        decode({"kind": "Remark", "item": "7"}, Remark)
    with pytest.raises(ValueError, match="Remark is no Event"):
        decode({"kind": "Remark", "item": "7", "remark": 11}, events.Event)
