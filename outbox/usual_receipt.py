"""What nearly all receipts are, taken in by one statement: news of a text that its carrier has.

Everything else is `outbox/receipts.py`'s.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateways.base import Receipt, ReceiptStatus
from store.database import Conn

# The receipt of a text that its carrier took: it arrived. The text says so itself, in no row more.
_ARRIVED: Final = """
    UPDATE messages m SET status = 'delivered', error = NULL, heard = %(word)s,
        told_at = coalesce(m.told_at, %(told_at)s),
        delivered_at = CASE WHEN m.status = 'delivered' THEN m.delivered_at ELSE %(now)s END
    FROM carrier_ids c
    WHERE c.kind = 'out' AND c.gateway = %(gateway)s AND c.carrier_id = %(carrier_id)s
          AND m.id = c.message_id AND m.channel = 'text' AND m.gateway = %(gateway)s
          AND m.carrier_id = %(carrier_id)s AND m.status IN ('sent', 'delivered')
          AND m.heard IS NULL
    RETURNING m.id, m.request_id
"""
# "Sent" once more changes nothing.
_WENT: Final = """
    INSERT INTO receipts (gateway, carrier_id, message_id, status, word, error, at)
    SELECT %(gateway)s, %(carrier_id)s, m.id, 'sent', %(word)s, %(error)s, %(now)s
    FROM carrier_ids c JOIN messages m ON m.id = c.message_id
    WHERE c.kind = 'out' AND c.gateway = %(gateway)s AND c.carrier_id = %(carrier_id)s
          AND m.channel = 'text' AND m.gateway = %(gateway)s AND m.carrier_id = %(carrier_id)s
          AND m.status IN ('sent', 'delivered')
    RETURNING message_id, (SELECT request_id FROM messages WHERE id = message_id)
"""


def receive(conn: Conn, receipt: Receipt, now: datetime) -> tuple[int, str | None] | None:
    """Take in what nearly all receipts are, in one statement; return the message's ids.

    That is news of a text whose carrier has answered, so that its id is known, and that has not
    ended otherwise: nothing can be missed and nothing but the text's status depends on it. None:
    it is another case, and nothing was done.
    """
    if receipt.part is not None:
        return None
    if receipt.status is ReceiptStatus.DELIVERED and receipt.error is None:
        usual = _ARRIVED
    elif receipt.status is ReceiptStatus.SENT:
        usual = _WENT
    else:
        return None
    values = {
        "gateway": receipt.gateway,
        "carrier_id": receipt.carrier_id,
        "word": receipt.word,
        "error": receipt.error,
        "told_at": receipt.told_at,
        "now": now,
    }
    row = conn.execute(usual.encode(), values).fetchone()
    return (row[0], row[1]) if row else None
