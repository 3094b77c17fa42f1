"""Does a decision fit the facts? Every act has what must be so before it, as the books demand.

`postal/` refuses an act that does not fit (`BooksDisagree`); here the same is found without a
database, before anybody texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flows import decision as acts
from flows.decision import Act, ArticleAct, Decision
from flows.facts import ArticleFact, ItemFact

_OPEN = ("booked", "out_for_delivery", "attempted", "at_office")


class _Book:
    """An article as the acts of one decision leave it, beginning with the facts."""

    def __init__(self, article: ArticleFact, item: ItemFact | None) -> None:
        self.article, self.item = article, item
        self._changed: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        changed = self.__dict__["_changed"]
        return changed[name] if name in changed else getattr(self.article, name)

    def become(self, **changed: Any) -> None:
        self._changed.update(changed)


Rule = Callable[[_Book, Any], Iterator[str]]
_RULES: dict[type[Act], Rule] = {}


def _before(*kinds: type[Act]) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        _RULES.update(dict.fromkeys(kinds, rule))
        return rule

    return register


def contradictions(decision: Decision, known: Any) -> Iterator[str]:
    """Sentences about acts and codes of `decision` that the facts do not allow."""
    books: Mapping[str, _Book] = {book.number: book for book in _books(known)}
    for act in decision.acts:
        name = type(act).__name__
        if not isinstance(act, ArticleAct):
            continue
        if act.article not in books:
            yield f"{name} of an article that the facts do not have"
        elif type(act) in _RULES:
            yield from (f"{name}: {why}" for why in _RULES[type(act)](books[act.article], act))
    for say in decision.says:
        if say.code_of is None:
            continue
        if say.code_of not in books:
            yield f"{say.template} with the code of an article that the facts do not have"
        elif books[say.code_of].code != "live":
            yield f"{say.template} with a code that is {books[say.code_of].code}"
        elif books[say.code_of].part == "asked":
            yield f"{say.template} to somebody who has not agreed to take the article"


def _books(known: Any) -> Iterator[_Book]:
    if hasattr(known, "items"):
        for item in known.items:
            if item.article is not None:
                yield _Book(item.article, item)
    elif hasattr(known, "articles"):
        yield from (_Book(article, None) for article in known.articles)
    elif getattr(known, "article", None) is not None:
        yield _Book(known.article, None)


def _must(holds: bool, why: str) -> Iterator[str]:
    if not holds:
        yield why


def _in(book: _Book, *states: str) -> Iterator[str]:
    yield from _must(book.state in states, f"the article is {book.state}")


@_before(acts.IssueCode)
def _issue(book: _Book, act: acts.IssueCode) -> Iterator[str]:
    yield from _in(book, "at_office" if act.purpose == "window" else "out_for_delivery")
    if act.purpose != "refusal":
        yield from _must(book.otp_required, "no code is needed")
    yield from _must(not book.locked, "five wrong codes were given today")
    book.become(code="live", code_for=act.purpose)


@_before(acts.KillCode)
def _kill(book: _Book, act: acts.KillCode) -> Iterator[str]:
    yield from _must(book.code in ("live", "expired"), f"the code is {book.code}")
    book.become(code="dead")


@_before(acts.CountWrongCode)
def _count(book: _Book, act: acts.CountWrongCode) -> Iterator[str]:
    assert book.item is not None
    yield from _must(book.item.verdict == "wrong", f"the code is {book.item.verdict}")


@_before(acts.MarkApproached, acts.RecordRemark)
def _item_open(book: _Book, act: Act) -> Iterator[str]:
    assert book.item is not None
    yield from _must(book.item.state == "open", f"the item is {book.item.state}")
    if isinstance(act, acts.RecordRemark):
        yield from _in(book, "out_for_delivery")
        used = act.proven and book.item.verdict == "right"
        yield from _must(used == act.proven, "proven without the right code")
        yield from _must(used or book.code != "live", "a code lives on")
        book.become(state="attempted")


@_before(acts.HandOver)
def _hand_over(book: _Book, act: acts.HandOver) -> Iterator[str]:
    assert book.item is not None
    yield from _must(book.item.state == "open", f"the item is {book.item.state}")
    yield from _in(book, "out_for_delivery")
    right = book.item.verdict == "right" and act.proof == "code" and book.code_for == "handover"
    yield from _must(right or not book.otp_required, "without the right code")
    yield from _must(bool(book.amount) == (act.payment is not None), "the payment does not fit")
    book.become(state="delivered")


@_before(acts.UndoHandOver)
def _undo_hand_over(book: _Book, act: Act) -> Iterator[str]:
    yield from _in(book, "delivered")


@_before(acts.UndoRemark)
def _undo_remark(book: _Book, act: Act) -> Iterator[str]:
    yield from _in(book, "attempted")
    yield from _must(not book.final, "the remark is final")


@_before(acts.UndoApproach)
def _undo_approach(book: _Book, act: Act) -> Iterator[str]:
    assert book.item is not None
    yield from _must(book.item.state == "open", f"the item is {book.item.state}")


@_before(acts.MarkNotReceived)
def _not_received(book: _Book, act: Act) -> Iterator[str]:
    yield from _in(book, "delivered")
    yield from _must(not book.objected, "it was said before")


@_before(acts.ConfirmRemark, acts.ContestRemark)
def _witness(book: _Book, act: Act) -> Iterator[str]:
    yield from _in(book, "attempted", "at_office")
    yield from _must(book.witness == "unconfirmed", f"the witness is {book.witness}")
    yield from _must(book.part != "asked", "who has not agreed is no witness")


@_before(acts.ChooseDay)
def _choose_day(book: _Book, act: acts.ChooseDay) -> Iterator[str]:
    yield from _in(book, "booked", "attempted")
    yield from _must(act.day <= act.until, "a day after the last that may be chosen")
    yield from _must(not book.article.office_next, "a day for what no morning's list takes")
    before = book.choose_until
    yield from _must(before is None or act.until <= before, "it is put off for ever")


@_before(acts.TakeOffList)
def _take_off(book: _Book, act: Act) -> Iterator[str]:
    yield from _in(book, "out_for_delivery")
    yield from _must(book.code != "live", "a code lives on")
    book.become(state="attempted")


@_before(acts.GiveBack, acts.PassItem)
def _hand_on(book: _Book, act: Act) -> Iterator[str]:
    if book.item is not None:  # the office takes what the postman has, item or not
        yield from _must(book.item.state == "open", f"the item is {book.item.state}")
    yield from _in(book, "out_for_delivery")
    yield from _must(book.code != "live", "a code lives on")


@_before(acts.MakeFinal)
def _make_final(book: _Book, act: Act) -> Iterator[str]:
    yield from _in(book, "attempted", "at_office")
    yield from _must(book.remark is not None, "there is no remark")
    yield from _must(not book.final, "it is final already")


@_before(acts.KeepAtOffice)
def _keep(book: _Book, act: acts.KeepAtOffice) -> Iterator[str]:
    yield from _in(book, "booked", "attempted")
    book.become(state="at_office", held_until=act.until)


@_before(acts.ExtendHold)
def _extend(book: _Book, act: acts.ExtendHold) -> Iterator[str]:
    yield from _in(book, "at_office")
    yield from _must(not book.extended, "it was extended before")


@_before(acts.ReturnToSender)
def _return(book: _Book, act: Act) -> Iterator[str]:
    yield from _in(book, "attempted", "at_office")
    yield from _must(book.code != "live", "a code lives on")


@_before(acts.RecallArticle)
def _recall(book: _Book, act: Act) -> Iterator[str]:
    yield from _in(book, "booked", "attempted", "at_office")


@_before(acts.Nominate)
def _nominate(book: _Book, act: acts.Nominate) -> Iterator[str]:
    yield from _in(book, *_OPEN)
    yield from _must(book.nominee == "none", "somebody is nominated already")
    yield from _must(bool(act.phone), "without a telephone")
    yield from _must(book.code != "live", "a code lives on")


@_before(acts.AcceptNomination)
def _accept(book: _Book, act: Act) -> Iterator[str]:
    yield from _must(book.part == "asked", f"the telephone is that of the {book.part}")


@_before(acts.EndNomination)
def _end_nomination(book: _Book, act: Act) -> Iterator[str]:
    yield from _must(book.nominee != "none", "nobody is nominated")
    book.become(nominee="none")


@_before(acts.Unlink)
def _unlink(book: _Book, act: Act) -> Iterator[str]:
    yield from _must(book.part == "addressee", f"the telephone is that of the {book.part}")
    yield from _must(book.code != "live", "a code lives on")


@_before(acts.Relink)
def _relink(book: _Book, act: acts.Relink) -> Iterator[str]:
    yield from _in(book, "booked", "attempted", "at_office")
    yield from _must(bool(act.phone), "without a telephone")
