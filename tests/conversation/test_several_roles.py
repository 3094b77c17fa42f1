"""A telephone of several roles: whose an exact command is, and that own words are not guessed."""

from __future__ import annotations

from tests.rigs.transcript import Player

POSTMAN, BOTH = "+919839000001", "+919811100001"
ARTICLE, OWN, SENT = "EU123456785IN", "EU473124829IN", "RR287043775IN"


def replies(player: Player, phone: str, text: str) -> str:
    found = [line for line in player.step(f"{phone} > {text}") if line.startswith(f"{phone} <")]
    return " ".join(found)


def at_work(player: Player) -> None:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to +919876500001 en")
    player.step(f"article {OWN} to {POSTMAN} en")
    player.step(f"list 1001: {ARTICLE}")


def test_a_postmans_own_words_remain_a_postmans(player: Player) -> None:
    at_work(player)
    for text in ("ghar par koi nahi hai", "nahi", "not mine", "where is it"):
        said = replies(player, POSTMAN, text)
        assert "99" in said or not said, (text, said)  # his help, or nothing: no recipient's answer
    player.step(f"{OWN} is booked")
    player.step(f"{OWN} has holder {POSTMAN}")


def test_what_is_exact_for_his_own_article_is_his(player: Player) -> None:
    at_work(player)
    assert OWN in replies(player, POSTMAN, OWN)
    assert "4829" in replies(player, POSTMAN, "code bhejo")
    assert "News is off" in replies(player, POSTMAN, "STOP")


def test_who_sends_and_receives_is_understood_as_both(player: Player) -> None:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {BOTH} en from +919811100009")
    player.step(f"article {SENT} to +919876500002 en from {BOTH}")
    assert "6785" in replies(player, BOTH, "not home today")
    assert SENT in replies(player, BOTH, SENT)
    assert "2 digits" in replies(player, BOTH, f"{SENT} wapas")
