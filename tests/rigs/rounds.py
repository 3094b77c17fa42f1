"""A past of rounds: on each of so many days a postman handed everything over at the same minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from runtime import Runtime


def write_rounds(
    runtime: Runtime, today: date, minutes: Sequence[int], days: int = 15, items: int = 4
) -> None:
    """Write down the rounds of the postman 1001 before `today`: each day the next of `minutes`."""
    with runtime.database.transaction() as conn:
        for back in range(days, 0, -1):
            day, minute = today - timedelta(days=back), minutes[back % len(minutes)]
            row = conn.execute(
                "INSERT INTO delivery_lists (postman_id, date, created_at)"
                " SELECT id, %s, %s FROM staff WHERE staff_id = '1001' RETURNING id",
                (day, f"{day}T03:00:00Z"),
            ).fetchone()
            assert row is not None
            conn.execute(
                "WITH made AS (INSERT INTO articles (number, service, otp_required,"
                " recipient_phone, recipient_name, recipient_address, recipient_pin, sender_name,"
                " booked_at, updated_at, state, delivered_at, code_salt, sought)"
                " SELECT 'RR' || lpad((1000 * %(back)s + n)::text, 9, '0') || 'IN', 'speed_post',"
                " true, '+919876500099', 'A', 'B', '273303', 'C', %(at)s, %(at)s, 'delivered',"
                " %(at)s, decode(repeat('00', 16), 'hex'), '' FROM generate_series(1, %(items)s) n"
                " RETURNING id, number, delivered_at)"
                " INSERT INTO delivery_items (list_id, mode, article_id, serial, state,"
                " finished_at, proof) SELECT %(list)s, 'on', id,"
                " row_number() OVER (ORDER BY number), 'delivered', delivered_at, 'code' FROM made",
                {
                    "back": back,
                    "list": row[0],
                    "items": items,
                    "at": f"{day} {minute // 60:02}:{minute % 60:02}+05:30",
                },
            )
