"""A PDF as the answer to a request: shown in the browser, with a name for whoever saves it."""

from __future__ import annotations

from werkzeug.wrappers import Response


def pdf_of(document: bytes, name: str) -> Response:
    """`document` under `name`, which holds no personal data: it ends up among the downloads."""
    answer = Response(document, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
