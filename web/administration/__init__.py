"""Administration: staff, offices, postmen, tokens, webhooks, texts. Each module adds routes."""

from web.administration import (
    mode_pages,
    office_pages,
    overview,
    person_pages,
    postman_pages,
    speech_page,
    staff_pages,
    template_page,
    token_pages,
    webhook_pages,
)
from web.administration.room import administration

__all__ = [
    "administration",
    "mode_pages",
    "office_pages",
    "overview",
    "person_pages",
    "postman_pages",
    "speech_page",
    "staff_pages",
    "template_page",
    "token_pages",
    "webhook_pages",
]
