"""What the machines would decide on an article now, if the desk asked: nothing is locked or done.

The pages offer what is possible and say of the rest why it is not (flows/possible.py). An action is
decided again under its locks, so a page that is a moment old does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass

from conversation.facts import day_end
from flows import machines, possible
from flows.facts import ArticleFact, RecipientFacts
from flows.happenings import CodeWanted
from flows.machine import Standing, decide
from flows.possible import Hindrance
from flows.recipient.states import CODES
from india.calendar import day_of
from postal.acts.books import peek
from postal.facts import Reader
from runtime import Runtime
from store import conversations
from store.conversations import ConversationPlace
from store.database import Conn


@dataclass(frozen=True)
class Possible:
    """What stands in the way of each action on an article now; None: nothing does."""

    send_code: Hindrance | None
    stop_code: Hindrance | None
    move_destination: Hindrance | None
    correct_number: Hindrance | None
    confirm_remark: Hindrance | None
    contest_remark: Hindrance | None
    reopen: Hindrance | None


def of_article(runtime: Runtime, conn: Conn, article_id: int, number: str) -> Possible:
    """Return what the machines would refuse for the article, each with its cause."""
    article = _reader(runtime, conn).of_itself(number)
    return Possible(
        send_code=code(runtime, conn, article_id, number),
        stop_code=possible.stop_code(article),
        move_destination=possible.move_destination(article),
        correct_number=possible.correct_number(article),
        confirm_remark=possible.judge(article, "confirmed"),
        contest_remark=possible.judge(article, "contested"),
        reopen=possible.reopen(article),
    )


def code(runtime: Runtime, conn: Conn, article_id: int, number: str) -> Hindrance | None:
    """Return why the recipient's machine would send no code now; None: it would send one."""
    holder = peek(conn, [article_id], runtime.now())[number].holder_phone
    if holder is None:
        return "no_telephone"
    machine = machines.ALL["recipient"]
    place = ConversationPlace(holder, "recipient")
    standing = conversations.peek(conn, place)
    if standing is None:
        standing = Standing(machine.initial, machine.context, runtime.now())
    facts = _facts(runtime, conn, holder, number)
    decision = decide(machine, standing, CodeWanted(number), facts)
    said = [say.template for say in decision.says]
    if any(template in CODES for template in said):
        return None
    article = next(each for each in facts.articles if each.number == number)
    return possible.no_code(said[0], article)


def article_fact(runtime: Runtime, conn: Conn, number: str) -> ArticleFact:
    """Return the facts of the article as its own conversation would read them now."""
    return _reader(runtime, conn).of_itself(number)


def _reader(runtime: Runtime, conn: Conn) -> Reader:
    now, settings = runtime.now(), runtime.settings
    return Reader(conn, now, day_of(now), runtime.keys, settings.code_length)


def _facts(runtime: Runtime, conn: Conn, phone: str, number: str) -> RecipientFacts:
    now, settings = runtime.now(), runtime.settings
    return RecipientFacts(
        now=now,
        articles=_reader(runtime, conn).of_recipient(phone, number, [number]),
        release=settings.code_release,
        code_ttl=settings.code_ttl,
        day_end=day_end(settings, day_of(now)),
        today=day_of(now),
        offline=settings.offline_per_postman > 0,
    )
