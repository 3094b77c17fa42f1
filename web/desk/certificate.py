"""The certificate of an article: a page that says what it proves, and the PDF."""

from __future__ import annotations

from flask import render_template
from werkzeug.wrappers import Response

from paper import certificate as on_paper
from postal import certificate
from postal.certificate import Record
from store.database import Conn
from web.desk.room import reader, route, runtime
from web.desk.subjects import article_within
from web.staff.certified import for_print
from web.staff.printed import pdf_of


@route("/articles/<int:article>/certificate", "find")
def article_certificate(article: int) -> str:
    """Show what was written of an article, and how far it is proven."""
    record = _record(article)
    shown = for_print(record, runtime().now())
    return render_template(
        "desk/certificate.html", article=article, record=record, shown=shown, open=record.open
    )


@route("/articles/<int:article>/certificate.pdf", "find")
def article_certificate_pdf(article: int) -> Response:
    """Return the certificate as a PDF, with both parts left to their signers."""
    record = _record(article)
    document = on_paper.certificate(for_print(record, runtime().now()))
    return pdf_of(document, f"certificate-{record.article}")


def _record(article: int) -> Record:
    def look(conn: Conn) -> Record:
        found = article_within(conn, article)
        return certificate.of_article(conn, found.number, reader())

    return runtime().database.run(look)
