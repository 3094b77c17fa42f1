"""I1 and R19: what is handed over at a door without network, and what is only said to be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from flows.acts.door import HandOver
from flows.events import Handover, Visit
from flows.facts import ItemFact
from flows.proof.promises.promise import Promise, done, told
from flows.proof.world import verdicts
from flows.proof.world.books import SmallWorld, check_of
from flows.proof.world.doors import Played
from flows.proof.world.parcel import CodeIssued, Parcel
from flows.proof.world.turn import Decided
from flows.trust import offline
from india.calendar import day_of

_PLAIN: Final = ("speed_post", "parcel")
_DOCUMENT_FOR: Final = timedelta(hours=48)


def compared(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, HandOver):
        parcel = each.books.parcels[act.article]
        if act.proof != "offline":
            continue
        yield from _of_its_class(parcel, each.books)
        place = len(parcel.items) - 1
        if check_of(each.books, parcel.number, place) not in played.checks:
            yield "handed over without network, and its three digits were not those of the slip"
        code = _said(played, each, parcel)
        if code is None:
            yield "handed over without network, without the digits of any of its codes"
            continue
        yield from _of_today(code, parcel, each.books, place)
        if parcel.recipient not in told(played, act.article):
            yield "handed over without network, and the addressee is not told"


def _of_its_class(parcel: Parcel, books: SmallWorld) -> Iterator[str]:
    if parcel.service not in _PLAIN or parcel.passport or parcel.amount:
        yield "what goes in person, or is paid for, was handed over without network"
    if parcel.door_only:
        yield "handed over without network though fraud was reported"
    if parcel.disputed:
        yield "handed over without network while whoever had the code before objects"
    if parcel.moved_at is not None and books.now - parcel.moved_at < _DOCUMENT_FOR:
        yield "handed over without network in the 48 hours after a move"


def _of_today(code: CodeIssued, parcel: Parcel, books: SmallWorld, place: int) -> Iterator[str]:
    if code.sent_to != (parcel.holder(books.now),):
        yield "handed over without network on a code that its holder was not sent"
    if code.place != place or day_of(code.released_at) != books.today:
        yield "handed over without network on a code of another day, or of another list"
    if code.number <= parcel.code_at_move:
        yield "handed over without network on a code that was sent before a move"
    if code.purpose != "handover":
        yield f"a code for the {code.purpose} was good without network"
    for later in parcel.codes[code.number - 1 :]:
        if later.stopped:
            yield "handed over without network on a code that was stopped, or used"


def _said(played: Played, each: Decided, parcel: Parcel) -> CodeIssued | None:
    found = (verdicts.issue_of(each.books, parcel, digits) for digits in played.codes)
    return next((code for code in found if code is not None), None)


def looked_at(before: SmallWorld, played: Played) -> Iterator[str]:
    for each in played.decided:
        if not isinstance(each.event, Visit):
            continue
        items: tuple[ItemFact, ...] = each.facts.items  # type: ignore[attr-defined]  # a postman's
        for act, item in zip(each.event.acts, items, strict=True):
            said = isinstance(act, Handover) and act.proof == "offline"
            if said and item.article is not None and item.state in ("open", "attempted"):
                yield from _unproven(each, played, each.books.parcels[item.article.number])


def _unproven(each: Decided, played: Played, parcel: Parcel) -> Iterator[str]:
    handed = any(act.article == parcel.number for _, act in done(played, HandOver))
    code = _said(played, each, parcel)
    alive = code is not None and code.state(each.books.now) == "live"
    if not handed and code is not None and _only_undone(code, each, played, parcel):
        yield "his own 0 makes a true code worthless, and him a cheat"
    if handed or not parcel.coded or parcel.amount or (alive and code == parcel.code):
        return  # of a code that lives, the code alone decides
    sent = any(code.place == len(parcel.items) - 1 for code in parcel.codes)
    if not sent:
        yield from _accused(played, parcel)
        return
    after = played.world.parcels[parcel.number]
    if not any(about == "offline" for about, _ in after.tickets):
        yield "a postman says that he handed it over, nothing proves it, and nobody looks at it"
    if not any(row.outcome == "unproven" for row in after.claims):
        yield "a postman says that he handed it over, nothing proves it, and it does not count"
    if parcel.recipient is not None and parcel.recipient not in told(played, parcel.number):
        yield "a postman says that he handed it over, nothing proves it, and nobody asks her"
    at_once = (each.books.office, "office_offline_many")
    if (
        each.books.office
        and each.books.office not in told(played, parcel.number)
        and at_once not in {(phone, say.template) for phone, say in played.said}
    ):
        yield "a postman says that he handed it over, nothing proves it, and no office is told"


def _only_undone(code: CodeIssued, each: Decided, played: Played, parcel: Parcel) -> bool:
    """Tell whether nothing ended the code but the `0` of who says it again, at its place."""
    here = len(parcel.items) - 1
    if not code.undone or code != parcel.code or parcel.item is None or not parcel.coded:
        return False
    of_it = (code.place, code.bearer, code.sent_to, code.purpose)
    his = (here, parcel.item.postman, (parcel.holder(each.books.now),), "handover")
    open_ = parcel.item.state == "open" and offline(parcel.fact(each.books.now)) is None
    slip = check_of(each.books, parcel.number, here) in played.checks
    return open_ and slip and of_it == his and code.number > parcel.code_at_move


def _accused(played: Played, parcel: Parcel) -> Iterator[str]:
    """Whoever forges his text names doors of which he was told nothing: it is no claim of his."""
    after = played.world.parcels[parcel.number]
    if after.claims != parcel.claims or after.tickets != parcel.tickets:
        yield "no code went out for it, and a text in a postman's name accuses him"
    if told(played, parcel.number) - {played.phone}:
        yield "no code went out for it, and a text in a postman's name alarms others"


def settled(before: SmallWorld, played: Played) -> Iterator[str]:
    for _, act in done(played, HandOver):
        rows = played.world.parcels[act.article].claims
        if act.proof in ("code", "offline") and any(row.outcome == "unproven" for row in rows):
            yield "its code proves a handover, and still it counts against the postman"


PROMISES = (
    Promise(
        "R19",
        "a door without network",
        "What is handed over without network is plain post without anything to pay, of which"
        " nothing is in doubt, on a code of that day that its present holder was sent for this"
        " place of this list, neither stopped nor used, and on the three digits of the slip; the"
        " addressee is told. A postman's own `0` stops no code of his for it.",
        compared,
    ),
    Promise(
        "R19",
        "what nothing proves",
        "A text from such a door that proves nothing hands nothing over: it is a ticket, counts"
        " against the postman, and addressee and office are told; where no code went out for it,"
        " it is only answered.",
        looked_at,
    ),
    Promise(
        "R19",
        "a doubt that ended",
        "What its code proves afterwards counts against nobody any more.",
        settled,
    ),
)
