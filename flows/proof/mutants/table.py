"""What is broken, by the rule of docs/developing/trust.md that says it, and which promise tells.

`lines` begin the scene later, so that the test is short: the scene itself, or the whole of
exploring, gets there by them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from flows import facts as facts_
from flows import helped, remarks, trust, window
from flows.acts import hold
from flows.acts.codes import CountWrongCode, KillCode
from flows.acts.exception import EndException, GrantException
from flows.acts.hold import KeepOn, ReturnToSender
from flows.acts.household import CloseHousehold, CountWrongWord
from flows.acts.lists import OfferItem, PassItem
from flows.acts.moves import CountWrongQuote, EndMove
from flows.acts.nominee import AcceptNomination
from flows.acts.offline import ClaimOffline, SettleOffline
from flows.acts.remarks import ConfirmRemark
from flows.acts.reports import OpenTicket
from flows.decision import Decision, Tell
from flows.events import (
    AnswerException,
    AskException,
    Consent,
    CorrectNumber,
    Deny,
    GivePin,
    NotUnderstood,
    OfferSent,
    Pass,
    RepeatQuestion,
    ReportFraud,
    SetWish,
    SomebodyElse,
    TakeOver,
    TimedOut,
    TurnDown,
    Visit,
    Wished,
    Yes,
)
from flows.facts import ArticleFact, ExceptionFacts, Facts, Mover, RecipientFacts
from flows.happenings import (
    Attempted,
    Collected,
    Excepted,
    ExceptionAnswered,
    ExceptionAsked,
    ExceptionDenied,
    ExceptionGranted,
    ExceptionOver,
    GivenOnWord,
    MoveAgreed,
    MoveAsked,
    MovedAway,
    NamedForMove,
    NamedNoMore,
    Nominated,
    NomineeAgreed,
    NumberCorrected,
    OfflineClaimed,
    QuestionOpened,
    RecallAsked,
    RecallEnded,
    Relinked,
    SignedFor,
    WordTried,
)
from flows.machine import Machine, Standing
from flows.proof.explore import scenes
from flows.proof.explore.scenes import Scene
from flows.proof.mutants.breaking import (
    Broken,
    Deciding,
    all_of,
    decides,
    drops,
    everywhere,
    forgets,
    on,
    replaced,
    says,
    unlocked,
    untold,
)
from flows.proof.world import lists, verdicts, writing_door
from flows.proof.world.books import (
    HOLDER,
    NOMINEE,
    OFFICE,
    POSTMAN,
    SENDER,
    STRANGER,
)
from flows.recipient import answers
from flows.trust import MoveRule

_PLAIN: Final = scenes.PLAIN
_CORRECTS: Final = f"{SENDER} > {_PLAIN} 9876500003 {{quote {SENDER}}}"


@dataclass(frozen=True)
class Mutant:
    """A rule that is broken. `finds`: the rule and name of the promise that this breaks."""

    name: str
    rule: int | None  # None: no rule says it alone, an invariant does
    broken: Broken
    finds: tuple[str, str]
    scene: Scene
    lines: tuple[str, ...] = ()

    @property
    def begins(self) -> Scene:
        """The scene, begun later by `lines`."""
        return replace(self.scene, lines=(*self.scene.lines, *self.lines))


# The rules that no machine decides: nothing in the small world could find them broken.
OUTSIDE: Final[Mapping[int, str]] = MappingProxyType(
    {
        10: "limits of texts and sign-in are counted at the doors: tests/conversation, tests/web",
        12: "what nobody rewrites is for the database to hold: flask audit verify",
        14: "keys, tokens and what forbids a start: tests/store, tests/gateways, tests/web",
    }
)


class _LikeAll(str):
    """Digits that are equal to all others."""

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True


_LIKE_ALL: Final = _LikeAll()


def _rule(by: Mover, **changes: Any) -> Broken:
    """Return what changes one row of the table of moves."""
    rules: dict[Mover, MoveRule] = {**trust.MOVES}
    rules[by] = replace(rules[by], **changes)
    return everywhere(trust, "MOVES", MappingProxyType(rules))


def _sees(kind: type, **changes: Any) -> Broken:
    """Return what decides on events of a kind as if the facts were so."""

    def change(
        true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Facts
    ) -> Decision:
        if type(event) is kind and all(hasattr(facts, name) for name in changes):
            facts = replace(facts, **changes)
        return true(machine, standing, event, facts)

    return decides(change)


def _each_article(kind: type, **changes: Any) -> Broken:
    """Return what decides on a recipient's event as if all the articles were so."""

    def change(
        true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
    ) -> Decision:
        if type(event) is kind and machine.name == "recipient":
            articles = tuple(replace(each, **changes) for each in facts.articles)
            facts = replace(facts, articles=articles)
        return true(machine, standing, event, facts)

    return decides(change)


