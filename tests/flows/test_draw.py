"""The pictures of the machines: current, whole, and with nothing written over anything else."""

from __future__ import annotations

import itertools
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from flows import machines
from flows.decision import Decision, Nothing
from flows.drawing import remarks
from flows.drawing.pages import svg
from flows.events import TimedOut
from flows.facts import PartyFacts
from flows.happenings import Booked
from flows.machine import Machine, State
from tests.rigs.told import drawn_is_current

_SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("machine", machines.ALL.values(), ids=lambda m: m.name)
def test_the_pictures_are_current(machine: Machine[Any, Any]) -> None:
    drawn_is_current(f"{machine.name}.svg", svg(machine))


def test_the_page_of_the_remarks_is_current() -> None:
    drawn_is_current("remarks.md", remarks.page())


def size(element: ElementTree.Element, name: str) -> float:
    """Return the number in the attribute `name`."""
    return float(element.attrib[name])


@pytest.mark.parametrize("machine", machines.ALL.values(), ids=lambda m: m.name)
def test_no_label_lies_on_another_or_outside_of_the_picture(machine: Machine[Any, Any]) -> None:
    picture = ElementTree.fromstring(svg(machine))  # noqa: S314 - our own
    boxes = []
    for text in picture.iter(f"{_SVG}text"):
        label = text.text or ""
        assert label
        x, y, width = size(text, "x"), size(text, "y"), 7.3 * len(label)
        left = x - width / 2 if text.get("text-anchor") == "middle" else x
        boxes.append((left, y - 11, left + width, y + 3, label))
    for left, top, right, bottom, label in boxes:
        assert 0 <= left < right <= size(picture, "width"), label
        assert 0 <= top < bottom <= size(picture, "height"), label
    for one, other in itertools.combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one[4], other[4])


def test_every_state_stands_in_its_picture_and_every_arrow_has_a_label() -> None:
    planted = Machine(
        "planted",
        "nobody",
        (State("a<b", "…"), State("c", "…", 3600, times_out=True), State("d", "…", 60, "a<b")),
        Nothing(),
        PartyFacts,
    )
    planted.on(Booked, states=("a<b", "d"), to=("c",))(lambda case: Decision("c", Nothing()))
    planted.on(TimedOut, states=("c",), to=("d",))(lambda case: Decision("d", Nothing()))
    drawn = svg(planted)
    picture = ElementTree.fromstring(drawn)  # noqa: S314 - our own
    texts = [text.text for text in picture.iter(f"{_SVG}text")]
    assert texts == ["a<b", "Booked", "c", "after 1 h", "d", "Booked", "after 1 min"]
    assert len(re.findall("stroke-dasharray", drawn)) == 2  # what time does
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")  # needs no network
