"""Who may move an article's code, who may end an article, and what counts as a witness.

The one rule table of docs/developing/trust.md; every door asks it: texts, dials, calls, desk,
window, counter, API and imports. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal, get_args

from flows.events import HouseholdWish
from flows.facts import ArticleFact, ArticleState, Mover, PaperFact, Proof, StaffRole, Takers

# ---- proofs ------------------------------------------------------------------------------------

_STRENGTH: Final[Mapping[Proof, int]] = MappingProxyType(
    {proof: strength for strength, proof in enumerate(get_args(Proof))}
)


def at_least(proof: Proof | None, least: Proof) -> bool:
    """Tell whether `proof` is as strong as `least`; time limits and software have none."""
    return proof is not None and _STRENGTH[proof] >= _STRENGTH[least]


def may_testify(proof: Proof | None) -> bool:
    """Tell whether an answer so proven is a witness's: a caller id never is (rule 8)."""
    return at_least(proof, "text")


# ---- moves -------------------------------------------------------------------------------------

MOST_MOVES: Final = 2  # of one article (rule 5)
DOCUMENT_FOR: Final = timedelta(hours=48)  # after a move that the holder did not begin (rule 6)
NOMINEE_AFTER: Final = timedelta(minutes=10)  # of the alarm to the holder (rule 2)
WRONG_QUOTES: Final = 3  # per article, or per telephone, and day (rule 3)
OWN_TYPING: Final = timedelta(minutes=30)  # in which the booker corrects himself (rule 11)

# The addressee signs himself, or a record names who may: docs/developing/domain.md rule 2.
_PERSONAL: Final = ("registered", "insured", "money_order")


@dataclass(frozen=True)
class MoveRule:
    """What it takes to make another telephone the holder, by who wishes it.

    `least`: the proof of the wish. `personal`: whether articles that go to the addressee in person
    can be moved so: never, only where a record authorises somebody, or always. `asked`: who must
    agree. `document`: door and window want a document besides the code for 48 hours.
    """

    least: Proof
    states: tuple[ArticleState, ...]
    personal: Literal["never", "authorised", "always"]
    asked: Literal["nobody", "holder", "nominee"]
    document: bool


# holder: names somebody who takes it in his place · sender: corrects the number ·
# booker: corrects his own typing · office: two of the staff, with a document ·
# door: the postman, with a document of whoever is there, and his office agreed
MOVES: Final[Mapping[Mover, MoveRule]] = MappingProxyType(
    {
        "holder": MoveRule(
            "text", ("booked", "out_for_delivery", "attempted"), "authorised", "nominee", False
        ),
        "sender": MoveRule("text", ("booked", "attempted"), "never", "holder", True),
        "booker": MoveRule("pin", ("booked",), "always", "nobody", True),
        "office": MoveRule("two", ("booked", "attempted"), "always", "nobody", True),
        "door": MoveRule(
            "quoted", ("booked", "out_for_delivery", "attempted"), "never", "holder", True
        ),
    }
)

# staff: a telephone of the staff · no_more: it was moved twice · personal: goes to the addressee
# in person · state: not while it is out, or over · unproven: the sender has not proven himself ·
# frozen: a holder said that it is his: only an office moves it · second: it takes two ·
# late: not the booker's own typing any more
MoveRefusal = Literal[
    "staff", "no_more", "personal", "state", "unproven", "frozen", "second", "late"
]
# done: at once · holder: he is asked first · nominee: she is asked first
MoveAnswer = Literal["done", "holder", "nominee"]


def is_proven(article: ArticleFact) -> bool:
    """Tell whether the sender is proven: before, or by the digits of this text (rule 7)."""
    return article.proven or article.quote == "right"


def personal(article: ArticleFact) -> bool:
    """Tell whether the article goes to the addressee in person (rule 4)."""
    return article.passport or article.service in _PERSONAL or article.amount > 0


def move(
    article: ArticleFact, by: Mover, proof: Proof | None, to_is_staff: bool
) -> MoveAnswer | MoveRefusal:
    """Return how a wish to move the code of `article` is met; `to_is_staff`: where it would go."""
    rule = MOVES[by]
    refusal = _refusal(article, by, rule, proof, to_is_staff)
    if refusal is not None:
        return refusal
    # Where the holder himself said that it is not his, his silence is not waited for; nor, where an
    # office agreed, that of a telephone whose number its operator withdrew, and that has no code.
    # That a text from there said "not mine" of other post says nothing of this: it may be forged.
    if rule.asked == "holder":
        nobodys = by == "door" and nobody_has(article)
        return "done" if nobodys or not article.linked else "holder"
    return "nominee" if rule.asked == "nominee" else "done"


