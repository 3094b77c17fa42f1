"""The difference between a dropped text and the sentence that is registered with DLT."""

from __future__ import annotations

from markupsafe import Markup, escape

from gateways.base import Reason
from messages import dlt
from messages.catalogue import catalogue
from postal.desk.timeline import TimelineText
from web.desk.room import desk
from web.language import say
from web.staff.masks import veiled

_MARKS = {
    "both": Markup("{}"),
    "registered": Markup("<del>{}</del>"),
    "sent": Markup("<ins>{}</ins>"),
}


@desk.app_template_filter()
def dropped(text: TimelineText) -> Markup:
    """Return the explanation for a text that DLT dropped; empty for any other."""
    if not (text.error or "").startswith(f"{Reason.TEMPLATE}:") or text.template is None:
        return Markup("")
    words = catalogue().words_of(text.template, text.variables)
    registered = catalogue().dlt.sentences.get((words, text.language or ""))
    if registered is None:
        return escape(say("dlt_dropped_unknown"))
    parts = dlt.difference(registered, text.body)
    if {part.where for part in parts} == {"both"}:
        return escape(say("dlt_dropped_same"))
    shown = Markup(" ").join(_MARKS[part.where].format(veiled(part.words)) for part in parts)
    return Markup("{} {}").format(say("dlt_dropped_differs"), shown)
