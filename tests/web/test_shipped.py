"""The files of the pages and the pages themselves on a slow line: asked for once, in few bytes."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime import Runtime
from tests.rigs.desk import sign_in
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player
from web import bundles

STATIC = Path(__file__).parents[2] / "web/static"
_ADDRESS = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_HASHED = re.compile(r"\.[0-9a-f]{10}\.\w+$")


def test_each_file_of_a_page_is_named_by_its_content_and_may_be_kept_for_ever(
    player: Player, app: Flask, runtime: Runtime
) -> None:
    """Also what the style sheets ask for: fonts, by an address as seen from the sheet."""
    clerk = sign_in(app, runtime, "clerk")
    pages = ("/", "/phones", "/desk", "/counter", "/office/draft", "/office/imports")
    asked = {each for page in pages for each in _ADDRESS.findall(clerk.get(page).text)}
    assert len(asked) > 10
    for sheet in [each for each in asked if each.endswith(".css")]:
        inner = re.findall(r"url\(([^)]+)\)", clerk.get(sheet).text)
        folder = sheet.rpartition("/")[0]
        asked |= {str(Path(folder, each)) for each in inner}
    wrong = []
    for each in sorted(asked):
        answer = clerk.get(str(Path("/").joinpath(*_resolved(each))))
        kept = answer.headers.get("Cache-Control", "")
        if answer.status_code != 200 or not _HASHED.search(each) or "immutable" not in kept:
            wrong.append(f"{each}: {answer.status_code} {kept}")
    nothing_in(wrong)
    assert any("devanagari-400" in each for each in asked)


def _resolved(address: str) -> list[str]:
    """Return the parts of an address with `..` in it, as a browser asks for it."""
    parts: list[str] = []
    for part in address.strip("/").split("/"):
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return parts


def test_a_file_of_an_older_page_is_what_there_is_now_and_is_asked_for_again(
    client: FlaskClient,
) -> None:
    for address in ("/static/mark.0123456789.svg", "/static/mark.svg"):
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
        assert answer.headers["Cache-Control"] == "no-cache"
        tag = answer.headers["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    for address in ("/static/nothing.js", "/static/../app.py", "/static/%2e%2e/app.py"):
        assert client.get(address).status_code == 404


def test_pages_files_and_refusals_come_compressed_to_whoever_takes_it(client: FlaskClient) -> None:
    for address in ("/", "/static/dakiya.css", "/desk/sign-in", "/api/v1/openapi.json"):
        plain = client.get(address)
        assert plain.content_encoding is None
        assert "Accept-Encoding" in plain.headers["Vary"]
        for taken, coding, read in (
            ("gzip, deflate, br, zstd", "br", brotli.decompress),
            ("gzip", "gzip", gzip.decompress),
            ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
        ):
            answer = client.get(address, headers={"Accept-Encoding": taken})
            assert answer.content_encoding == coding, address
            assert int(answer.headers["Content-Length"]) == len(answer.data) < len(plain.data) / 2
            if "csrf_token" not in plain.text:  # which differs each time
                assert read(answer.data) == plain.data
    form = {"staff_id": "nobody", "password": "wrong"}
    page = client.get("/desk/sign-in").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    refused = client.post(
        "/desk/sign-in", data=form | {"csrf_token": token}, headers={"Accept-Encoding": "br"}
    )
    assert (refused.status_code, refused.content_encoding) == (401, "br")


def test_an_address_that_another_site_chose_is_not_compressed(client: FlaskClient) -> None:
    """Else sizes of answers tell the tokens on the page, sign by sign (BREACH)."""
    takes = {"Accept-Encoding": "br"}
    for leads, coding in (
        ("cross-site", None), ("same-site", None), (None, None), ("same-origin", "br"),
        ("none", "br"),
    ):  # fmt: skip
        says = takes | ({"Sec-Fetch-Site": leads} if leads else {})
        assert client.get("/desk/sign-in?lang=en", headers=says).content_encoding == coding, leads
        assert client.get("/desk/sign-in", headers=says).content_encoding == "br", leads


def test_what_is_small_or_compressed_already_stays_as_it_is(client: FlaskClient) -> None:
    takes = {"Accept-Encoding": "br"}
    for address in ("/healthz", "/static/vendor/noto/latin-400.woff2", "/static/mark.svg"):
        assert client.get(address, headers=takes).content_encoding is None


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.js": 'import { b } from "./b.js";\n'}, "b.js: there is no such file"),
        ({"a.js": 'import * as b from "./b.js";\n', "b.js": ""}, "a.js: import * as b"),
        ({"a.js": "export default 3;\n"}, "a.js: export default 3"),
        ({"a.js": "await ready;\n"}, "a.js: await ready"),
        ({"a.js": "const b = await ready;\n"}, "a.js: const b = await ready"),
        (
            {"a.js": 'import "./b.js";\n', "b.js": 'import "./a.js";\n'},
            "a.js: it imports itself by way of a.js, b.js",
        ),
    ],
)
def test_a_script_that_is_not_understood_is_named(files: dict[str, str], said: str) -> None:
    with pytest.raises(bundles.NotBundled, match=re.escape(said)):
        bundles.script("a.js", {name: text.encode() for name, text in files.items()})


def test_every_module_and_style_sheet_comes_once_and_before_what_needs_it() -> None:
    files = {
        path.relative_to(STATIC).as_posix(): path.read_bytes()
        for path in STATIC.rglob("*")
        if path.is_file()
    }
    page = bundles.script("phones/page.js", files).decode()
    made = re.findall(r"^modules\[\"([\w/.]+)\"\] \?\?= ", page, re.MULTILINE)
    assert len(made) == len(set(made)) > 10
    assert made[-1] == "phones/page.js"
    for name in made[:-1]:
        assert page.index(f'modules["{name}"] ??=') < page.index(f'}} = modules["{name}"];'), name
    sheet = bundles.sheet("counter/counter.css", files).decode()
    assert sheet.count(":root {") == sheet.count("/* The desk:") == 1
    assert sheet.index(":root {") < sheet.index("/* The desk:") < sheet.index(".counter-day {")
    assert "@import" not in sheet