def _wrong_is_right(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    if isinstance(event, Visit) and machine.name == "postman":
        items = tuple(
            replace(item, verdict="right") if item.verdict == "wrong" else item
            for item in facts.items
        )
        facts = replace(facts, items=items)
    return true(machine, standing, event, facts)


def _any_word(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    if isinstance(event, Visit) and machine.name == "postman":
        items = tuple(
            replace(item, word="right") if item.word == "wrong" else item for item in facts.items
        )
        facts = replace(facts, items=items)
    return true(machine, standing, event, facts)


_USABLE: Final = verdicts._usable


def _without_undone(parcel: Any, mine: Any, *more: Any) -> Any:
    """A code that its own postman's text used is over with his `0`."""
    return [] if any(each.undone for each in mine) else _USABLE(parcel, mine, *more)


def _any_claim(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    if isinstance(event, Visit) and machine.name == "postman":
        items = tuple(
            replace(item, verdict="stale") if item.verdict == "none" else item
            for item in facts.items
        )
        facts = replace(facts, items=items)
    return true(machine, standing, event, facts)


def _call_is_text(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    if isinstance(event, RepeatQuestion):
        event = Yes() if event.meaning == "yes" else Deny()
    return true(machine, standing, event, facts)


def _key_is_text(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    if getattr(facts, "proof", None) == "keys":
        facts = replace(facts, proof="text")
    return true(machine, standing, event, facts)


def _key_quotes(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    if getattr(facts, "proof", None) == "keys":
        facts = replace(facts, proof="quoted")
    return true(machine, standing, event, facts)


def _key_is_yes(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    by_key = getattr(facts, "proof", None) == "keys"
    event = Yes() if by_key and isinstance(event, RepeatQuestion) else event
    return true(machine, standing, event, facts)


def _not_understood_is_yes(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    guessed = isinstance(event, NotUnderstood | Wished) and machine.name == "recipient"
    return true(machine, standing, Yes() if guessed else event, facts)


def _nobodys(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    """A correction finds the article without a holder who could be asked."""
    if isinstance(event, CorrectNumber) and facts.article is not None:
        facts = replace(facts, article=replace(facts.article, linked=False))
    return true(machine, standing, event, facts)


def _no_is_yes(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    event = TakeOver(event.offer) if isinstance(event, TurnDown) else event
    return true(machine, standing, event, facts)


def _passes(decision: Decision, event: Any, facts: Any) -> Decision:
    """What is offered goes at once."""
    acts = [
        PassItem(act.article, act.to) if isinstance(act, OfferItem) else act
        for act in decision.acts
    ]
    return replace(decision, acts=tuple(acts), tells=())


def _agrees(decision: Decision, event: Any, facts: Any) -> Decision:
    """A yes without the digits agrees to a move."""
    asked = [each.number for each in getattr(facts, "articles", ()) if each.asked]
    return replace(decision, tells=tuple(Tell("move", MoveAgreed(each)) for each in asked))


def _agreed_for_her(decision: Decision, event: Any, facts: Any) -> Decision:
    return replace(decision, acts=(*decision.acts, AcceptNomination(event.article)))


def _confirms(decision: Decision, event: Any, facts: Any) -> Decision:
    article = getattr(facts, "article", None)
    if not isinstance(article, ArticleFact) or article.witness != "unconfirmed":
        return decision
    return replace(decision, acts=(*decision.acts, ConfirmRemark(article.number)))


def _returns(decision: Decision, event: Any, facts: Any) -> Decision:
    article = getattr(facts, "article", None)
    if not isinstance(article, ArticleFact) or article.state != "at_office":
        return decision
    return Decision("over", decision.context, (), (ReturnToSender(article.number),))


def _now(decision: Decision, event: Any, facts: Any) -> Decision:
    return replace(decision, until=facts.now)


def _said_once(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    """Whoever objected once, or somebody in his name, is answered alone."""
    decision = true(machine, standing, event, facts)
    if not isinstance(event, Deny | ReportFraud) or machine.name != "recipient":
        return decision
    said = any(each.objected for each in facts.articles)
    return replace(decision, acts=(), tells=()) if said else decision


def _silent(decision: Decision, event: Any, facts: Any) -> Decision:
    return replace(decision, says=())


_TRUE_MOVE: Final = trust.move


def _came(true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any) -> Decision:
    """Whoever asks for something at a door came to it first."""
    if isinstance(event, AskException) and machine.name == "postman":
        facts = replace(facts, items=tuple(replace(each, approached=True) for each in facts.items))
    return true(machine, standing, event, facts)


def _whose(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    """Who said that it is not his is believed as anybody else."""
    if isinstance(event, Deny | ReportFraud) and machine.name == "recipient":
        facts = replace(facts, lost=tuple(replace(each, disowned=False) for each in facts.lost))
    return true(machine, standing, event, facts)


def _undoubted(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    """Whose a telephone is now is never asked before it wishes."""
    if isinstance(facts, RecipientFacts):
        facts = replace(facts, household=replace(facts.household, doubted=False))
    return true(machine, standing, event, facts)


def _whoever(article: ArticleFact, by: Any, proof: Any, to_is_staff: bool) -> Any:
    """A telephone of the staff is like any other."""
    return _TRUE_MOVE(article, by, proof, to_is_staff=False)


def _agreed_once(article: ArticleFact) -> bool:
    """An office that agreed knew all that we know."""
    return article.exception == "granted" and trust.exception(article) is None


def _done(article: ArticleFact, by: Any, proof: Any, to_is_staff: bool) -> Any:
    """Nobody who has the number is asked."""
    answer = _TRUE_MOVE(article, by, proof, to_is_staff)
    return "done" if answer == "holder" else answer


def _nobodys_number(article: ArticleFact, by: Any, proof: Any, to_is_staff: bool) -> Any:
    """A withdrawn number is nobody's, though its code went out."""
    return _TRUE_MOVE(replace(article, code_issue=0), by, proof, to_is_staff)


def _quoted(
    true: Deciding, machine: Machine, standing: Standing, event: Any, facts: Any
) -> Decision:
    """Whatever an office quotes of an exception's question is right."""
    if isinstance(event, AnswerException) and facts.article is not None:
        facts = replace(facts, article=replace(facts.article, quote="right"))
    return true(machine, standing, event, facts)


def _at_once(decision: Decision, event: Any, facts: Any) -> Decision:
    """Whatever a postman asks to do without its code is granted."""
    if not isinstance(facts, ExceptionFacts):
        return decision
    granted = GrantException(event.article, "", facts.proof)
    told = Tell("postman", ExceptionGranted(event.article))
    return Decision("granted", decision.context, (), (granted,), (told,))


def _asked_or_not(article: ArticleFact, state: str, context: Any) -> bool:
    return answers.asks_witness(article)


def _counts(code: int, **changes: Any) -> Broken:
    """Return what changes one line of the table of remarks, where visits read it."""
    table = {**remarks.BY_CODE, code: replace(remarks.BY_CODE[code], **changes)}
    return lambda: replaced(remarks, "BY_CODE", MappingProxyType(table))


_MOVES, _NOMINEE = ("I1", "who moves it"), ("I1", "who names a nominee")
_PILOT = ("R16", "a signature in a pilot")
_DOUBT = ("R18", "asked when in doubt")
_EXCEPTION = ("R17", "an exception")
_OFFLINE = ("R19", "a door without network")
_CLAIMED = ("R19", "what nothing proves")
_ASKED = (f"{POSTMAN} > 1 28 3 1 1234",)
_UNHEARD = replace(  # the telephone in whose name he was named is off
    scenes.NOMINATED,
    lines=tuple(
        line
        for each in scenes.NOMINATED.lines
        for line in ((f"off {HOLDER}", each) if " > 5 " in each else (each,))
    ),
)
_BEFORE = replace(scenes.NUMBER, lines=scenes.NUMBER.lines[:-1])  # he has not come to it
_NAMED = (f"{POSTMAN} > 1 29 9876500003 1 1234",)
_OPEN = f"{_PLAIN} exception open 2001"
_DOUBTED = (f"doubt {HOLDER}", f"off {HOLDER}", f"{POSTMAN} > 1")
_AGREED = (*_ASKED, f"{_PLAIN} exception yes 2001")
_WAITS = ("R20", "what waits at the office")
_WORD, _LET_IN = ("R20", "a household's word"), ("R20", "who lets somebody in")
_CODE, _DEAD = ("I1", "the holder's code"), ("I2", "dead codes")
_BOTH = ("R3", "both telephones")

MUTANTS: Final = (
    # ---- 1: words propose -----------------------------------------------------------------------
    Mutant("what is not understood is a yes", 1, decides(_not_understood_is_yes),
           ("R1", "nothing by guess"), scenes.HERD),
    # ---- 2: a move is asked of the holder ------------------------------------------------------
    Mutant("nobody is asked", 2, decides(_nobodys), _MOVES, scenes.BOOKED),
    Mutant("consent needs no digits", 2, _each_article(Consent, quote="right"), _MOVES,
           scenes.ASKED),
    Mutant("a bare yes agrees", 2, on(Yes, _agrees), _MOVES, scenes.ASKED),
    Mutant("silence agrees though a code was sent", 2,
           everywhere(trust, "by_silence", lambda article: trust.can_move(article, "sender")),
           _MOVES, scenes.ASKED),
    Mutant("silence agrees at once", 2, on(MoveAsked, _now), _MOVES, scenes.BOOKED),
    Mutant("his 3 ends nothing", 2, drops(EndMove, why="denied"), ("I1", "no"), scenes.ASKED),
    Mutant("asked again after his 3", 2, forgets(frozen=False), _MOVES, scenes.BOOKED,
           (_CORRECTS, f"{HOLDER} > 3", _CORRECTS)),
    Mutant("no ten minutes for the holder", 2,
           everywhere(trust, "held_by_nominee", lambda article, now: article.nominee == "agreed"),
           ("I1", "ten minutes for the holder"), scenes.NOMINATED),
    Mutant("a nominee has the code before the holder is told", 2,
           everywhere(trust, "held_by_nominee", lambda article, now: (
               article.nominee == "agreed" and (article.holds_from or now) <= now)),
           ("I1", "ten minutes for the holder"), _UNHEARD, ("wait 11 min",)),
    Mutant("the holder is not told of a nominee's yes", 2, untold(NomineeAgreed, "recipient"),
           ("I4", "the code"), scenes.BOOKED, (f"{HOLDER} > 5 9876500002",)),
    # ---- 3: both telephones are told ---------------------------------------------------------
    Mutant("the new telephone is not told that it is named", 3, untold(NamedForMove, "named"),
           _BOTH, scenes.BOOKED),
    Mutant("the new telephone is not told that it is moved", 3, untold(Relinked, "recipient"),
           _BOTH, scenes.ASKED),
    Mutant("whoever had the code is not told", 3, untold(MovedAway, "former"), ("I4", "the code"),
           scenes.BOOKED),
    Mutant("wrong quotes are not counted", 3, drops(CountWrongQuote), ("I7", "every quote counts"),
           scenes.ASKED),
    Mutant("four wrong quotes", 3, everywhere(trust, "WRONG_QUOTES", 4), ("I7", "every try counts"),
           scenes.ASKED, (f"{HOLDER} > 1 {{misquote {HOLDER}}}",) * 3),
    Mutant("a dispute is forgotten", 3, forgets(disputed=False), ("I1", "nothing in dispute"),
           scenes.MOVED, (f"{HOLDER} > 3", f"{POSTMAN} > 1", "wait 11 min")),
    # ---- 4: what goes to the addressee in person ---------------------------------------------
    Mutant("a passport is moved by text", 4, _rule("sender", personal="always"), _MOVES,
           scenes.REGISTERED),
    Mutant("somebody is named for a passport", 4, forgets(passport=False), _NOMINEE,
           scenes.REGISTERED),
    # ---- 5: staff, twice, the nominee's own yes ----------------------------------------------
    Mutant("a sender names a postman's telephone", 5,
           everywhere(trust, "move", _whoever), ("I1", "no staff"), scenes.BOOKED),
    Mutant("the holder names a postman", 5, _sees(SomebodyElse, named_is_staff=False),
           ("I1", "no staff"), scenes.BOOKED),
    Mutant("three moves", 5, everywhere(trust, "MOST_MOVES", 3), ("I1", "twice at most"),
           scenes.BOOKED, (f"{_PLAIN} desk number {STRANGER}", f"{_PLAIN} desk number {NOMINEE}")),
    Mutant("what a telephone has counts as a move", 5, _sees(TimedOut, named_has_it=False), _MOVES,
           scenes.BOOKED),
    Mutant("a nominee who was asked has agreed", 5, on(Nominated, _agreed_for_her), _NOMINEE,
           scenes.BOOKED),
    # ---- 6: a document after a move ----------------------------------------------------------
    Mutant("no document at door and window", 6, forgets(document=False),
           ("I1", "a document after a move"), scenes.MOVED),
    Mutant("a sender's move needs no document", 6, _rule("sender", document=False),
           ("I1", "a document after a move"), scenes.MOVED,
           (f"{POSTMAN} > 1",)),
    # ---- 7: the sender is believed once he is proven -----------------------------------------
    Mutant("every sender moves it", 7, forgets(proven=True), _MOVES, scenes.BOOKED),
    Mutant("every sender recalls it", 7, forgets(proven=True), ("R7", "who recalls"),
           scenes.BOOKED),
    Mutant("every sender names the day", 7, forgets(proven=True), ("R7", "who names the day"),
           scenes.BOOKED),
    Mutant("a recall at once", 7, on(RecallAsked, _now), ("R7", "who recalls"), scenes.BOOKED),
    Mutant("a recall goes on though he objects", 7, untold(RecallEnded, "recall"), ("I1", "no"),
           scenes.BOOKED),
    # ---- 8: a missed call only brings something ----------------------------------------------
    Mutant("a call is a text", 8, decides(_call_is_text), ("R8", "a missed call"), scenes.REMARKED),
    Mutant("a call is a witness", 8, decides(_call_is_text), ("I3", "silence proves nothing"),
           scenes.REMARKED),
    Mutant("a call says that it is not his", 8, decides(_call_is_text), ("I1", "not mine"),
           scenes.BOOKED),
    # ---- 9: alarms are not news ----------------------------------------------------------------
    Mutant("whoever loses the code gets news, no alarm", 9,
           says("move_done", lambda say: replace(say, template="nominee_none")),
           ("I4", "the code"), scenes.BOOKED),
    Mutant("an end without a text", 9, untold(Collected, "recipient"), ("I4", "the article"),
           scenes.OFFICE_HOLDS),
    Mutant("a remark without a question", 9, untold(Attempted, "holder"), ("I4", "the attempt"),
           scenes.DOOR),
    # ---- 11: what takes two --------------------------------------------------------------------
    Mutant("an office moves it to where it is", 11, _sees(NumberCorrected, named_has_it=False),
           _MOVES, scenes.BOOKED),
    Mutant("one of an office moves it alone", 11, _rule("office", least="fresh"), _MOVES,
           scenes.BOOKED),
    Mutant("one of an office names somebody alone", 11,
           everywhere(trust, "at_least", lambda proof, least: True), _NOMINEE, scenes.BOOKED),
    Mutant("one of an office sees the document alone", 11,
           unlocked(everywhere(window, "_no_second", lambda case: None)), _CODE,
           scenes.OFFICE_HOLDS),
    Mutant("the booker moves it after a code", 11,
           all_of(_rule("booker", states=("booked", "attempted")), forgets(code_issue=0)), _MOVES,
           scenes.ASKED),
    Mutant("a telephone is a postman's without his PIN", 11, _sees(GivePin, pin="right"),
           ("I1", "a postman's telephone"), scenes.HERD),
    # ---- 13: approaches ------------------------------------------------------------------------
    Mutant("four approaches", 13, everywhere(trust, "MOST_APPROACHES", 4), ("R13", "approaches"),
           scenes.DOOR, (f"{POSTMAN} > 1",) * 3),
    Mutant("six doors at once", 13, everywhere(trust, "MOST_DOORS", 6), ("R13", "approaches"),
           scenes.TWO),
    Mutant("a colleague is not asked", 13, on(Pass, _passes), ("R13", "his own word"),
           scenes.DOOR),
    Mutant("his 02 takes it over", 13, decides(_no_is_yes), ("R13", "his own word"), scenes.BEAT),
    Mutant("a colleague is asked for ever", 13, untold(OfferSent, "giver"),
           ("I5", "nothing is forgotten"), scenes.DOOR),
    # ---- codes, remarks and texts: the invariants that no one rule says alone ----------------
    Mutant("any six digits open", None, unlocked(decides(_wrong_is_right)), _CODE,
           scenes.DOOR),
    Mutant("a signature is enough", None, forgets(otp_required=False), _CODE, scenes.DOOR),
    Mutant("a code lives on when it goes to another", None,
           unlocked(drops(KillCode, reason="moved")), _DEAD, scenes.DOOR,
           (f"{POSTMAN} > 1", f"{HOLDER} > 5 9876500002", f"{NOMINEE} > 1")),
    Mutant("fraud stops no code", None, drops(KillCode, reason="fraud"), ("I2", "stopped codes"),
           scenes.DOOR),
    Mutant("the desk stops no code", None, drops(KillCode, reason="desk"), ("I2", "stopped codes"),
           scenes.DOOR),
    Mutant("wrong codes are not counted", None, drops(CountWrongCode), ("I7", "every try counts"),
           scenes.DOOR),
    Mutant("silence confirms a remark", None, on(TimedOut, _confirms),
           ("I3", "silence proves nothing"), scenes.REMARKED),
    Mutant("a locked door is no attempt", None, _counts(11, counts=False),
           ("I3", "refused and unclaimed"), scenes.DOOR),
    # ---- 16: an office's mode --------------------------------------------------------------------
    Mutant("an office without codes sends one", 16, forgets(mode="on"),
           ("R16", "no code where it is off"), scenes.OFF),
    Mutant("a pilot's signature is enough for everything", 16,
           everywhere(trust, "signature", lambda article: article.mode == "pilot"), _PILOT,
           scenes.PILOT),
    Mutant("nobody looks at a signature after wrong codes", 16, drops(OpenTicket, about="signed"),
           _PILOT, scenes.PILOT),
    Mutant("a signature leaves the code alive", 16, drops(KillCode, reason="signed"),
           _PILOT, scenes.PILOT),
    Mutant("who is handed over to on a signature is told as ever", 16,
           untold(SignedFor, "recipient"), _PILOT, scenes.PILOT),
    Mutant("refused without a code", None, _counts(17, needs_code=False),
           ("I3", "refused and unclaimed"), scenes.DOOR),
    Mutant("whoever is asked to be a nominee is a witness", None,
           unlocked(everywhere(answers, "is_witness", _asked_or_not)),
           ("I3", "the witness"), scenes.NOMINATED, (f"{POSTMAN} > 1 11",)),
    Mutant("an answer counts after the verdict", None, unlocked(forgets(judged=False)),
           ("I3", "the witness"), scenes.REMARKED, (f"{_PLAIN} desk judge confirmed",)),
    Mutant("three attempts", None, everywhere(facts_, "MOST_ATTEMPTS", 3), ("I3", "two attempts"),
           scenes.REMARKED, (f"list 1001: {_PLAIN}", f"{POSTMAN} > 2 12")),
    Mutant("sent back before its days are over", None, on(TimedOut, _returns),
           ("I3", "refused and unclaimed"), scenes.OFFICE_HOLDS, ("wait 1 d",) * 4),
    Mutant("nobody searches", None, drops(OpenTicket, about="overlooked"),
           ("I5", "nothing is forgotten"), scenes.BOOKED, ("wait 10 d", "wait 9 d")),
    Mutant("a no without an answer", None, on(Deny, _silent), ("I5", "every text is answered"),
           scenes.BOOKED),
    Mutant("an answer to the desk is one about post", None,
           everywhere(helped, "hears", lambda state, answer, read: False),
           ("R1", "did that help"), scenes.HELPED),
    Mutant("the code goes to the addressee too", None,
           everywhere(trust, "held_by_nominee", lambda article, now: False),
           ("I6", "nobody else's"), scenes.NOMINATED, ("wait 11 min",)),
    Mutant("the new telephone is shown the holder's digits", None,
           says("move_named", lambda say: replace(say, quote=1)), ("I6", "nobody else's"),
           scenes.BOOKED),
    # ---- 21: a key in a call ----------------------------------------------------------------
    Mutant("a key is a text", 21, decides(_key_is_text), ("R21", "a key"), scenes.BOOKED),
    Mutant("a key is a yes", 21, decides(_key_is_yes), ("R21", "a key"), scenes.REMARKED),
    # ---- 18: a telephone in doubt ------------------------------------------------------------
    Mutant("a telephone in doubt is sent its code", 18, unlocked(forgets(unsure=False)), _DOUBT,
           scenes.DOUBT),
    Mutant("a no about other post takes what has its code", 18,
           _each_article(Deny, whose_asked=True, withdrawn=True, code="dead"), ("I1", "not mine"),
           scenes.NUMBER,
           (f"{HOLDER} > 2 {scenes.OTHERS[0][-6:-2]}",)),
    Mutant("a no about other post takes what had its code", 18,
           _each_article(Deny, whose_asked=True, withdrawn=True), ("I1", "not mine"), scenes.NUMBER,
           (f"{HOLDER} > 2 {scenes.OTHERS[0][-6:-2]}", "wait 11 min")),
    Mutant("a no about other post makes a question of what had its code", 18,
           _each_article(Deny, withdrawn=True), ("I1", "not mine"), scenes.NUMBER,
           (f"{HOLDER} > 2 {scenes.OTHERS[0][-6:-2]}", "wait 11 min", f"{POSTMAN} > 1")),
    Mutant("a caller's number ends a doubt", 18,
           everywhere(answers, "_OWN_WORD", ("text", "quoted", "call")), _DOUBT, scenes.DOUBT),
    # ---- 17: an exception ------------------------------------------------------------------------
    Mutant("nobody need agree to an exception", 17,
           unlocked(on(ExceptionAsked, _at_once)), _EXCEPTION, scenes.EXCEPTION),
    Mutant("a postman agrees to his own exception", 17, _sees(ExceptionAnswered, same=False),
           _EXCEPTION, scenes.EXCEPTION, _ASKED),
    Mutant("an office agrees without the digits", 17,
           unlocked(decides(_quoted), everywhere(trust, "at_least", lambda proof, least: True)),
           _EXCEPTION, scenes.EXCEPTION, _ASKED),
    Mutant("a text agrees to what goes in person", 17,
           everywhere(trust, "least_for_exception", lambda article: "quoted"), _EXCEPTION,
           scenes.EXCEPTION, (f"{POSTMAN} > 2 28 3 1 1234",)),
    Mutant("a passport goes without its code", 17, forgets(passport=False), _EXCEPTION,
           scenes.EXCEPTION,
           (f"{POSTMAN} > 3 28 3 1 1234", f"{scenes.PASSPORT} exception yes 2001")),
    Mutant("fraud stops no exception", 17,
           all_of(forgets(door_only=False), untold(ExceptionDenied, "exception")), _EXCEPTION,
           scenes.EXCEPTION, _AGREED),
    Mutant("an exception leaves the code alive", 17, drops(KillCode, reason="signed"), _EXCEPTION,
           scenes.EXCEPTION, _AGREED),
    Mutant("an agreement lasts for ever", 17, drops(EndException, why="unused"), _EXCEPTION,
           scenes.EXCEPTION, _AGREED),
    Mutant("a postman agrees to the number that he named", 17,
           _sees(ExceptionAnswered, same=False), _MOVES, scenes.NUMBER, _NAMED),
    Mutant("who has the number is not asked", 17, everywhere(trust, "move", _done), _MOVES,
           scenes.NUMBER, _NAMED),
    Mutant("a withdrawn number that has the code is not asked", 17,
           everywhere(trust, "move", _nobodys_number), _MOVES, scenes.NUMBER,
           (f"doubt {HOLDER}", f"off {HOLDER}", *_NAMED)),
    Mutant("a withdrawn number that our text reached is not asked", 17,
           everywhere(trust, "nobody_has", lambda article: article.withdrawn), _MOVES,
           _BEFORE, (f"doubt {HOLDER}", f"{POSTMAN} > 1", *_NAMED)),
    Mutant("an office's text is enough where nobody else is asked", 17,
           unlocked(everywhere(trust, "least_for_exception", lambda article: "quoted")), _MOVES,
           _BEFORE, (*_DOUBTED, *_NAMED)),
    Mutant("a text without the digits corrects a number", 17,
           unlocked(decides(_quoted), everywhere(trust, "at_least", lambda proof, least: True)),
           _MOVES, scenes.NUMBER, _NAMED),
    Mutant("a registered letter's number is corrected at the door", 17,
           unlocked(everywhere(trust, "renumber", lambda article: None),
                    _rule("door", personal="always")), _MOVES, scenes.NUMBER,
           (f"{POSTMAN} > 2", f"{POSTMAN} > 2 29 9876500003 1 1234")),
    Mutant("a colleague's telephone is named at the door", 17,
           all_of(everywhere(trust, "move", _whoever), _sees(AskException, named_is_staff=False)),
           ("I1", "no staff"), _BEFORE, (*_DOUBTED, f"{POSTMAN} > 1 29 9839000002 1 1234")),
    Mutant("who has the number is not told that another is named", 17,
           untold(ExceptionAsked, "holder"), ("R17", "asking for an exception"), scenes.NUMBER),
    Mutant("who had the number does not hear that it went", 17,
           untold(MovedAway, "former"), ("I4", "the code"), _BEFORE, (*_DOUBTED, *_NAMED)),
    Mutant("who disowned it is not told that another number is named", 17,
           untold(ExceptionAsked, "former"), ("R17", "asking for an exception"), _BEFORE,
           (f"{HOLDER} > 2 6785",)),
    Mutant("who disowned it does not hear that it went", 17, untold(MovedAway, "former"), _MOVES,
           _BEFORE, (f"{HOLDER} > 2 6785", *_NAMED)),
    Mutant("another number is named where nobody asked its telephone", 17,
           unlocked(decides(_came)), ("R17", "asking for an exception"), _BEFORE),
    Mutant("silence agrees to the number that a postman named", 17,
           everywhere(trust, "by_silence", lambda article: trust.can_move(article, "door")), _MOVES,
           scenes.NUMBER, (*_NAMED, f"{_PLAIN} exception yes 2001")),
    Mutant("who disowned it makes its handover a contested one", 17, decides(_whose),
           ("R17", "contesting a move"), _BEFORE,
           (f"{HOLDER} > 2 6785", *_NAMED, f"{_PLAIN} exception yes 2001", f"{POSTMAN} > 1",
            f"{POSTMAN} > 1 {{code {STRANGER}}} * 1234")),
    Mutant("a no about other post is a no about all", 17, forgets(withdrawn=True), _MOVES,
           _BEFORE, (f"{HOLDER} > 2 {scenes.OTHERS[0][-6:-2]}", f"off {HOLDER}",
                     f"{POSTMAN} > 1", *_NAMED)),
    Mutant("who had the number contests no handover", 17, drops(OpenTicket, about="move"),
           ("R17", "contesting a move"), _BEFORE,
           (*_DOUBTED, *_NAMED, f"{_PLAIN} exception yes 2001", f"{POSTMAN} > 1",
            f"{POSTMAN} > 1 {{code {STRANGER}}} * 1234")),
    Mutant("a no of its holder leaves an exception", 17, untold(ExceptionDenied, "exception"),
           ("R17", "no exception against its holder"), scenes.EXCEPTION, _ASKED),
    Mutant("a question outlives its visit", 17, untold(ExceptionOver, "exception"),
           ("R17", "no exception after its visit"), scenes.EXCEPTION, _ASKED),
    Mutant("who is handed over to without a code is not told", 17, untold(Excepted, "recipient"),
           _EXCEPTION, scenes.EXCEPTION, _AGREED),
    Mutant("the holder is not told that an exception is asked for", 17,
           untold(ExceptionAsked, "holder"), ("R17", "asking for an exception"), scenes.EXCEPTION),
    Mutant("an office agrees though the telephone is on", 17, forgets(within_reach=False),
           _EXCEPTION, scenes.EXCEPTION, (f"on {HOLDER}", *_AGREED)),
    Mutant("an office that agreed before the telephone was on is believed", 17,
           everywhere(trust, "may_go_without", _agreed_once), _EXCEPTION, scenes.EXCEPTION,
           (*_AGREED, f"on {HOLDER}")),
    Mutant("exceptions without a limit", 17, _sees(AskException, exceptions_left=9),
           ("R17", "asking for an exception"), scenes.EXCEPTION,
           (*_ASKED, f"{_PLAIN} exception no 2001") * 2),
    Mutant("an article is asked about without a limit", 17,
           everywhere(trust, "MOST_ASKED_OF_ARTICLE", 9), ("R17", "asking for an exception"),
           scenes.EXCEPTION, (*_ASKED, f"{OFFICE} > 2") * 2),
    Mutant("a question of long ago is asked", 17, _sees(AskException, written_at=None),
           ("R17", "asking for an exception"), scenes.EXCEPTION),
    Mutant("what an office wrote before answers", 17, _sees(AnswerException, before=False),
           ("R17", "asking for an exception"), scenes.EXCEPTION, _ASKED),
    Mutant("a postman opens himself one more question", 17, _sees(QuestionOpened, same=False),
           ("R17", "one more question"), scenes.EXCEPTION),
    Mutant("who may ask once more is not told", 17, untold(QuestionOpened, "postman"),
           ("R17", "one more question"), scenes.EXCEPTION),
    Mutant("a stranger is told as often as he is named", 17, everywhere(trust, "MOST_NAMED", 9),
           ("R17", "who is named at a door"), scenes.NUMBER,
           ((*_NAMED, f"{OFFICE} > 2") * 2 + (_OPEN, *_NAMED, f"{OFFICE} > 2", _OPEN))),
    Mutant("an end is told to whom nothing was told", 17, _sees(NamedNoMore, hears_named=True),
           ("R17", "who is named at a door"), scenes.NUMBER,
           ((*_NAMED, f"{OFFICE} > 2") * 2 + (_OPEN, *_NAMED, f"{OFFICE} > 2", _OPEN, *_NAMED))),
    Mutant("an exception that is contested is no ticket", 17, drops(OpenTicket, about="exception"),
           ("R17", "contesting an exception"), scenes.EXCEPTION, (*_AGREED, f"{POSTMAN} > 1 28")),
    Mutant("one objection in his name spends his own", 17, decides(_said_once),
           ("R17", "contesting an exception"), scenes.EXCEPTION,
           (*_AGREED, f"{POSTMAN} > 1 28", f"{HOLDER} > 3 6785")),
    # ---- 19: a door without network --------------------------------------------------------------
    Mutant("the three digits of the slip are not compared", 19,
           lambda: replaced(verdicts, "check_of", lambda world, number, place: _LIKE_ALL),
           _OFFLINE, scenes.OFFLINE),
    Mutant("what goes in person is handed over without network", 19,
           everywhere(trust, "offline", lambda article: None), _OFFLINE, scenes.OFFLINE,
           (f"{POSTMAN} > 2",)),
    Mutant("fraud stops no handover without network", 19, forgets(door_only=False), _OFFLINE,
           scenes.OFFLINE),
    Mutant("a code that was stopped is good without network", 19,
           lambda: replaced(verdicts, "_usable", lambda parcel, mine, *_: mine), _OFFLINE,
           scenes.OFFLINE, (f"{_PLAIN} desk stop", f"{POSTMAN} > 1", "wait 11 min")),
    Mutant("a code that was sent before a move is good without network", 19,
           lambda: replaced(verdicts, "_usable", lambda parcel, mine, *_: mine), _OFFLINE,
           scenes.OFFLINE, (f"{HOLDER} > 5 9876500002", f"{NOMINEE} > 1")),
    Mutant("his own 0 makes a postman's true code worthless", 19,
           lambda: replaced(verdicts, "_usable", _without_undone), _CLAIMED, scenes.OFFLINE,
           (f"{POSTMAN} > 1 {scenes.TOLD_OFFLINE}", f"{POSTMAN} > 0")),
    Mutant("what nothing proves is no ticket", 19, drops(ClaimOffline), _CLAIMED, scenes.OFFLINE),
    Mutant("the addressee is not told what the postman says", 19,
           untold(OfflineClaimed, "recipient"), _CLAIMED, scenes.OFFLINE),
    Mutant("the office is not told what the postman says", 19, untold(OfflineClaimed, "office"),
           _CLAIMED, scenes.OFFLINE),
    Mutant("a door that no code went out for is claimed", 19, decides(_any_claim), _CLAIMED,
           scenes.OFFLINE, (f"{_PLAIN} desk back", f"list 1001: {_PLAIN}")),
    Mutant("a mistyped digit counts for ever", 19, drops(SettleOffline),
           ("R19", "a doubt that ended"), scenes.OFFLINE,
           (f"{POSTMAN} > 1 {{wrong {HOLDER}}} {{check {HOLDER}}}",)),
    # ---- 20: a household -------------------------------------------------------------------------
    Mutant("any two words open", 20, unlocked(decides(_any_word)), _WORD, scenes.HOUSEHOLD),
    Mutant("a word opens what goes in person", 20,
           everywhere(trust, "personal", lambda article: False), _WORD, scenes.HOUSEHOLD),
    Mutant("a wish needs no digits", 20,
           everywhere(trust, "may_wish", lambda wish, proof: True), _LET_IN, scenes.WISH),
    Mutant("a key lets somebody in", 20, decides(_key_quotes), _LET_IN, scenes.WISH),
    Mutant("a telephone in doubt wishes", 20,
           all_of(decides(_undoubted), unlocked(forgets(unsure=False))),
           ("R20", "who wishes"), scenes.DOUBT),
    Mutant("a wish by key is not told", 20,
           on(SetWish, _silent), ("R20", "who wishes"), scenes.WISH),
    Mutant("a wish counts at once", 20,
           everywhere(trust, "WISH_AFTER", timedelta(0)), _WORD,
           scenes.HOUSEHOLD, (f"{HOLDER} > 55 2",)),
    Mutant("a word counts while nobody is at the door", 20,
           everywhere(trust, "WORD_FOR", timedelta(days=1)), _WORD, scenes.HOUSEHOLD,
           ("wait 31 min",)),
    Mutant("fraud stops no word", 20, all_of(drops(CloseHousehold), forgets(door_only=False)),
           _WORD, scenes.HOUSEHOLD),
    Mutant("a word opens for a telephone in doubt", 20, unlocked(forgets(unsure=False)), _WORD,
           scenes.HOUSEHOLD, (f"doubt {HOLDER}",)),
    Mutant("a word that was heard opens again", 20,
           lambda: replaced(writing_door, "use_word", lambda ledger, parcel: None), _WORD,
           scenes.HOUSEHOLD),
    Mutant("a word leaves the code alive", 20, drops(KillCode, reason="signed"), _WORD,
           scenes.HOUSEHOLD),
    Mutant("who is handed over to on a word is not told", 20, untold(GivenOnWord, "recipient"),
           _WORD, scenes.HOUSEHOLD),
    Mutant("wrong words are not counted", 20, drops(CountWrongWord), ("R20", "wrong words"),
           scenes.HOUSEHOLD),
    Mutant("nobody hears of a wrong word", 20, untold(WordTried, "recipient"),
           ("R20", "wrong words"), scenes.HOUSEHOLD),
    Mutant("words without an end", 20, everywhere(trust, "MOST_WORDS", 9), _WORD,
           scenes.HOUSEHOLD, (f"{POSTMAN} > 1 ** {{misword {HOLDER}}}",) * 3),
    Mutant("what a wish kept stays kept", 20,
           lambda: replaced(lists, "_is_brought", lambda parcel, now: False),
           ("R20", "what a wish kept"), scenes.WISH,
           (f"{HOLDER} > 55 44", f"{scenes.OTHERS[0]} desk arrives")),
    Mutant("a day is promised after it went back", 20,
           everywhere(hold, "LISTED_WITHIN", timedelta(days=-60)), _WAITS, scenes.KEPT,
           ("wait 30 d",)),
    Mutant("a day stands against a wish that keeps", 20, drops(KeepOn), _WAITS, scenes.KEPT,
           (f"{HOLDER} > 4",)),
    # ---- 15: a paper day -----------------------------------------------------------------------
    Mutant("who vouches for an outage types its slips", 15,
           everywhere(trust, "paper", lambda slip: None), _CODE, scenes.PAPER),
    Mutant("a slip's time is not looked at", 15,
           lambda: replaced(verdicts, "_alive_about", lambda code, at: True), _DEAD, scenes.PAPER),
)  # fmt: skip
