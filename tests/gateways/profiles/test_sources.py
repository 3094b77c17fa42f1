"""Where values are found in what a carrier says."""

from __future__ import annotations

import pytest

from gateways.profiles.sources import Heard, ValueSource


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("body", '{"a": {"b": [1, {"c": "x"}]}, "t": true, "n": null}'),
        ("json:a.b[0]", "1"),
        ("json:a.b[1].c", "x"),
        ("json:t", "true"),
        ("json:n", None),
        ("json:a", None),
        ("json:a.b[7]", None),
        ("json:a.b.c", None),
        ("json:[0]", None),
        ('regex:"c": "(.)"', "x"),
        ("regex:nothing(.)", None),
        ("header:X-Name", "v"),
        ("form:f", "1"),
        ("query:q", "2"),
        ("http", "202"),
    ],
)
def test_a_source_is_read(source: str, value: str | None) -> None:
    body = b'{"a": {"b": [1, {"c": "x"}]}, "t": true, "n": null}'
    heard = Heard({"x-name": "v"}, body, {"f": "1"}, {"q": "2"}, 202)
    assert heard.read(ValueSource.parse(source)) == value


@pytest.mark.parametrize(
    "odd",
    ["", "json", "json:", "json:a..b", "json:a[x]", "regex:(", "regex:x", "regex:(a)(b)", "xml:a"],
)
def test_what_is_no_source_is_refused(odd: str) -> None:
    with pytest.raises(ValueError, match=r"is no|must have|write"):
        ValueSource.parse(odd)


def test_a_body_is_read_in_its_charset() -> None:
    for charset in ("UTF-16BE", '"utf-16be"', "utf-8"):
        body = "हाँ".encode("utf-8" if charset == "utf-8" else "utf-16-be")
        assert Heard({"content-type": f"text/plain; charset={charset}"}, body).text == "हाँ"
