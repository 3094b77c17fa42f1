"""What the tests of configured carriers share: a profile as a gateway on a stub carrier."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from gateways.base import Request
from gateways.profiles import shipped as http_shelf
from gateways.profiles.file import read
from gateways.profiles.gateway import HttpGateway
from gateways.profiles.profile import Profile
from messages.catalogue import Dlt
from tests.rigs.gateway import PUBLIC, settings_with

# Every profile that is shipped, by name.
NAMES = tuple(sorted(path.stem for path in http_shelf.SHIPPED.glob("*.toml")))
HOOK = "hook-secret-of-the-tests"
DLT = Dlt(
    entity_id="1101234567890123456",
    header="INPOST",
    category="service implicit",
    template_ids={
        ("code", "en"): "1107160000000012345",
        ("code", "hi"): "1107160000000012346",
        ("booked", "en"): "1107160000000012347",
        ("booked", "hi"): "1107160000000012348",
    },
)
HINDI = "कोड 482913। पहले डाकिया 3775 बोले।"


def shipped(name: str) -> Profile:
    return read(http_shelf.SHIPPED / f"{name}.toml")


def gateway_of(
    name: str, url: str, values: Mapping[str, str], timeout: tuple[float, float] = (3.05, 9.05)
) -> HttpGateway:
    """The shipped profile `name` as a gateway on the carrier at `url`."""
    return gateway_from(shipped(name), name, {"url": url, **values}, timeout)


def gateway_from(
    profile: Profile,
    name: str,
    values: Mapping[str, str],
    timeout: tuple[float, float] = (3.05, 9.05),
) -> HttpGateway:
    defaults = {key: each.default or "" for key, each in profile.variables.items()}
    return HttpGateway(
        name, profile, {**defaults, "hook": HOOK, **values}, settings_with(), DLT, timeout
    )


def called(
    query: str = "",
    form: Mapping[str, str] | None = None,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    secret: str = HOOK,
) -> Request:
    """A call of a hook as web/hooks/carriers.py hands it on."""
    kept = dict(headers or {})
    if form is not None:
        body = urlencode(form).encode()
        kept["content-type"] = "application/x-www-form-urlencoded"
    return Request(
        url=f"{PUBLIC}/hooks/http/it/{secret}/sms" + (f"?{query}" if query else ""),
        headers=kept,
        body=body,
        form=form or {},
        query=dict(parse_qsl(query, keep_blank_values=True)),
        secret=secret,
    )


def called_with_json(value: object) -> Request:
    return called(body=json.dumps(value).encode(), headers={"content-type": "application/json"})


# ---- a profile of an operator's own -------------------------------------------------------------

PIGEON = """\
title = "Pigeon post"
rate = 5

[settings]
url = { variable = "PIGEON_URL", default = "https://pigeon.example" }
sender = { variable = "PIGEON_SENDER", meaning = "who writes" }

[secrets]
key = { variable = "PIGEON_KEY" }
hook = { variable = "PIGEON_HOOK_SECRET" }

[steps.signature]
do = "sha512"
of = "{sender}{text}{key}"

[request]
url = "{url}/send"
[request.bearer]
token = "{key}"
[request.form]
to = "{phone}"
text = "{text}"
sign = "{signature}"

[answer]
word = "json:status"
accepted = "ok"
id = "json:id"

[inbound]
id = "form:id"
from = "form:from"
text = "form:text"

[receipt]
id = "form:id"
status = "form:status"
statuses = { delivered = ["done"], failed = ["lost"] }
"""
PIGEON_VALUES = {
    "PIGEON_SENDER": "INPOST",
    "PIGEON_KEY": "key-of-the-pigeon",
    "PIGEON_HOOK_SECRET": "hook-of-the-pigeon",
}
