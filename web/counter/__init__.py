"""The counter: booking, payment, receipt, books. Each module adds its routes to `room.counter`."""

from web.counter import books, day, payments, start, upi
from web.counter.room import counter

__all__ = ["books", "counter", "day", "payments", "start", "upi"]
