"""In what a telephone's calls are, where that is no language of texts: Bhojpuri."""

from __future__ import annotations

from messages.speech import CallTongue, tongue_of
from store.database import Conn


def call_tongue(conn: Conn, phone: str, language: str) -> CallTongue:
    """Return in what `phone` (E.164), which is written to in `language`, is called."""
    row = conn.execute("SELECT call_tongue FROM phones WHERE phone = %s", [phone]).fetchone()
    if row is not None and row[0] == "bho":
        return "bho"
    return tongue_of(language)


def set_bhojpuri(conn: Conn, phone: str, language: str) -> None:
    """Let the calls of `phone` (E.164) be in Bhojpuri. Its texts stay in `language`."""
    conn.execute(
        "INSERT INTO phones (phone, language, call_tongue) VALUES (%s, %s, 'bho')"
        " ON CONFLICT (phone) DO UPDATE SET call_tongue = 'bho'",
        [phone, language],
    )


def set_as_texts(conn: Conn, phone: str) -> None:
    """Let the calls of `phone` be in the language of its texts."""
    conn.execute(
        "UPDATE phones SET call_tongue = NULL WHERE phone = %s AND call_tongue IS NOT NULL",
        [phone],
    )
