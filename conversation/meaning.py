"""What a text says, by who sent it, and its words as they may be kept."""

from __future__ import annotations

import re
from datetime import datetime

from conversation.quoted import without_digits
from flows import machines
from flows.events import (
    AnotherDay,
    AnswerException,
    AskedBack,
    AskMenu,
    AskStatus,
    CallMe,
    Deny,
    Event,
    Handover,
    NotUnderstood,
    RepeatQuestion,
    ReportFraud,
    Said,
    SendCode,
    SomebodyElse,
    SpeakCode,
    Start,
    Stop,
    ToldCode,
    Visit,
    VisitAct,
    Wished,
    Yes,
)
from flows.grammar import person
from flows.grammar.person import NO_DAY, QUOTE, Understood, is_clear, is_command
from flows.grammar.postman import WORD
from flows.grammar.postman_numbers import CHECKED
from flows.grammar.postman_words import mask_household, mask_spoken
from flows.grammar.text import MASK, mask_codes, mask_own_words, mask_spelled_codes
from gateways.base import Inbound
from india.signs import ascii_digits
from messages.render import CHECK_MASK, QUOTE_MASK
from postal import quotes
from postal.people import roles
from postal.people.roles import PhoneRoles
from runtime import Runtime
from store.database import Conn


def by_call(event: Event) -> Event:
    """Return what a missed call may mean: it brings something, and answers nothing.

    docs/developing/trust.md rule 8
    """
    if isinstance(event, AskMenu):
        return CallMe()
    if isinstance(event, Yes | Deny):
        return RepeatQuestion("yes" if isinstance(event, Yes) else "no")
    return event


def opted(sender: PhoneRoles, inbound: Inbound) -> tuple[str, Understood] | None:
    """Return STOP or START where the carrier itself recognised it; else None."""
    role = next((role for role in sender.roles if role in ("recipient", "sender")), None)
    if role is None or inbound.opting is None:
        return None
    return role, Understood(Stop() if inbound.opting == "stop" else Start())


def understand(
    runtime: Runtime, conn: Conn, sender: PhoneRoles, phone: str, text: str
) -> tuple[str, Understood]:
    """Return the most particular role of the sender to which the text is exact, and what it says.

    Where it is to none, it is the words of the first role with a clear wish; a postman's own words
    remain a postman's.
    """
    code_length = runtime.settings.code_length
    tried = [(role, machines.understand(role, text, code_length)) for role in sender.roles]
    at_work = "postman" in sender.roles
    for role, understood in tried:
        if isinstance(understood.event, AskStatus):
            related = roles.relation(conn, phone, understood.event.article)
            if related is not None and related in sender.roles:
                return related, understood
        elif not _is_words(understood, text) and (
            role == "postman" or not at_work or _is_own(understood.event, text)
        ):
            return role, understood
    answer = _answer_in_digits(runtime, conn, sender, phone, text)
    if answer is not None:
        return "recipient", answer
    if at_work:
        return next(each for each in tried if each[0] == "postman")
    clear = (each for each in tried if is_clear(each[1].event))
    return next(clear, tried[0])


def _answer_in_digits(
    runtime: Runtime, conn: Conn, sender: PhoneRoles, phone: str, text: str
) -> Understood | None:
    """Return the answer of a text that is the two digits of a question open to a recipient.

    The staff's bare digits are items and questions of their work.
    """
    quoted = person.quoted(text)
    if quoted is None or "recipient" not in sender.roles or not _PRIVATE.issuperset(sender.roles):
        return None
    asked = quotes.open_at(conn, phone, runtime.now())
    return quoted.answering(asked.move, asked.takers)


_PRIVATE = frozenset(("recipient", "sender"))
_WORDS = (NotUnderstood, Said, Wished)


def _is_words(understood: Understood, text: str) -> bool:
    """Tell whether a text is exact to nobody: another role of its telephone may know it better.

    So is an office's yes without the digits of a question, its no in words, and two digits alone.
    """
    event = understood.event
    if isinstance(event, AnswerException):
        if _TWO_DIGITS.fullmatch(text):
            return True
        no = not event.granted and any(map(str.isdigit, text))
        return not no and QUOTE not in understood.codes
    return isinstance(event, _WORDS)


_TWO_DIGITS = re.compile(r"\W*\d{2}\W*")


