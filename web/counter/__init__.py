"""The counter: booking, payment, receipt, books. Each module adds its routes to `room.counter`."""

from web.counter import books, day, receipts, start
from web.counter.room import counter

__all__ = ["books", "counter", "day", "receipts", "start"]
