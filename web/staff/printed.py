"""A PDF as the answer to a request, and what every receipt says of how we are reached."""

from __future__ import annotations

from werkzeug.wrappers import Response

from gateways.simulator.sms import SERVICE
from paper.content import Ways
from settings import Settings


def pdf_of(document: bytes, name: str) -> Response:
    """`document` under `name`, which holds no personal data: it ends up among the downloads."""
    answer = Response(document, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


def ways(settings: Settings) -> Ways:
    """How the service is reached, in print; in development by the simulator's code."""
    simulated = SERVICE if "simulator" in settings.routes else ""
    return Ways(
        ussd=settings.service_ussd or simulated,
        sms=settings.service_sms,
        voice=settings.service_voice,
    )
