"""A PDF as the answer to a request, and the contacts that every receipt prints."""

from __future__ import annotations

from werkzeug.wrappers import Response

from gateways.simulator.sms import SERVICE
from paper.content import Ways
from settings import Settings


def pdf_of(document: bytes, name: str) -> Response:
    """Return `document` as a file; `name` holds no personal data, as downloads keep it."""
    answer = Response(document, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


def ways(settings: Settings) -> Ways:
    """Return how the service is reached, in print; in development by the simulator's code."""
    simulated = SERVICE if "simulator" in settings.routes else ""
    return Ways(
        ussd=settings.service_ussd or simulated,
        sms=settings.service_sms,
        voice=settings.service_voice,
    )