def _is_own(event: Event, text: str) -> bool:
    """Tell whether a postman's text is a command about post of his own, and no slip at work."""
    return is_command(text) and not isinstance(event, ToldCode)


# After a mistyped code, three digits may be those of the slip.
_AFTER_CODE = re.compile(r"([0-9]{4,8}[\W_]+)[0-9]{3}(?![0-9])", re.ASCII)


def _is_malformed(act: VisitAct) -> bool:
    return isinstance(act, Handover) and act.proof == "malformed"


_AFTER_STARS = re.compile(r"(\*\s*\*).*", re.DOTALL)


def kept_words(text: str, understood: Understood) -> str:
    """Return `text` as it may be kept, without codes and without the digits that it quotes."""
    event = understood.event
    for key, digits in understood.codes.items():
        if key.endswith(CHECKED):
            shown = rf"(?<![0-9]){digits}(?![0-9])"
            text = re.sub(shown, CHECK_MASK, ascii_digits(text), flags=re.ASCII)
    if isinstance(event, Visit) and any(_is_malformed(act) for act in event.acts):
        text = _AFTER_CODE.sub(rf"\1{CHECK_MASK}", ascii_digits(text))
    if isinstance(event, Visit) and WORD in understood.codes:  # a household's, or a guess at it
        return f"{event.acts[0].item} ** {MASK}"
    text = _AFTER_STARS.sub(rf"\1 {MASK}", text)
    if QUOTE in understood.codes:
        text = _without_quote(text, understood.codes[QUOTE])
    # "5 9 8 0 5 3" reads as "somebody else" with a telephone that is none: it may be a code.
    no_phone = isinstance(event, SomebodyElse) and event.phone == ""
    if no_phone or isinstance(event, AskedBack | NotUnderstood | ToldCode):
        return mask_spoken(mask_spelled_codes(text))
    if isinstance(event, ReportFraud | SendCode | SpeakCode | Said | Wished):
        return mask_spoken(mask_own_words(text))
    return mask_codes(text)


# In a text that is not understood, three digits may be those of a slip.
_THREE = re.compile(r"(?<![0-9•▫])[0-9]{3}(?![0-9•▫])", re.ASCII)
_OF_SLIP = re.compile(r"\b(?:slip|parchi|parchee|ank|digits?)\b|पर्ची|अंक|[•▫]", re.IGNORECASE)
_TALK = (AskedBack, NotUnderstood, Said, ToldCode, Wished)


def _without_quote(text: str, digits: str) -> str:
    """Return `text` without the two digits that it quotes: the last such ones; "147" has them."""
    found = list(
        re.finditer(rf"(?<![0-9]){digits}(?![0-9])|(?<=\b[12]){digits}\b", ascii_digits(text))
    )
    if not found:
        return text
    begin, end = found[-1].span()
    return text[:begin] + QUOTE_MASK + text[end:]


def _is_read(event: Event) -> bool:
    """Tell whether a text's digits were read, as a command or as those of a question."""
    if isinstance(event, SomebodyElse):
        return event.phone != ""
    if isinstance(event, AnotherDay):
        return event.day != NO_DAY
    return not isinstance(event, (*_TALK, ReportFraud, SendCode, SpeakCode))


def kept_of(
    conn: Conn, phone: str, role: str, text: str, understood: Understood, now: datetime
) -> str:
    """Return `text` of `phone`, a person in `role`, as it may be kept.

    What is not read may have the two digits of a question that is open to that telephone.
    """
    kept = _kept_of(role, text, understood)
    return kept if _is_read(understood.event) else without_digits(conn, phone, kept, now)


def _kept_of(role: str, text: str, understood: Understood) -> str:
    """Return `text` of a person in `role` without what a person in that role was told.

    A postman may have been told more than codes: a household's word, the digits of a slip. Of
    others' words three digits are masked beside a code, beside a word of the slip, or alone: what
    somebody was asked to pay is evidence.
    """
    kept = kept_words(text, understood)
    if role != "postman":
        beside = _OF_SLIP.search(kept) or not any(map(str.isalpha, kept))
        masked = isinstance(understood.event, _TALK) and beside
        return _THREE.sub(CHECK_MASK, kept) if masked else kept
    if isinstance(understood.event, AskedBack | NotUnderstood):
        kept = _THREE.sub(CHECK_MASK, kept)
    return mask_household(kept)
