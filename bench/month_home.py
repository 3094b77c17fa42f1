"""What households of the simulated month arrange beforehand, and what a call says to them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from bench.month_world import Acting, Month, Parcel
from conversation.inbound import receive
from conversation.turn import take_turn
from flows.events import DrawWord, TakeWord
from gateways.base import Inbound
from india.calendar import day_of
from postal import households
from postal.people import numbers
from store.conversations import ConversationPlace
from web.phones.simulator import received

_QUOTE: Final = "wish_ask_neighbour"


def listed(month: Month, parcel: Parcel) -> None:
    """Put a number that changed hands on the list of withdrawn ones, where it stands on one."""
    house = parcel.house
    if "numbers" in month.plan.roads and house.strangers and house.withdrawn:
        now = month.clock()
        with month.runtime.database.transaction() as conn:
            numbers.list_withdrawn(conn, [(parcel.phone, day_of(now))], now)


def wishes(month: Month, parcel: Parcel) -> Acting:
    """Let a neighbour take plain post, once for a telephone."""
    phone = parcel.phone
    if "household" not in month.plan.roads or not parcel.house.wishes or phone in month.wishing:
        return
    month.wishing.add(phone)
    yield 1
    month.say(phone, "55 2")
    yield 1
    asked = [each for each in received(month.runtime, phone) if each.template == _QUOTE]
    if asked:
        month.say(phone, f"55 2 {asked[-1].text.split('55 2 ')[1][:2]}")


def draws_word(month: Month, parcel: Parcel) -> None:
    """Draw a household's word by dial, and tell it to who is at home."""
    phone = parcel.phone
    if phone not in month.wishing or phone in month.words:
        return
    place, now = ConversationPlace(phone, "recipient"), month.clock()
    with month.runtime.database.transaction() as conn:
        take_turn(month.runtime, conn, place, DrawWord(), proof="text")
        word = households.shown(conn, month.runtime.keys, phone, now).word
        take_turn(month.runtime, conn, place, TakeWord(), proof="text")
    if word is not None:
        month.words[phone] = "".join(word)
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