def nobody_has(article: ArticleFact) -> bool:
    """Tell whether its telephone was withdrawn, got no code and no text since the postman came."""
    return article.withdrawn and article.code_issue == 0 and not article.within_reach


def _refusal(
    article: ArticleFact, by: Mover, rule: MoveRule, proof: Proof | None, to_is_staff: bool
) -> MoveRefusal | None:
    if article.state not in rule.states:
        return "state"
    if personal(article) and rule.personal != "always":
        allowed = rule.personal == "authorised" and article.authorised and not article.passport
        if not allowed:
            return "personal"
    if by == "sender" and not is_proven(article):
        return "unproven"
    if by in ("sender", "door") and (article.frozen or article.disputed):
        return "frozen"
    if to_is_staff:
        return "staff"
    if article.moves >= MOST_MOVES:
        return "no_more"
    if by == "booker" and article.code_issue:
        return "late"
    return None if at_least(proof, rule.least) else "second"


def by_silence(article: ArticleFact) -> bool:
    """Tell whether the holder's silence lets the move that he was asked about happen (rule 2).

    Never one that a postman wishes: whether a code was issued before is for him to say (rule 17).
    """
    by = article.asked_by
    return by != "door" and can_move(article, by) and article.code_issue == 0


def can_move(article: ArticleFact, by: Mover) -> bool:
    """Tell whether what the holder was asked about is still possible: time has passed since.

    Not where somebody who had the code before said meanwhile that it is his: an office looks first.
    """
    stopped = article.frozen or article.disputed
    possible = article.state in MOVES[by].states and article.moves < MOST_MOVES
    return article.asked and possible and not stopped


def held_by_nominee(article: ArticleFact, now: datetime) -> bool:
    """Tell whether the nominee has the code by `now`: the holder had his ten minutes (rule 2).

    They begin when he was told, where a text asked for the nominee: until then nobody knows when.
    """
    since = article.holds_from if article.nominee == "agreed" else None
    return since is not None and since <= now


# ---- approaches (rule 13) ------------------------------------------------------------------------

MOST_APPROACHES: Final = 3  # of one item
APPROACHES_WITHIN: Final = timedelta(minutes=10)
MOST_DOORS: Final = 5  # in one text; more are asked back once, within that time


# ---- a change of beat (rule 13) ------------------------------------------------------------------

TAKEN_WITHIN: Final = timedelta(minutes=30)  # of the last offer; then all stays where it is


# ---- a warning to a herd (rule 13) ---------------------------------------------------------------

HERD: Final = 3  # telephones of one PIN that had a live code, and report fraud, on one day
MOST_WARNED: Final = 50  # beyond, a supervisor sees how many people it is, and the text, first


# ---- a paper day (rule 15) -----------------------------------------------------------------------

OPENERS: Final[tuple[StaffRole, ...]] = ("postmaster", "supervisor")
"""Who may vouch for an outage: never the one who types the slips."""
PAPER_WITHIN: Final = timedelta(days=7)  # of the day of the slip; later, a person looks
WATCH: Final = timedelta(minutes=5)  # by which a watch may be slow or fast

# time: not in the outage, or not yet over · staff: nobody who works · second: nobody else vouches
PaperRefusal = Literal["time", "staff", "second"]


def paper(slip: PaperFact) -> PaperRefusal | None:
    """Return why a line of a slip is not judged at all; None: it is evidence (rule 15)."""
    if not slip.covered:
        return "time"
    if slip.by is None:
        return "staff"
    return None if slip.opener in OPENERS and not slip.alone else "second"


# ---- a pilot (rule 16) ---------------------------------------------------------------------------


def signature(article: ArticleFact) -> bool:
    """Tell whether a signature hands the article over: no code is asked of it, or a pilot's rule.

    A pilot's is for what may go to anyone at the address. Where fraud was reported, or nobody would
    be told, the postman's word alone is not enough.
    """
    if not article.coded:
        return True
    return article.mode == "pilot" and not (
        personal(article) or article.door_only or not article.linked
    )


# ---- an exception at the door (rule 17) ----------------------------------------------------------

EXCEPTION_USABLE: Final = timedelta(minutes=30)  # after the office agreed
# In which whoever had the telephone can say that it was wrong: of an exception, of a household's
# word, of a handover without network, and after a move that he did not wish.
# It begins when that telephone was told.
EXCEPTION_OBJECT: Final = timedelta(days=7)
OBJECT_UNTIL: Final = timedelta(days=30)  # after the handover, however late the telephone was told


def may_object(article: ArticleFact, now: datetime) -> bool:
    """Tell whether the seven days run: from when its telephone was told, not from the handover."""
    if article.delivered_at is None or now - article.delivered_at > OBJECT_UNTIL:
        return False
    told_at = max(article.delivered_at, article.told_at or article.delivered_at)
    return now - told_at <= EXCEPTION_OBJECT


