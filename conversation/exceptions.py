"""The door of the office's answer to an exception, given on its page (docs/developing/trust.md 17).

Within the caller's transaction; wake the outbox after the commit.
"""

from __future__ import annotations

from dataclasses import dataclass

from conversation.turn import take_turn
from flows.acts.exception import EndException, GrantException, OpenQuestion
from flows.facts import ExceptionFacts
from flows.happenings import ExceptionAnswered, QuestionOpened
from postal.people.doer import Doer
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn
from store.refusals import Conflict


class NotAnswered(Conflict):
    """The answer changed nothing: it is answered, over, or not this person's to give."""

    sentence = "nothing is changed: it is answered or over, or somebody else must answer"
    word = "exception_not_answered"


class AnotherQuestion(Conflict):
    """The question that was read is over, and another one is open about the article."""

    sentence = "nothing is changed: another question is asked about this article by now; read it"
    word = "exception_another"


@dataclass(frozen=True)
class Question:
    """The question that is answered. `number`: which of its `article` (1, 2, …)."""

    article: str
    number: int


def answer(runtime: Runtime, conn: Conn, asked: Question, granted: bool, by: Doer) -> None:
    """Agree to what is `asked`, or refuse. Raise `AnotherQuestion` and `NotAnswered`.

    `by` signed it with a second factor.
    """
    place = ConversationPlace(asked.article, "exception")
    event = ExceptionAnswered(asked.article, granted, by.known_as, asked.number)
    turn = take_turn(runtime, conn, place, event, proof="fresh")
    sprint = turn.sprints[0]
    acts = sprint.decision.acts
    wanted = GrantException if granted else EndException
    if not any(isinstance(act, wanted) for act in acts):
        facts = sprint.facts
        assert isinstance(facts, ExceptionFacts)
        is_another = facts.article.exceptions not in (0, asked.number)
        raise AnotherQuestion if is_another else NotAnswered


class NotOpened(Conflict):
    """No further question was opened: none may be asked, or it is not this person's to sign."""

    sentence = "no question is opened: none may be asked of it, or somebody else must sign it"
    word = "question_not_opened"


class QuestionIsOpen(Conflict):
    """No further question was opened: one is."""

    sentence = "no question is opened: one about this article is open already"
    word = "question_is_open"


class QuestionNotOut(Conflict):
    """No further question was opened: no postman carries it."""

    sentence = "no question is opened: no postman carries this article"
    word = "question_not_out"


def open_one(runtime: Runtime, conn: Conn, article: str, by: Doer) -> None:
    """Open one more question for `article` and who carries it, signed with a second factor.

    Raise `QuestionNotOut`, `QuestionIsOpen` and `NotOpened`.
    """
    place = ConversationPlace(article, "exception")
    event = QuestionOpened(article, by.known_as)
    turn = take_turn(runtime, conn, place, event, proof="fresh")
    sprint = turn.sprints[0]
    if any(isinstance(act, OpenQuestion) for act in sprint.decision.acts):
        return
    facts = sprint.facts
    assert isinstance(facts, ExceptionFacts)
    if facts.article.state != "out_for_delivery":
        raise QuestionNotOut
    raise QuestionIsOpen if facts.article.exception != "none" else NotOpened
