"""Collecting an article at the office window."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from conversation import counter
from conversation.counter import Collecting
from flows.events import DocumentType
from flows.happenings import DocumentShown, ToldCodeAtWindow
from postal.counter.ledger import Method
from web.api.engine import whose
from web.api.engine.fields import Input, Output, StaffId
from web.api.engine.operation import Answer, Call, Operation
from web.api.engine.path import article_number
from web.api.engine.problems import FieldError

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
    second: StaffId | None = Field(
        None, description="the second of the staff, where a document stands in for the code"
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
    done = _served(call, article_number(call))
    return Answer(
        200,
        CollectionOut.of(done, collected=done.why_not is None),
    )


def _served(call: Call[CollectArticleIn], read: str) -> Collecting:
    given = call.input
    if given.code is not None:
        beside = given.document
        said = ToldCodeAtWindow(read, given.staff, given.payment, beside.type if beside else None)
        last4 = beside.last4 if beside else ""
        return counter.told_code(call.runtime, call.conn, said, given.code, last4)
    assert given.document is not None
    type_, last4 = given.document.type, given.document.last4
    shown = DocumentShown(read, given.staff, given.payment, type_, given.second)
    return counter.shown_document(call.runtime, call.conn, shown, last4)


COLLECT = Operation(
    route="POST /articles/{number:s10}/collect",
    name="collect_article",
    scope="window",
    whose=whose.staff,
    summary="Hand an article out at the office window, by code or identity document",
    input=CollectArticleIn,
    handle=_collect,
    answers={200: CollectionOut},
    problems=(404, 409, 422),
)
