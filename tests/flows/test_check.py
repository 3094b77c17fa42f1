"""`flask flows check`: our machines pass, and each planted defect is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from flows import machines
from flows.acts.codes import IssueCode, KillCode
from flows.acts.door import HandOver
from flows.acts.window import CountWrongAtWindow, HandOut
from flows.decision import Decision, Nothing, Say, Tell, WindowAct
from flows.events import AskMenu, AskStatus, Event, NotUnderstood, Start, Stop, TimedOut
from flows.facts import (
    ArticleFact,
    ClockFacts,
    CodeVerdict,
    ItemFact,
    PartyFacts,
    PostmanFacts,
    StaffRole,
    WindowFact,
)
from flows.grammar.person import Understood
from flows.happenings import Booked, HandedOver
from flows.machine import Case, Machine, State
from flows.proof.check import check, rings, structure
from flows.proof.examine import examine, texts
from flows.proof.paths import NOW, Picks, TooManyPaths, lazy, one_of, paths
from flows.proof.requirements import judges, unmet
from flows.proof.vocabulary import Vocabulary, check_words
from messages.catalogue import catalogue

NUMBER = "EU123456785IN"
IDLE = State("idle", "…")


def machine(*states: State) -> Machine[Nothing, PartyFacts]:
    return Machine("planted", "nobody", states, Nothing(), PartyFacts)


def to(state: str, *says: str) -> Callable[[Case[Event, Nothing, PartyFacts]], Decision[Nothing]]:
    return lambda case: Decision(state, Nothing(), tuple(map(Say, says)))


def problems(planted: Machine[Nothing, PartyFacts], *typed: type[Event]) -> tuple[str, ...]:
    return check(planted, texts=typed)[0].problems


PLANTED = machine(IDLE, State("lost", "…", 60, "idle"))

# ---- ours --------------------------------------------------------------------------------------


def test_our_machines_words_and_texts_are_whole(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["flows", "check"])
    assert result.exit_code == 0, result.stderr
    assert result.stdout.endswith("no problems\n")
    for name in machines.ALL:
        assert f"\n{name} " in result.stdout


def test_the_command_fails_and_says_why_where_something_is_wrong(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.commands.flows.examine", lambda: examine({"planted": PLANTED}))
    result = app.test_cli_runner().invoke(args=["flows", "check"])
    assert result.exit_code == 1
    assert "problem: planted: the state lost is never reached\n" in result.stderr
    assert result.stderr.endswith("see above\n")


# ---- planted in a machine's declarations -------------------------------------------------------


def test_a_state_that_nothing_leads_to_is_found() -> None:
    assert problems(PLANTED) == ("the state lost is never reached",)


def test_a_state_without_an_exit_or_a_time_limit_is_found() -> None:
    planted = machine(IDLE, State("trap", "…"))
    planted.on(Booked, states=("idle",), to=("trap",))(to("trap"))
    planted.on(Booked, states=("trap",))(to("trap"))
    assert problems(planted) == ("nothing leads out of trap", "trap has no time limit")
    assert list(structure(planted, rests=frozenset(("trap",)))) == []


def test_a_time_limit_that_nothing_answers_is_found() -> None:
    planted = machine(IDLE, State("waits", "…", 60, times_out=True))
    planted.on(Booked, states=("idle",), to=("waits",))(to("waits"))
    planted.on(Booked, states=("waits",), to=("idle",))(to("idle"))
    assert problems(planted) == ("the time limit of waits is answered by nothing",)


def test_a_text_that_nobody_answers_is_found() -> None:
    planted = machine(IDLE, State("deaf", "…", 60, "idle"))
    planted.on(AskMenu, states=("idle",), to=("deaf",), says=("sender_menu",))(
        to("deaf", "sender_menu")
    )
    assert problems(planted, AskMenu) == ("AskMenu is not answered in deaf",)


def test_silence_without_an_end_is_found_and_silence_for_a_day_is_not() -> None:
    planted = machine(IDLE, State("told", "…", 60, "idle"))
    planted.on(AskMenu, states=("told",))(to("told"))
    planted.on(NotUnderstood, states=("idle",), to=("told",), says=("stranger",))(
        to("told", "stranger")
    )
    planted.on(AskMenu, states=("idle",))(to("idle"))
    assert problems(planted, AskMenu) == ("AskMenu meets silence in idle, for ever",)


def test_time_that_goes_round_for_ever_is_found() -> None:
    planted = machine(State("day", "…", 60, times_out=True), State("night", "…", 60, "day"))
    planted.on(TimedOut, states=("day",), to=("night",))(to("night"))
    assert problems(planted) == (
        "time alone leads from day back to day, for ever",
        "time alone leads from night back to night, for ever",
    )


def test_what_is_declared_and_never_happens_is_found() -> None:
    planted = machine(IDLE, State("other", "…", 60, "idle"))
    planted.on(
        Booked,
        to=("other", "idle"),
        says=("booked",),
        acts=(KillCode,),
        tells=("sender",),
    )(to("other"))
    assert problems(planted) == (
        "Booked is declared to lead to idle, and never does",
        "Booked is declared to say booked, and never does",
        "Booked is declared to do KillCode, and never does",
        "Booked is declared to tell sender, and never does",
    )


# ---- planted in what a handler decides ---------------------------------------------------------


def only(planted: Machine[Nothing, PartyFacts]) -> str:
    found = problems(planted)
    assert len(found) == 1, found
    return found[0]


def test_a_handler_that_fails_on_some_facts_is_found() -> None:
    planted = machine(IDLE)

    @planted.on(AskStatus, says=("sender_menu",))
    def handler(case: Case[AskStatus, Nothing, PartyFacts]) -> Decision[Nothing]:
        article = case.facts.article
        if article is not None and article.state == "at_office" and article.extended:
            raise KeyError("day")
        return Decision("idle", Nothing(), (Say("sender_menu"),))

    found = only(planted)
    assert found.startswith("AskStatus in idle: KeyError: 'day'")
    assert "state=at_office" in found  # how it came about
    assert "extended=True" in found


def test_a_handler_that_strays_from_its_declaration_is_found() -> None:
    planted = machine(IDLE)
    planted.on(AskMenu)(to("idle", "sender_menu"))
    assert "undeclared: says sender_menu" in only(planted)


def test_a_text_without_its_answer_is_found() -> None:
    planted = machine(IDLE)

    @planted.on(AskStatus, says=("sender_menu",))
    def handler(case: Case[AskStatus, Nothing, PartyFacts]) -> Decision[Nothing]:
        article = case.facts.article
        answers = article is None or article.door_only
        return Decision("idle", Nothing(), (Say("sender_menu"),) if answers else ())

    assert "no answer to a person's text" in only(planted)


def test_two_answers_to_one_text_are_found() -> None:
    planted = machine(IDLE)
    planted.on(AskMenu, says=("sender_menu",))(to("idle", "sender_menu", "sender_menu"))
    assert "2 answers to one text" in only(planted)


def test_values_that_a_text_does_not_take_are_found() -> None:
    planted = machine(IDLE)
    planted.on(AskMenu, says=("booked",))(to("idle", "booked"))
    assert "template booked takes ['article'], not []" in only(planted)


def test_news_for_somebody_who_does_not_listen_is_found() -> None:
    planted, deaf = machine(IDLE), Machine("deaf", "nobody", (IDLE,), Nothing(), PartyFacts)
    planted.on(Booked, tells=("sender",))(
        lambda case: Decision("idle", Nothing(), (), (), (Tell("sender", HandedOver(NUMBER)),))
    )
    found = check(planted, {"sender": deaf})[0].problems
    assert len(found) == 1
    assert "tells the sender HandedOver, unanswered in idle" in found[0]


def test_news_that_come_back_for_ever_are_found() -> None:
    planted = machine(IDLE)
    planted.on(Booked, tells=("sender",))(
        lambda case: Decision("idle", Nothing(), (), (), (Tell("sender", Booked(NUMBER)),))
    )
    _, news = check(planted, {"sender": planted})
    assert list(rings(news)) == ["Booked told to the planted leads to itself again, for ever"]


# ---- planted acts that contradict the facts ----------------------------------------------------

ARTICLE = ArticleFact(
    NUMBER, "out_for_delivery", True, 0, "live", NOW + timedelta(minutes=9), 1, 0, 1, False
)
HANDED = Decision("ready", Nothing(), (), (HandOver(NUMBER, "code", None),))


def found_in(decision: Decision, item: ItemFact) -> list[str]:
    return list(unmet(decision, PostmanFacts(NOW, (item,), True, 1, 7)))


def test_a_handover_that_the_facts_do_not_allow_is_found() -> None:
    right = ItemFact("7", 7, "open", ARTICLE, "right")
    assert found_in(HANDED, right) == []
    assert found_in(HANDED, replace(right, verdict="wrong")) == ["HandOver: without the right code"]
    closed = replace(right, state="attempted", article=replace(ARTICLE, state="attempted"))
    assert found_in(HANDED, closed) == [
        "HandOver: the item is attempted",
        "HandOver: the article is attempted",
    ]
    unpaid = replace(right, article=replace(ARTICLE, amount=500))
    assert found_in(HANDED, unpaid) == ["HandOver: the payment does not fit"]
    other = Decision("ready", Nothing(), (), (HandOver("RR287043775IN", "code", None),))
    assert found_in(other, right) == ["HandOver of an article that the facts do not have"]


def test_a_handing_out_that_the_window_does_not_allow_is_found() -> None:
    lying = replace(ARTICLE, state="at_office", code_for="window")

    def found(
        act: WindowAct,
        article: ArticleFact,
        verdict: CodeVerdict = "unchecked",
        second: StaffRole | None = None,
    ) -> list[str]:
        facts = ClockFacts(NOW, NOW.date(), article, WindowFact(verdict, "clerk", second))
        return list(unmet(Decision("over", Nothing(), (), (act,)), facts))

    by_code = HandOut(NUMBER, "1001", None)
    assert found(by_code, lying, verdict="right") == []
    assert found(by_code, lying, verdict="wrong") == ["HandOut: the code is wrong"]
    assert found(by_code, replace(lying, code_for="handover"), verdict="right") == [
        "HandOut: no code of the window lives"
    ]
    assert found(by_code, ARTICLE, verdict="right") == [
        "HandOut: the article is out_for_delivery",
        "HandOut: no code of the window lives",
    ]
    shown = HandOut(NUMBER, "1001", None, "voter")
    assert found(shown, lying, second="postmaster") == []
    assert found(shown, lying, second="clerk") == ["HandOut: no second saw the document"]
    assert found(shown, replace(lying, otp_required=False)) == []
    counted = CountWrongAtWindow(NUMBER, last=False)
    assert found(counted, replace(lying, wrong_tries=4), verdict="wrong") == [
        "CountWrongAtWindow: after 4 wrong codes"
    ]


def test_a_code_that_must_not_go_out_is_found() -> None:
    say = Decision("ready", Nothing(), (Say("code", {}, NUMBER, code_of=NUMBER),))
    issued = replace(say, acts=(IssueCode(NUMBER, NOW + timedelta(minutes=10)),))
    dead = replace(ARTICLE, code="dead")
    assert found_in(say, ItemFact("7", 7, "open", ARTICLE)) == []
    assert found_in(say, ItemFact("7", 7, "open", dead)) == ["code with a code that is dead"]
    assert found_in(issued, ItemFact("7", 7, "open", dead)) == []
    locked = replace(dead, wrong_tries=5)
    assert found_in(issued, ItemFact("7", 7, "open", locked)) == [
        "IssueCode: five wrong codes were given today"
    ]


# ---- planted words and texts -------------------------------------------------------------------


def read(raw: str) -> Understood:
    return Understood({"band": Stop(), "BAND": Stop(), "chalu": Start()}.get(raw, NotUnderstood()))


def test_a_word_with_two_meanings_is_found() -> None:
    words = {"stop": ("band", "हाँ"), "start": ("chalu",)}, {"yes": ("Haan", "हां", "हाँ")}
    found = list(check_words(Vocabulary("planted", read, words, {})))
    assert found == ['planted: "हाँ" means stop and yes']


def test_a_word_that_is_not_read_as_people_may_write_it_is_found() -> None:
    found = list(check_words(Vocabulary("planted", read, (), {"band": Stop()})))
    assert found == [
        'planted: "Band" is read as NotUnderstood(), not as Stop()',
        'planted: "  band!" is read as NotUnderstood(), not as Stop()',
        'planted: "band।" is read as NotUnderstood(), not as Stop()',
    ]


def test_a_text_that_is_missing_or_does_not_fit_is_found() -> None:
    ours = catalogue()
    long = {**ours.texts["en"], "sender_menu": ours.texts["en"]["sender_menu"] + " x" * 80}
    missing = {name: text for name, text in ours.texts["hi"].items() if name != "sender_menu"}
    planted = replace(ours, texts={**ours.texts, "en": long, "hi": missing})
    assert list(texts(["booked", "sender_menu"], ours)) == []
    assert list(texts(["booked"], planted)) == []
    found = list(texts(["sender_menu", "unheard"], planted))
    assert found == [
        "sender_menu, en: 3 segments with the longest values, 1 at the most",
        "sender_menu, hi: the text is missing in hi.toml",
        "unheard: no template is called so",
    ]


# ---- the walk itself ---------------------------------------------------------------------------


def test_a_walk_tries_each_combination_of_what_is_read_and_of_nothing_else() -> None:
    tried: list[tuple[object, ...]] = []

    def run(picks: Picks) -> None:
        article = lazy(ArticleFact, picks, {"amount": one_of(0, 500)}, number=NUMBER)
        if article.otp_required:
            tried.append((article.otp_required, article.amount, article.amount))
        else:
            tried.append((article.otp_required,))

    list(paths(run, 99))
    assert tried == [(False,), (True, 0, 0), (True, 500, 500)]


def test_a_property_is_tried_by_its_value_and_what_it_reads_keeps_what_fits() -> None:
    tried: list[tuple[object, ...]] = []

    def run(picks: Picks) -> None:
        article = lazy(ArticleFact, picks, {"wrong_tries": one_of(0, 4, 5)}, number=NUMBER)
        locked = article.locked
        tried.append((locked,) if locked else (locked, article.wrong_tries, article.locked))

    list(paths(run, 99))
    assert tried == [(False, 0, False), (False, 4, False), (True,)]


def test_a_walk_says_when_it_gave_up() -> None:
    with pytest.raises(TooManyPaths):
        list(paths(lambda picks: picks.pick(range(100)), 99))


def test_each_way_on_is_gone_from_the_same_place_and_multiplies_nothing() -> None:
    begun: list[object] = []
    gone: list[tuple[object, ...]] = []
    after: list[tuple[object, ...]] = []

    def run(picks: Picks) -> None:
        article = lazy(ArticleFact, picks, {"wrong_tries": one_of(0, 5)}, number=NUMBER)
        begun.append(article.otp_required)
        picks.each_way_on(lambda: gone.append((article.otp_required, article.locked)))
        picks.each_way_on(lambda: gone.append((article.linked, article.wrong_tries)))
        after.append((article.otp_required, article.wrong_tries))

    list(paths(run, 99))
    assert begun == [False, False, True, True]  # once more for what is read at the end alone
    of_one = [(False, 0), (False, 5), (True, 0), (True, 5)]
    assert gone[:6] == [(False, False), (False, True), *of_one]
    assert gone[12:18] == [(True, False), (True, True), *of_one]
    assert after == of_one


def test_what_one_act_needs_is_judged_whatever_another_needs() -> None:
    asked: list[str] = []

    class Needs(KillCode):
        def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
            asked.append(f"{self.article} {article.linked}")
            if not article.linked:
                yield "nobody is linked"

    acts = (Needs(NUMBER, "fraud"), Needs(NUMBER, "fraud"))
    picks = Picks()
    facts = PartyFacts(NOW, lazy(ArticleFact, picks, {}, number=NUMBER))
    found: list[str] = []
    for judge in judges(Decision("idle", Nothing(), (), acts)):
        picks.each_way_on(lambda: found.extend(judge(facts)))  # noqa: B023  # at once
    assert found == ["Needs: nobody is linked"] * 2
    assert asked == [f"{NUMBER} False", f"{NUMBER} True"] * 2
