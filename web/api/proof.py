"""The certificate of an article: its events and the proof that nobody rewrote them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from paper import certificate as on_paper
from postal import certificate
from web.api.engine import whose
from web.api.engine.fields import Nothing, Output
from web.api.engine.operation import PDF, Answer, Call, File, Operation
from web.api.engine.path import article_number
from web.staff.certified import for_print


class PathStepOut(Output):
    side: Literal["left", "right"]
    digest: str


class CertifiedEventOut(Output):
    """`digest`: SHA-256 of a zero byte, the salt and `content`. `path`: null until sealed."""

    at: str
    kind: str
    data: dict[str, Any]
    proof: str | None = Field(description="how sure we were who did it; null: not written then")
    day: str
    content: str = Field(description="the row as it was hashed: JSON, letter by letter")
    salt: str
    digest: str
    path: list[PathStepOut] | None


class CertifiedDecisionOut(Output):
    """`content` has the digest of what names telephones in its place.

    Null but for `day`, `digest` and `path`: written before decisions could be proven without it.
    """

    at: str | None
    event: str | None
    acts: list[str] | None
    proof: str | None
    day: str
    content: str | None = Field(description="as it was hashed: JSON, letter by letter")
    salt: str | None
    digest: str
    path: list[PathStepOut] | None


class SealedDayOut(Output):
    day: str
    document: str = Field(description="as it was published, letter by letter; its SHA-256 is root")
    root: str


class RecordOut(Output):
    format: str
    article: str
    service: str
    state: str
    booked_at: str
    recipient_name: str
    recipient_phone: str | None = Field(description="masked")
    sender_name: str
    sender_phone: str | None = Field(description="masked")
    events: list[CertifiedEventOut]
    decisions: list[CertifiedDecisionOut]
    days: list[SealedDayOut]


class CertificateOut(Output):
    """`hash`: SHA-256 of the record as JSON, keys sorted, without spaces, in UTF-8."""

    record: RecordOut
    algorithm: Literal["SHA256"]
    hash: str
    made_at: datetime


def _get(call: Call[Nothing]) -> Answer:
    record = certificate.of_article(call.conn, article_number(call), call.reader())
    shown = RecordOut.model_validate(asdict(record))
    return Answer(
        200,
        CertificateOut(record=shown, algorithm="SHA256", hash=record.hash, made_at=call.now),
    )


def _pdf(call: Call[Nothing]) -> Answer:
    record = certificate.of_article(call.conn, article_number(call), call.reader())
    document = on_paper.certificate(for_print(record, call.now))
    return Answer(200, File(document, f"certificate-{record.article}.pdf"))


GET = Operation(
    route="GET /articles/{number:s10}/proof",
    name="article_proof",
    scope="articles",
    whose=whose.article,
    summary="The certificate of an article: its events, and the proof that nobody rewrote them",
    input=Nothing,
    handle=_get,
    answers={200: CertificateOut},
    problems=(404,),
)
PRINT = Operation(
    route="GET /articles/{number:s10}/proof.pdf",
    name="article_proof_pdf",
    scope="articles",
    whose=whose.article,
    summary="The same as a PDF, in the form of section 63 of the Bharatiya Sakshya Adhiniyam, 2023",
    input=Nothing,
    handle=_pdf,
    answers={},
    problems=(404,),
    gives=PDF,
)
