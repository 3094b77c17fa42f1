"""What became of a text, and why it did not arrive, in the words of the page's language."""

from __future__ import annotations

from typing import Final

from gateways.base import Reason
from india.masks import veiled
from postal.desk.timeline import TimelineText
from postal.desk.unconfirmed import is_unconfirmed
from web.desk.room import desk, runtime
from web.language import say

_REASONS: Final = frozenset(Reason)


@desk.app_template_filter()
def text_state(text: TimelineText) -> str:
    """Return the status of a text: `unconfirmed` where its receipt is long overdue."""
    if text.direction == "out" and text.channel == "text":
        settings, now = runtime().settings, runtime().now()
        if is_unconfirmed(text.status, text.sent_at, settings.unconfirmed_seconds, now):
            return "unconfirmed"
    return text.status


@desk.app_template_filter()
def text_failure(error: str | None) -> str:
    """Return why a text failed: the reason in words, and the carrier's own; numbers are hidden."""
    reason, _, said = (error or "").partition(": ")
    if reason not in _REASONS:
        return veiled(error or "")
    return veiled(
        f"{say('text_failed_' + reason)} ({said})" if said else say(f"text_failed_{reason}")
    )
