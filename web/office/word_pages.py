"""The page of households' words: their numbers, for postmen's cards, and how often they count."""

from __future__ import annotations

from flask import render_template

from flows.grammar.postman import KINDS_OF_DOCUMENT, REASONS
from india.calendar import day_of
from india.spoken_words import spoken_words
from postal import households
from web.office.room import office_seen, route, runtime


@route("/words", "deliver")
def words() -> str:
    """Show the words with their numbers, to be printed, and the figures of the postmen."""
    with runtime().database.transaction() as conn:
        today = day_of(runtime().now())
        return render_template(
            "office/words.html",
            spoken=spoken_words(),
            reasons=REASONS,
            documents=KINDS_OF_DOCUMENT,
            postmen=households.of_postmen(conn, office_seen(), today),
        )
