"""Replay as the phone showed it: frames in the order of arrival, in segments, with their state."""

from __future__ import annotations

import re
import textwrap

import pytest
from flask import Flask

from flows import machines
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in, speak
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player
from web.desk.replay import parts
from web.language import NAMES, words

RECIPIENT, POSTMAN = "+919876500001", "+919839000001"
FRAME = re.compile(r'<li class="frame frame-(\w+)"[^>]*data-state="(\w+)"')


@pytest.fixture
def agent(player: Player, app: Flask, runtime: Runtime) -> Colleague:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article EU123456785IN to {RECIPIENT} hi")
    player.step("list 1001: EU123456785IN")
    return sign_in(app, runtime, "agent")


def reel(agent: Colleague, phone: str = RECIPIENT) -> str:
    found = agent.post("/desk/find", query=phone).text
    page = re.search(r"/desk/conversations/\d+", found)
    assert page
    return str(agent.get(f"{page[0]}/replay").text)


def test_frames_come_as_the_phone_saw_them(agent: Colleague, player: Player, clock: Clock) -> None:
    clock.advance(seconds=5)
    player.step(f"{POSTMAN} > 1")
    clock.advance(seconds=5)
    player.dial(RECIPIENT, "dials", "")
    clock.advance(seconds=5)
    player.say(RECIPIENT, "3")
    clock.advance(seconds=7)
    player.drain()
    page = reel(agent)
    assert [kind for kind, _ in FRAME.findall(page)] == [
        "went", "went", "went", "screen", "came", "went",
    ]  # fmt: skip
    assert [state for _, state in FRAME.findall(page)][-2:] == ["reported", "reported"]
    assert "7.0 s on its way" in page
    assert player.codes[RECIPIENT][-1] not in page
    assert RECIPIENT not in page


def test_a_text_that_never_came_is_no_news_on_the_phone(
    agent: Colleague, player: Player, clock: Clock, app: Flask, runtime: Runtime
) -> None:
    player.say(RECIPIENT, "0")
    clock.advance(days=2)
    player.drain()
    page = reel(sign_in(app, runtime, "supervisor"))
    assert "missing" in [kind for kind, _ in FRAME.findall(page)]
    assert "did not arrive" in page
    assert "too late, not sent" in page


def test_a_text_is_split_as_it_travelled_whatever_hides_its_code() -> None:
    text = "कोड ••••••। पहले डाकिया 6785 बोले। देना है 500 रुपये। कोड सिर्फ दरवाज़े पर डाकिए को बताएं।"
    found = parts(text)
    assert "".join(found) == text
    assert len(found) == 2
    plain = "Code ••••••. The postman must first say 6785. Nothing to pay."
    assert parts(plain) == (plain,)


def test_the_machine_stands_beside_it_without_styles_of_its_own(agent: Colleague) -> None:
    page = reel(agent)
    assert 'id="state-code"' in page
    assert "<style" not in page
    assert 'id="state-visiting"' in reel(agent, POSTMAN)


def test_a_frame_says_how_it_was_proven_who_it_was(
    agent: Colleague, player: Player, clock: Clock
) -> None:
    clock.advance(seconds=5)
    player.step(f"{POSTMAN} > 1")
    clock.advance(seconds=5)
    player.say(RECIPIENT, "3")
    page = reel(agent)
    came = page[page.index("frame-came") :]
    assert "proof: the sender of the text or dial" in came[: came.index("</li>")]
    went = page[page.index("frame-went") :]
    assert "proof:" not in went[: went.index("</li>")]


@pytest.mark.parametrize("language", NAMES)
def test_the_picture_is_in_words_of_the_page(agent: Colleague, language: str) -> None:
    """PAGES 13: no name of the code, in a region that the keyboard scrolls and a reader names."""
    speak(agent.client, language)
    page = reel(agent)
    region = re.search(r'<div class="diagram"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert region
    assert 'tabindex="0"' in region[0]
    assert re.search(r'aria-label="[^"]{8,}"', region[0])
    said = re.findall(r"<text[^>]*>([^<]+)</text>", region[1])
    assert said
    assert not [line for line in said if re.search(r"[a-z][A-Z]|_", line)]
    if language == "hi":
        assert not [line for line in said if re.fullmatch(r"[A-Za-z ,()]{4,}", line)]


@pytest.mark.parametrize("language", NAMES)
def test_every_state_fits_its_box_in_every_language(language: str) -> None:
    long = [
        name
        for machine in machines.ALL.values()
        for state in machine.states
        for name in [words(language)[f"state_{machine.name}_{state.name}"]]
        if len(textwrap.wrap(name, 18)) > 3
    ]
    nothing_in(long)
