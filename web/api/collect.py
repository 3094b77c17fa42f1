"""Collecting an article at the office window."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from conversation import counter
from flows.events import DocumentType
from flows.happenings import DocumentShown, ToldCodeAtWindow
from postal import articles, walls
from postal.articles import Article
from postal.counter.ledger import Method
from postal.people import people, rights
from postal.people.doer import Staff
from postal.people.people import StaffMissing
from postal.requests.wish import Wish
from web.api.engine import whose
from web.api.engine.fields import Input, Output, StaffId
from web.api.engine.operation import Answer, Call, Operation
from web.api.engine.path import article_number
from web.api.engine.problems import FieldError
from web.api.waiting import RequestOut, ask

_Last4 = Annotated[str, StringConstraints(pattern="^[0-9A-Z]{4}$")]
_Code = Annotated[
    str,
    StringConstraints(pattern="^[0-9]{6,8}$"),
    Field(json_schema_extra={"writeOnly": True}),
]


class DocumentIn(Input):
    """What was shown. Of its number the last four are kept, and never more."""

    type: DocumentType
    last4: _Last4


class CollectArticleIn(Input):
    """`code`, which the recipient says at the window, or `document`; both soon after a move."""

    staff: StaffId = Field(description="who hands it out")
    code: _Code | None = None
    document: DocumentIn | None = None
    payment: Method | None = Field(
        None, description="how the COD was paid; needed where there is some, and only there"
    )
    missing: list[int] = Field(
        [], max_length=98, description="of several pieces, those that are not there, from 1"
    )
    second: StaffId | None = Field(
        None,
        description="who of the staff may agree, where a document stands in for the code; he, or"
        " another who may, does so in his own session",
    )

    @classmethod
    def beyond_fields(cls, loose: Any) -> list[FieldError]:
        if not isinstance(loose, dict):
            return []
        if any(loose.get(name) is not None for name in ("code", "document")):
            return []
        return [FieldError(field="code", message="a code or a document is needed")]


class CollectionOut(Output):
    """`collected`: False means do not hand it out; `why_not` says why and what to do."""

    collected: bool
    why_not: str | None
    tries_left: int


def _collect(call: Call[CollectArticleIn]) -> Answer:
    read, given = article_number(call), call.input
    found = articles.get(call.conn, read)
    who, missing = _hand(call, found.id), tuple(given.missing)
    if given.code is not None:
        beside = given.document
        kind = beside.type if beside else None
        said = ToldCodeAtWindow(read, given.staff, given.payment, kind, missing=missing)
        last4 = beside.last4 if beside else ""
        done = counter.told_code(call.runtime, call.conn, said, given.code, last4)
    else:
        assert given.document is not None
        type_, last4 = given.document.type, given.document.last4
        shown = DocumentShown(
            read, given.staff, given.payment, type_, given.second, missing=missing
        )
        if found.coded:
            return _ask(call, found, shown, last4, who)
        done = counter.shown_document(call.runtime, call.conn, shown, last4)
    return Answer(200, CollectionOut.of(done, collected=done.why_not is None))


def _hand(call: Call[CollectArticleIn], article_id: int) -> Staff:
    """Return who hands it out: of the office where it lies, unless his role is district-wide."""
    found = people.staff(call.conn, call.input.staff)
    if found is None:
        raise StaffMissing("staff", f"nobody of the staff has the id {call.input.staff}")
    lies_at = walls.home(call.conn, article_id)
    district = [role for role, at in rights.RIGHTS["document"].who.items() if at == "district"]
    if found.role not in district and lies_at not in (None, found.office_id):
        raise StaffMissing("staff", f"{call.input.staff} is of another office than the article")
    return Staff(found.row, call.input.staff)


def _ask(
    call: Call[CollectArticleIn], article: Article, shown: DocumentShown, last4: str, who: Staff
) -> Answer:
    """Ask two of the staff: neither of them signs through the API."""
    counter.refuse_unready(article, shown, call.conn)
    wish = Wish(
        "document",
        article_id=article.id,
        document=shown.document,
        last4=last4,
        payment=shown.payment,
        missing=shown.missing,
    )
    return ask(call, wish, names=who)


COLLECT = Operation(
    route="POST /articles/{number:s10}/collect",
    name="collect_article",
    scope="window",
    whose=whose.staff,
    summary="Hand an article out at the office window; on a document instead of a code, two sign",
    input=CollectArticleIn,
    handle=_collect,
    answers={200: CollectionOut, 202: RequestOut},
    problems=(404, 409, 422),
)
