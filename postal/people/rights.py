"""Who may do what, and at which offices: the only table of it, asked by every door.

docs/developing/trust.md rule 11. A route of the pages names its act (`web/staff/rooms.py`), the API
asks for the member of staff whom a call names, requests ask who may be the second person. The table
of docs/desk.md is written from it by `flask staff rights`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from postal.people.accounts import ROLES, Role

Act = Literal[
    "enter", "find", "help_people", "wish", "tickets", "share_view", "warn_herd", "warn_many",
    "judge_remark", "move", "reopen", "reopen_day", "reset_pin", "name_phone", "document",
    "refund", "requests",
    "sign_request", "figures", "fraud", "book", "correct_typing", "statement", "books",
    "correct_entry", "payments",
    "deliver", "exception", "paper_day", "vouch", "judge_return", "import", "carriers",
    "webhooks", "access_log",
    "data_protection", "passkeys", "accounts", "end_sign_in", "reopen_counter",
    "tariff",
    "administration", "staff", "change_staff", "end_staff", "offices", "change_offices", "postmen",
    "change_mode", "change_postmen", "tokens", "change_tokens", "change_webhooks", "templates",
]  # fmt: skip
# own: what belongs to the office of the account · district: what belongs to any office
Reach = Literal["own", "district"]
# session: a sign-in · fresh: a second factor within five minutes · two: that, and the same of a
# second person
Needs = Literal["session", "fresh", "two"]

_Who = Mapping[Role, Reach]
_NOBODY: Final[_Who] = MappingProxyType({})


@dataclass(frozen=True)
class Right:
    """One act: what it is, in English, and which role does it at which offices.

    `second`: who agrees to it, where it `needs` two.
    """

    what: str
    who: _Who
    needs: Needs = "session"
    second: _Who = field(default_factory=lambda: _NOBODY)


_HELPERS: Final[_Who] = {"agent": "district", "supervisor": "district", "postmaster": "own"}
_JUDGES: Final[_Who] = {"supervisor": "district", "postmaster": "own"}
_WATCHERS: Final[_Who] = {**_JUDGES, "administrator": "district"}
_CLERKS: Final[_Who] = {"clerk": "own", "postmaster": "own"}
_WINDOW: Final[_Who] = {**_HELPERS, "clerk": "own"}
_PASSKEYS: Final[_Who] = {"supervisor": "own", "postmaster": "own", "administrator": "own"}
_KEEPERS: Final[_Who] = {"supervisor": "district", "administrator": "district"}
_ADMINISTRATOR: Final[_Who] = {"administrator": "district"}

RIGHTS: Final[Mapping[Act, Right]] = MappingProxyType(
    {
        "enter": Right("sign in; the own account", {role: "own" for role in ROLES}),
        "passkeys": Right("the own passkeys", _PASSKEYS),
        "find": Right("find and read a telephone, an article, a list; replay, simulate", _HELPERS),
        "help_people": Right(
            "send a code again, cancel one, change a language, block a postman's lost telephone",
            _HELPERS,
        ),
        "wish": Right("change what a telephone wishes for all its post", _HELPERS, "fresh"),
        "tickets": Right("tickets", _HELPERS),
        "share_view": Right(
            "share a saved view of the tickets with everybody", {"supervisor": "district"}
        ),
        "judge_remark": Right("confirm a remark, or strike it out", _JUDGES, "fresh"),
        "warn_herd": Right("warn everybody around, 50 people at most", _JUDGES),
        "warn_many": Right(
            "warn more, having seen how many and the text", {"supervisor": "district"}
        ),
        "move": Right(
            "correct a recipient's number; name who takes an article", _JUDGES, "two", _JUDGES
        ),
        "reopen": Right("have an article brought once more", _JUDGES, "two", _JUDGES),
        "reopen_day": Right(
            "open a closed day of the office again, on that day", _CLERKS, "two", _JUDGES
        ),
        "reset_pin": Right("reset a postman's PIN", {"postmaster": "own"}, "two", _JUDGES),
        "name_phone": Right("name a postman's new telephone", _JUDGES, "two", _JUDGES),
        "document": Right(
            "hand out at the window on a document instead of a code", _WINDOW, "two", _JUDGES
        ),
        "refund": Right("give money back", _JUDGES, "two", _JUDGES),
        "requests": Right("see what waits for a second person; withdraw an own request", _WINDOW),
        "sign_request": Right(
            "sign what software asked for; agree or refuse, where the act's own row says so",
            _WINDOW,
            "fresh",
        ),
        "book": Right("the counter: booking, cash and UPI, receipts, rolls, the own day", _CLERKS),
        "correct_typing": Right(
            "correct a telephone that one typed oneself: 30 minutes, and before any code",
            _CLERKS,
            "fresh",
        ),
        "statement": Right(
            "a counter's statement of its day", {**_CLERKS, "supervisor": "district"}
        ),
        "books": Right("an office's books", _JUDGES),
        "reopen_counter": Right(
            "open a counter again that was closed on the same day",
            {**_CLERKS, "supervisor": "district"},
            "two",
            _JUDGES,
        ),
        "tariff": Right("where the figures of the tariff come from", _KEEPERS),
        "correct_entry": Right("correct an entry of the books", _JUDGES, "fresh"),
        "payments": Right("payments by UPI, what is due back, reconciliation", _JUDGES),
        "deliver": Right(
            "the delivery office: arrivals, lists, slips, COD cash, returns, deposit, closing",
            _CLERKS,
        ),
        "exception": Right(
            "agree that a postman hands an article over without its code, or refuse",
            _JUDGES,
            "fresh",
        ),
        "paper_day": Right("type what is on the slips of an outage", _CLERKS, "fresh"),
        "vouch": Right("vouch for an outage, whose slips others then type", _JUDGES, "fresh"),
        "judge_return": Right(
            "judge the remarks of what a list brought back", {"postmaster": "own"}, "fresh"
        ),
        "import": Right(
            "CSV files of articles and delivery lists", {**_CLERKS, "supervisor": "district"}
        ),
        "figures": Right("the reports, and the figures of a day", _WATCHERS),
        "fraud": Right("where fraud was reported", _WATCHERS),
        "carriers": Right("carriers: order, rest, stopped prefixes", _KEEPERS),
        "webhooks": Right("webhooks, and sending failed deliveries again", _KEEPERS),
        "accounts": Right("everybody's sign-ins, and what they were told of them", _KEEPERS),
        "end_sign_in": Right(
            "end the sign-in of somebody else", {"administrator": "district"}, "fresh"
        ),
        "data_protection": Right(
            "what people ask of their data, and breaches, with their times", _KEEPERS
        ),
        "access_log": Right("the access log; no person's data", {"administrator": "district"}),
        "administration": Right(
            "the door of the administration", {**_WATCHERS, "agent": "district"}
        ),
        "staff": Right("everybody's account: role, office, last sign-in", _KEEPERS),
        # Who could add a second account alone could be both of the two that everything else takes.
        "change_staff": Right(
            "add an account; another role or office; a new password or second factor for somebody",
            _ADMINISTRATOR,
            "two",
            _JUDGES,
        ),
        "end_staff": Right(
            "end an account; name its telephone; forget wrong tries", _ADMINISTRATOR, "fresh"
        ),
        "offices": Right("the offices", _KEEPERS),
        "change_offices": Right(
            "add offices from the directory of PINs; who keeps an office's accounts",
            _ADMINISTRATOR,
            "fresh",
        ),
        "change_mode": Right(
            "whether OTP delivery is off, in pilot or on at an office",
            _ADMINISTRATOR,
            "two",
            _JUDGES,
        ),
        "postmen": Right("postmen, their beats and telephones", _WATCHERS),
        "change_postmen": Right(
            "add a postman; give him another beat; end him",
            {"postmaster": "own", "administrator": "district"},
            "fresh",
        ),
        "tokens": Right("the tokens of software: what each may do, when it was used", _KEEPERS),
        "change_tokens": Right("make, renew and end tokens", _ADMINISTRATOR, "fresh"),
        "change_webhooks": Right("make, try and end webhooks", _ADMINISTRATOR, "fresh"),
        "templates": Right(
            "read the texts, their segments and what is registered of them",
            {**_WATCHERS, "agent": "district"},
        ),
    }
)


def roles(act: Act) -> tuple[Role, ...]:
    """Return the roles that may do `act`, at whichever offices."""
    return tuple(RIGHTS[act].who)


def reach(role: Role, act: Act) -> Reach | None:
    """Return at which offices `role` does `act`; None: at none."""
    return RIGHTS[act].who.get(role)


def seen(role: Role, act: Act, own: int) -> int | None:
    """Return the only office whose things `role` of the office `own` sees in `act`; None: all."""
    return None if reach(role, act) == "district" else own
