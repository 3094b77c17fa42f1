"""The page of households' words: their numbers, for postmen's cards, and how often they count."""

from __future__ import annotations

from flask import render_template

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
            postmen=households.of_postmen(conn, office_seen(), today),
        )