# Above what one postmaster may agree to alone in a day, and for what goes to the addressee himself.
EXCEPTION_ABOVE: Final[tuple[StaffRole, ...]] = ("supervisor",)
EXCEPTION_ANSWER: Final[tuple[StaffRole, ...]] = ("postmaster", "supervisor")

# A postman's questions of a day: so many times EXCEPTIONS_PER_POSTMAN whatever is answered, since a
# forged no of the office's telephone is not counted there; and so many about one article. So often
# is asked, too, what the office opened by hand and such a no gave back.
MOST_ASKED: Final = 3
MOST_ASKED_OF_ARTICLE: Final = 2
MOST_NAMED: Final = 3  # a day, of a telephone, whoever names it: beyond, it is told no more

# law: only code, or a document at the window by two · uncoded: it needs none · unlinked: nobody
# could be told · fraud: somebody asked for its code · disputed: who had the code before objects ·
# moved: its code went to another telephone lately · tries: five wrong codes today · state: not out
ExceptionRefusal = Literal[
    "law", "uncoded", "unlinked", "fraud", "disputed", "moved", "tries", "state"
]
_NEVER_EXCEPTED: Final = ("insured", "money_order")


def exception(article: ArticleFact) -> ExceptionRefusal | None:
    """Return why no exception can be asked for or granted; None: an office may agree (rule 17)."""
    checks: tuple[tuple[bool, ExceptionRefusal], ...] = (
        (article.state != "out_for_delivery", "state"),
        (not article.coded, "uncoded"),
        (article.passport or article.service in _NEVER_EXCEPTED, "law"),
        (not article.linked, "unlinked"),
        (article.door_only, "fraud"),
        (article.disputed, "disputed"),
        (article.document, "moved"),
        (article.locked, "tries"),
    )
    return next((why for holds, why in checks if holds), None)


def may_go_without(article: ArticleFact) -> bool:
    """Tell whether the postman may hand it over without its code now: an office agreed.

    One that agreed before the telephone was reached knew less than we do.
    """
    agreed = article.exception == "granted" and not article.within_reach
    return agreed and exception(article) is None


def least_for_exception(article: ArticleFact) -> Proof:
    """Return how an office's agreement must be proven: by text where anybody at home may take it.

    What goes to the addressee in person, was tried with wrong codes today, or whose telephone has
    the code, takes a look at the page and a second factor; so does what has a telephone in doubt,
    since the alarm goes to it alone. To another telephone goes plain post, and both are told; but
    where nobody's yes is waited for, the page and a second factor are the second word.
    """
    if article.renumber:
        alone = not article.linked or nobody_has(article)
    else:
        alone = article.within_reach or article.unsure
    return "fresh" if personal(article) or article.doubted or alone else "quoted"


def has_its_code(article: ArticleFact) -> bool:
    """Tell whether an exception is asked for though our text arrived: the code is there to be told.

    Of another telephone the present one is asked itself.
    """
    return article.within_reach and not article.renumber


# ---- a door without network (rule 19) ------------------------------------------------------------

# law: goes to the addressee in person, is worth much, or is paid for · unsure: its telephone may be
# another person's · the others as of an exception
OfflineRefusal = Literal[
    "law", "uncoded", "unlinked", "fraud", "disputed", "moved", "tries", "unsure", "state"
]


def offline(article: ArticleFact) -> OfflineRefusal | None:
    """Return why no three digits of the slip can stand for its code; None: they can (rule 19).

    Where anything is to be doubted, the code's text does not show them.
    """
    checks: tuple[tuple[bool, OfflineRefusal], ...] = (
        (article.state != "out_for_delivery", "state"),
        (not article.coded, "uncoded"),
        (personal(article) or article.passport, "law"),
        (article.service not in PLAIN_SERVICES or article.amount > 0, "law"),
        (not article.linked, "unlinked"),
        (article.door_only, "fraud"),
        (article.disputed, "disputed"),
        (article.document, "moved"),
        (article.unsure, "unsure"),
        (article.locked, "tries"),
    )
    return next((why for holds, why in checks if holds), None)


PLAIN_SERVICES: Final = ("speed_post", "parcel")


# ---- a household (rule 20) -----------------------------------------------------------------------

WISH_AFTER: Final = timedelta(minutes=10)  # of the alarm to its telephone: who else may take post
WORD_FOR: Final = timedelta(minutes=30)  # of the postman's word that he comes to that door
MOST_WORDS: Final = 3  # wrong ones in a day, of an article or by a postman; then the code alone
KEPT_BY_WISH: Final = timedelta(days=30)
MOST_WISHES: Final = 8  # a day, of a telephone and group, with questions; it may always end them
WISH_ASKED_FOR: Final = timedelta(hours=24)  # in which the digits of a question answer it

