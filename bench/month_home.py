"""What households of the simulated month arrange beforehand, and what a call says to them."""

from __future__ import annotations

import re
from collections.abc import Generator
from datetime import timedelta
from typing import Final

from bench.month_rates import POST_DAYS
from bench.month_world import Acting, HouseWord, Month, Parcel
from conversation.inbound import receive
from conversation.turn import take_turn
from flows.events import DrawWord, TakeWord
from flows.happenings import WINDOW_HOURS
from gateways.base import Inbound
from india.calendar import INDIA, day_of
from postal import households
from postal.people import numbers
from store.conversations import ConversationPlace
from web.phones.simulator import received

_QUOTE: Final = "wish_ask_neighbour"
WINDOWS: Final = ("out_window", "out_window_staff")
_HOUR: Final = re.compile(r"(\d+) (?:h\b|baje|बजे)")


def listed(month: Month, parcel: Parcel) -> None:
    """Put a number that changed hands on the list of withdrawn ones, where it stands on one."""
    house = parcel.house
    if "numbers" in month.plan.roads and house.strangers and house.withdrawn:
        now = month.clock()
        with month.runtime.database.transaction() as conn:
            numbers.list_withdrawn(conn, [(parcel.phone, day_of(now))], now)


def wishes(month: Month, parcel: Parcel) -> Acting:
    """Say once for a telephone what is wished for all its post: who may take it, and when."""
    phone = parcel.phone
    if not parcel.house.wishes or phone in month.wished:
        return
    month.wished.add(phone)
    if "household" in month.plan.roads:
        yield from _lets_in(month, phone)
    at_home = sorted(POST_DAYS - parcel.house.away)
    if "days" in month.plan.roads and 0 < len(at_home) < len(POST_DAYS):
        yield 1
        month.say(phone, f"55 4 {' '.join(map(str, at_home))}")
        month.happened["telephones that chose their weekdays"] += 1


def _lets_in(month: Month, phone: str) -> Acting:
    """Let a neighbour take plain post."""
    month.wishing.add(phone)
    yield 1
    month.say(phone, "55 2")
    yield 1
    asked = [each for each in received(month.runtime, phone) if each.template == _QUOTE]
    if asked:
        month.say(phone, f"55 2 {asked[-1].text.split('55 2 ')[1][:2]}")


def waits(month: Month, parcel: Parcel, phone: str) -> None:
    """Wait in the hours that the morning's text names."""
    if "window" not in month.plan.roads or not parcel.house.reads:
        return
    text = next(each.text for each in reversed(received(month.runtime, phone))
                if each.template in WINDOWS and parcel.digits in each.text)  # fmt: skip
    hour = _HOUR.search(text)
    assert hour is not None
    local = month.clock().astimezone(INDIA).replace(minute=0, second=0, microsecond=0)
    first = local.replace(hour=int(hour[1]))
    month.awaited[parcel.number] = first, first + timedelta(hours=WINDOW_HOURS)
    month.happened["texts that named the hours"] += 1


def draws_word(month: Month, parcel: Parcel) -> None:
    """Draw a household's word by dial, and tell it to who is at home."""
    phone, now, known = parcel.phone, month.clock(), month.words.get(parcel.phone)
    if phone not in month.wishing or (known and now < known.drawn_at + households.WORD_KEPT):
        return
    place = ConversationPlace(phone, "recipient")
    with month.runtime.database.transaction() as conn:
        take_turn(month.runtime, conn, place, DrawWord(), proof="text")
        word = households.shown(conn, month.runtime.keys, phone, now).word
        take_turn(month.runtime, conn, place, TakeWord(), proof="text")
    if word is not None:
        month.words[phone] = HouseWord("".join(word), now)
    month.unsettled = True


def hears(month: Month, parcel: Parcel) -> Generator[float, None, bool]:
    """Call the number that says the code; return whether the telephone rang."""
    phone = parcel.holder or parcel.phone
    month.inbound += 1
    receive(
        month.runtime,
        Inbound("simulator", f"m{month.inbound}", phone, "speak_code", channel="voice"),
    )
    month.unsettled = True
    yield 2
    with month.runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT 1 FROM messages m JOIN articles a ON a.id = m.article_id"
            " WHERE m.channel = 'voice' AND m.phone = %s AND a.number = %s AND m.at >= %s",
            [phone, parcel.number, month.clock(month.now - 3)],
        ).fetchone()
    month.happened["codes heard in a call"] += row is not None
    return row is not None
