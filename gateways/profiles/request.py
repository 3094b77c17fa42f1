"""The HTTP request for one message, as a profile describes it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from gateways.profiles.profile import BODY, Profile, ProfileStep
from gateways.profiles.signing import DIGESTS, KEYED, all_entities, digest, entities, keyed
from gateways.profiles.templates import PlaceTemplate

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_TEXT = "text/plain; charset=UTF-8"


@dataclass(frozen=True)
class Prepared:
    """A request ready to be sent. Its keys, number and text are in no repr."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


def prepare(profile: Profile, given: Mapping[str, str]) -> Prepared:
    """Return the request for `given`: the message's fields, settings and secrets, by name.

    A step whose name is in `given` has that value and is not computed. Raises `Unfilled`.
    """
    submit = profile.request
    values = _Values(profile, given)
    url = submit.url.fill(values) or ""
    if query := _filled(submit.query, values):
        url += ("&" if "?" in url else "?") + urlencode(query)
    headers = _filled(submit.headers, values)
    body = values.body
    if body is not None and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = _content_type(profile)
    if submit.basic:
        user, password = submit.basic.user.fill(values), submit.basic.password.fill(values)
        headers["Authorization"] = "Basic " + b64encode(f"{user}:{password}".encode()).decode()
    if submit.bearer:
        headers["Authorization"] = f"Bearer {submit.bearer.token.fill(values)}"
    return Prepared(submit.method, url, headers, None if body is None else body.encode())


class _Values:
    """The values of placeholders; steps and the body are computed when they are first needed."""

    def __init__(self, profile: Profile, given: Mapping[str, str]) -> None:
        self._profile = profile
        self._made = dict(given)

    def __call__(self, name: str) -> str:
        if name not in self._made:
            self._made[name] = (
                self.body or "" if name == BODY else self._do(self._profile.steps[name])
            )
        return self._made[name]

    @property
    def body(self) -> str | None:
        submit = self._profile.request
        if submit.form is not None:
            return urlencode(_filled(submit.form, self))
        if submit.json_ is not None:
            return json.dumps(_json(submit.json_, self), ensure_ascii=False)
        return submit.body.fill(self) if submit.body else None

    def _do(self, step: ProfileStep) -> str:
        of = step.of.fill(self) or ""
        if step.do in DIGESTS:
            return digest(step.do, of, step.written)
        if step.do in KEYED:
            assert step.key is not None
            return keyed(step.do, step.key.fill(self) or "", of, step.written)
        if step.do == "choose":
            return step.values.get(of, step.otherwise).fill(self) or ""
        return entities(of) if step.do == "entities" else all_entities(of)


def _filled(templates: Mapping[str, PlaceTemplate], values: _Values) -> dict[str, str]:
    found = {name: template.fill(values) for name, template in templates.items()}
    return {name: value for name, value in found.items() if value is not None}


def _json(value: Any, values: _Values) -> Any:
    """Return `value` with its templates filled in, tables and lists without omitted fields."""
    if isinstance(value, PlaceTemplate):
        return value.fill(values)
    if isinstance(value, dict):
        made = {name: _json(each, values) for name, each in value.items()}
        return {name: each for name, each in made.items() if each is not None}
    if isinstance(value, list):
        return [each for each in (_json(each, values) for each in value) if each is not None]
    return value


def _content_type(profile: Profile) -> str:
    if profile.request.form is not None:
        return _FORM
    return _TEXT if profile.request.json_ is None else _JSON
