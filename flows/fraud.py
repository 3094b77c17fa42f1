"""The recipient's answer 3, somebody asked for my code; and a code that was texted to us.

The code dies, postman and postmaster are told, and three telephones of one PIN on one day warn
everybody with an article due there (DOMAIN.md 7-9).
"""

from __future__ import annotations

from flows.decision import (
    Act,
    Asked,
    Decision,
    KillCode,
    MarkDoorOnly,
    OpenTicket,
    Say,
    Tell,
    WarnHerd,
)
from flows.events import FraudReported, ReportFraud, ToldCode
from flows.facts import ArticleFact
from flows.machine import SAME, Turn
from flows.recipient import MACHINE, OPEN, digits, is_open, meant, stay

HERD = 3  # telephones of one PIN that report fraud on one day


def _any(article: ArticleFact) -> bool:
    return article.part != "asked"


@MACHINE.on(
    ReportFraud,
    to=("reported", SAME),
    says=("fraud_noted", "fraud_heard", "which_article", "which_number"),
    acts=(KillCode, MarkDoorOnly, OpenTicket, WarnHerd),
    tells=("postman", "office"),
)
def report_fraud(turn: Turn) -> Decision:
    article = meant(turn, turn.event.which, is_open)
    if isinstance(article, Say) and article.template == "nothing_waiting":
        article = meant(turn, turn.event.which, _any)
    if isinstance(article, Say):
        heard = article.template == "nothing_waiting"
        return stay(turn, Say("fraud_heard") if heard else article)
    number = article.number
    if article.door_only and article.code != "live":  # said before, and nothing is left to protect
        known = digits("fraud_noted", article) if is_open(article) else Say("fraud_heard")
        return Decision("reported", Asked(number), (known,))
    acts: tuple[Act, ...] = (MarkDoorOnly(number), OpenTicket("fraud", number))
    if article.fraud_reports + 1 >= HERD:
        acts = (*acts, WarnHerd(number))
    office = Tell("office", FraudReported(number))
    if article.state not in OPEN:  # "status not updated, tell the code": no code is needed now
        return Decision("reported", Asked(number), (Say("fraud_heard"),), acts, (office,))
    if article.code == "live":
        acts = (KillCode(number, "fraud"), *acts)
    return Decision(
        "reported",
        Asked(number),
        (digits("fraud_noted", article),),
        acts,
        (Tell("postman", FraudReported(number)), office),
    )


@MACHINE.on(ToldCode, says=("code_kept",))
def told_code(turn: Turn) -> Decision:
    return stay(turn, Say("code_kept"))