# What opens a door to somebody else takes the digits of our own text; what closes one, or says when
# post comes, a text or a key in a call that we made. Who calls us wishes nothing.
_LEAST_FOR_WISH: Final[Mapping[HouseholdWish, Proof]] = MappingProxyType(
    {
        "household": "quoted",
        "neighbour": "quoted",
        "days": "keys",
        "keep": "keys",
        "none": "keys",
    }
)


def may_wish(wish: HouseholdWish, proof: Proof | None) -> bool:
    """Tell whether a wish for all post that is so proven is in force without another question."""
    return at_least(proof, _LEAST_FOR_WISH[wish])


def takers(article: ArticleFact) -> Takers:
    """Return who may take the article: as its recipient wishes, as far as the law lets him.

    Plain Speed Post and parcels may go to anybody at the address, to a neighbour plain Speed Post
    alone (docs/developing/domain.md rule 2).
    """
    if personal(article) or article.may_take == "holder":
        return "holder"
    return article.may_take if article.service == "speed_post" else "household"


# law: it goes to the addressee in person · uncoded: it needs none · wish: he wishes nothing of the
# kind · nominee: somebody else has the code · doubt: its telephone may be another person's · tries:
# three wrong words or codes today · the others as of an exception
WordRefusal = Literal[
    "law", "uncoded", "wish", "unlinked", "nominee", "doubt", "fraud", "disputed", "moved",
    "tries", "state",
]  # fmt: skip


def word(article: ArticleFact) -> WordRefusal | None:
    """Return why no household word hands the article over; None: a right one does (rule 20)."""
    checks: tuple[tuple[bool, WordRefusal], ...] = (
        (article.state != "out_for_delivery", "state"),
        (not article.coded, "uncoded"),
        (personal(article), "law"),
        (takers(article) == "holder", "wish"),
        (not article.linked, "unlinked"),
        (article.nominee == "agreed", "nominee"),
        (article.unsure, "doubt"),
        (article.door_only, "fraud"),
        (article.disputed, "disputed"),
        (article.document, "moved"),
        (article.wrong_tries >= MOST_WORDS, "tries"),
    )
    return next((why for holds, why in checks if holds), None)


# ---- a number that is wrong, corrected at the door (rule 17) ------------------------------------

# law: goes to the addressee in person · uncoded: no code goes to it · fraud: somebody asked for its
# code · frozen: a holder said that it is his · moved: lately, or twice · tries: wrong codes today ·
# asked: its holder is asked about another one · named: he named who takes it · state: not out
RenumberRefusal = Literal[
    "law", "uncoded", "fraud", "frozen", "moved", "tries", "asked", "named", "state"
]


def renumber(article: ArticleFact) -> RenumberRefusal | None:
    """Return why the telephone is not corrected at the door; None: an office may agree to it."""
    return next((why for holds, why in _renumbering(article) if holds), None)


def _renumbering(article: ArticleFact) -> Iterator[tuple[bool, RenumberRefusal]]:
    """Yield what may speak against it, one after the other: the first that does is the reason."""
    yield article.state != "out_for_delivery", "state"
    yield not article.coded, "uncoded"
    yield personal(article), "law"
    yield article.door_only, "fraud"
    yield article.frozen or article.disputed, "frozen"
    yield article.document or article.moves >= MOST_MOVES, "moved"
    yield article.wrong_tries > 0, "tries"
    yield article.asked, "asked"
    yield article.nominee != "none", "named"


# ---- ends --------------------------------------------------------------------------------------

RECALL_AFTER: Final = timedelta(minutes=30)  # in which the sender can object (rule 7)
_RECALLED_FROM: Final[tuple[ArticleState, ...]] = ("booked", "attempted", "at_office")


def visit(
    article: ArticleFact, *, named: bool
) -> Literal["free", "unproven", "state", "no_visit", "chosen"]:
    """Return how a sender's wish about the next visit is met; `named`: he names its day.

    chosen: a day was chosen, by the addressee or before, and stays. Without a day, what had no
    visit yet is not put off.
    """
    if article.state not in ("booked", "attempted") or article.office_next:
        left = article.state in ("attempted", "at_office")
        return "no_visit" if left else "state"
    if article.state == "booked" and not named:
        return "state"
    if not is_proven(article):
        return "unproven"
    return "free" if article.chosen_day is None else "chosen"


def recall(article: ArticleFact) -> Literal["later", "unproven", "state"]:
    """Return how a sender's wish to have the article back is met."""
    if article.state not in _RECALLED_FROM:
        return "state"
    return "later" if is_proven(article) else "unproven"
