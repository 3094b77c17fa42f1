"""What the simulated month assumes: how often what happens, who lives where, which roads are open.

Where each default comes from is in docs/developing/domain.md, "What the month assumes".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

# What leads on where the plain road ends; without any of them a visit ends with a remark.
Road = Literal["days", "exception", "household", "numbers", "offline", "speech", "window"]
# Where the telephone is that gets the code; "called": out, and who has it says the code.
Telephone = Literal["here", "called", "out", "off", "strangers"]
ROADS: Final[frozenset[Road]] = frozenset(
    ("days", "exception", "household", "numbers", "offline", "speech", "window")
)


@dataclass(frozen=True)
class Rates:
    """The shares of events, of 1: each is an option of the command."""

    absence: float = 0.25  # the addressee is not at home, of all visits
    at_work: float = 0.126  # of houses: he is out on the same weekdays in every week
    saturdays: float = 0.5  # of these: he is at home on Saturdays
    others_home: float = 0.5  # of these: somebody else of the household is
    wrong_code: float = 0.05  # mistyped once, at each handover
    lost: float = 0.02  # a code that the telephone never shows
    contested: float = 0.1  # of remarks
    dead_zone: float = 0.05  # a handover whose text comes half an hour to five hours later
    confirmed: float = 0.4  # of remarks
    stubborn: float = 0.1  # of wrong codes: all five tries
    refused: float = 0.02
    undone: float = 0.01
    fraud: float = 0.005
    not_received: float = 0.005
    wrong_number: float = 0.01
    another_day: float = 0.03
    hold: float = 0.01
    somebody_else: float = 0.02
    asked_before: float = 0.05  # the code fetched, or tried to be, before the postman comes
    chatter: float = 0.03  # menu, language, a person, the article's number, words
    recalled: float = 0.01
    fetched_by_code: float = 0.5  # of what waits at the office
    fetched_by_document: float = 0.2
    repeated: float = 0.02  # texts that the carrier delivers twice
    # Where the plain road ends.
    relayed: float = 0.35  # articles whose number is another's of the family
    relay_out: float = 0.4  # of these, and of absent addressees' own: it is not at home at a visit
    relay_called: float = 0.5  # of these: whoever has it is called, and says the code
    telephone_off: float = 0.03  # its battery is empty, at each visit
    strangers: float = 0.01  # numbers that changed hands, and nobody said so
    no_network: float = 0.05  # of visits: the postman can send nothing from the door
    code_before: float = 0.5  # of these: a code reached the telephone before
    cannot_read: float = 0.15  # of households
    read_to_them: float = 0.9  # of these: somebody reads the text for them
    withdrawn: float = 0.5  # of changed numbers: they stand on a list of withdrawn ones
    disowning: float = 0.5  # of who has such a number now: answers that the post is not for him
    stays: float = 0.2  # of who would be out by chance: stays where the text says from which hour
    wishes: float = 0.3  # of telephones: they let a neighbour take plain post, and have a word
    neighbour_home: float = 0.5
    called_up: float = 0.8  # of who cannot read: calls, and hears the code
    document: float = 0.8  # of doors without a code: a document is there to be shown
    agreeing: float = 0.9  # of exceptions that the office could agree to
    picking_up: float = 0.6  # of holders: is there when the post office calls
    careful: float = 0.02  # the share of a postman's exceptions above which the office says no
    dishonest: float = 0.01  # of one postman's doors: he wants the article
    forged: float = 0.3  # of these: he forges a text in the addressee's name, and names a number
    gullible: float = 0.05  # of holders: he tells a code on the telephone
    objecting: float = 0.7  # of holders: he objects to what he did not get


@dataclass(frozen=True)
class House:
    """What does not change from visit to visit at an address."""

    relayed: bool = False
    strangers: bool = False
    withdrawn: bool = False
    wishes: bool = False
    reads: bool = True
    away: frozenset[int] = frozenset()  # on these weekdays (1 Monday to 6 Saturday) nobody waits


@dataclass(frozen=True)
class Door:
    """Who is there at one visit, and where the telephone is that gets the code."""

    home: Literal["addressee", "household", "nobody"]
    telephone: Telephone
    network: bool
    code_before: bool  # where there is no network: a code has reached the telephone all the same
    reads: bool
    calls: bool  # who cannot read calls a number, and listens
    neighbour: bool
    document: bool


POST_DAYS: Final = frozenset(range(1, 7))  # Monday to Saturday
SATURDAY: Final = 6


def by_chance(rates: Rates) -> float:
    """Return how often who does not work that day is out, so that all absences are `absence`."""
    regular = rates.at_work * (rates.saturdays * 5 / 6 + 1 - rates.saturdays)
    return max(0.0, rates.absence - regular) / (1 - regular)
