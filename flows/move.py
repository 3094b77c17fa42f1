"""The conversation about an article's move: the holder is asked, and his silence is waited for.

docs/developing/trust.md rule 2. It decides when another telephone gets the code, whoever asked; the
question itself is said and answered in the holder's conversation (flows/recipient/moves.py).
"""

from __future__ import annotations

from flows import trust
from flows.acts.codes import KillCode
from flows.acts.moves import EndMove, Relink
from flows.acts.nominee import EndNomination
from flows.acts.reports import OpenTicket
from flows.decision import Act, Decision, Nothing, Tell
from flows.events import Event, TimedOut
from flows.facts import ArticleFact, MoveFacts, Mover, Proof
from flows.happenings import (
    MoveAgreed,
    MoveAsked,
    MovedAway,
    MoveDenied,
    MoveLapsed,
    NamedNoMore,
    NominationEnded,
    NumberAgreed,
    Relinked,
)
from flows.machine import SAME, Case, Machine, State

DAY = 24 * 3600

MACHINE = Machine(
    name="move",
    meaning="whether another telephone gets the code",
    states=(
        State("still", "nobody is asked"),
        State("asked", "the holder is asked, and has not answered", 7 * DAY, times_out=True),
    ),
    context=Nothing(),
    facts=MoveFacts,
)


@MACHINE.on(MoveAsked, to=("asked",))
def asked(case: Case[MoveAsked, Nothing, MoveFacts]) -> Decision[Nothing]:
    return Decision("asked", case.context, until=case.facts.silence_ends)


def relinked(
    article: ArticleFact, phone: str, by: Mover, consent: Proof | None
) -> tuple[tuple[Act, ...], tuple[Tell, ...]]:
    """Return what makes `phone` (E.164) the recipient's, and who is told.

    Whoever had the code, or was named to take it, is told as well as whoever gets it, and the
    sender where he did not wish it himself (docs/developing/trust.md rule 3).
    """
    number = article.number
    rule = trust.MOVES[by]
    acts: tuple[Act, ...] = (Relink(number, phone, by, consent, rule.document),)
    if article.nominee != "none":
        acts = (EndNomination(number, "replaced"), *acts)
    if article.code == "live":
        acts = (KillCode(number, "moved"), *acts)
    event = Relinked(number)
    tells: tuple[Tell, ...] = (Tell("recipient", event), Tell("article", event))
    if article.nominee != "none":
        tells = (Tell("nominee", NominationEnded(number)), *tells)
    if article.linked:
        tells = (Tell("former", MovedAway(number)), *tells)
    return acts, tells


@MACHINE.on(
    MoveAgreed,
    to=("still",),
    acts=(Relink, EndNomination, EndMove, KillCode, OpenTicket),
    tells=("recipient", "former", "nominee", "sender", "article", "named", "postman"),
)
def agreed(case: Case[MoveAgreed, Nothing, MoveFacts]) -> Decision[Nothing]:
    """Move it: the holder quoted our digits, or said that it is not his at all."""
    article = case.facts.article
    if not article.asked:
        return Decision("still", case.context)
    if case.facts.named_is_staff or not trust.can_move(article, case.facts.by):
        return _lapsed(case)
    if case.facts.named_has_it:
        return _kept(case) if article.linked else _lapsed(case)  # he just said: not mine
    return _moved(case, case.facts.proof)


def _moved(case: Case[Event, Nothing, MoveFacts], consent: Proof | None) -> Decision[Nothing]:
    facts = case.facts
    acts, tells = relinked(facts.article, facts.named, facts.by, consent)
    if consent == "quoted":  # that answer told him already
        tells = tuple(each for each in tells if each.to != "former")
    if facts.by == "door" and facts.article.state == "out_for_delivery":
        tells = (*tells, Tell("postman", NumberAgreed(facts.article.number)))
    return Decision(
        "still", case.context, (), acts, (*tells, Tell("sender", Relinked(facts.article.number)))
    )


def _kept(case: Case[Event, Nothing, MoveFacts]) -> Decision[Nothing]:
    """End a question about the telephone that has it already: no move, no code dies.

    Whoever named it hears what he would hear of any other number, at the same time: he must not
    find out by it whose the code is. Of a number that was named at the door the sender hears no
    more: it was not he.
    """
    article = case.facts.article
    number = article.number
    event = Relinked(number)
    tells: tuple[Tell, ...] = (Tell("sender", event),)
    if case.facts.by == "door":
        out = article.state == "out_for_delivery"
        tells = (Tell("postman", NumberAgreed(number)),) if out else ()
    if case.facts.proof != "quoted":  # that answer told him already
        tells = (Tell("recipient", event), *tells)
    return Decision("still", case.context, (), (EndMove(number, "lapsed"),), tells)


@MACHINE.on(
    MoveDenied,
    to=("still", SAME),
    acts=(EndMove, OpenTicket),
    tells=("sender", "office", "named"),
)
def denied(case: Case[MoveDenied, Nothing, MoveFacts]) -> Decision[Nothing]:
    article = case.facts.article
    if not article.asked:
        return Decision(case.state, case.context)
    number = article.number
    event = MoveDenied(number)
    return Decision(
        "still",
        case.context,
        (),
        (EndMove(number, "denied"), OpenTicket("move", number)),
        (Tell("sender", event), Tell("office", event), Tell("named", NamedNoMore(number))),
    )


@MACHINE.on(
    TimedOut,
    states=("asked",),
    to=("still",),
    acts=(Relink, EndNomination, EndMove, KillCode, OpenTicket),
    tells=("recipient", "former", "nominee", "sender", "article", "named"),
)
def silent(case: Case[TimedOut, Nothing, MoveFacts]) -> Decision[Nothing]:
    """Take silence for consent only where no code was ever sent to the holder."""
    if not trust.by_silence(case.facts.article) or case.facts.named_is_staff:
        return _lapsed(case)
    return _kept(case) if case.facts.named_has_it else _moved(case, None)


def _lapsed(case: Case[Event, Nothing, MoveFacts]) -> Decision[Nothing]:
    article = case.facts.article
    if not article.asked:
        return Decision("still", case.context)
    number = article.number
    event = MoveLapsed(number)
    return Decision(
        "still",
        case.context,
        (),
        (EndMove(number, "lapsed"), OpenTicket("move", number)),
        (Tell("sender", event), Tell("named", NamedNoMore(number))),
    )
