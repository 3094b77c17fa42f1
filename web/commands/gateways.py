"""`flask gateways …`: the carriers, and the check of a configured one's profile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

import click
from flask.cli import AppGroup

from gateways.base import Outgoing
from gateways.profiles.file import ProfileError
from gateways.profiles.gateway import fields_of
from gateways.profiles.profile import FIELDS, HOOK, Profile
from gateways.profiles.request import Prepared, prepare
from gateways.profiles.shipped import ProfileAccount, account, paths
from gateways.profiles.signing import DIGESTS, KEYED
from gateways.profiles.templates import Unfilled
from messages.catalogue import LANGUAGES, catalogue
from messages.check import longest
from settings import Settings
from web import running

MASK: Final = "••••••"
_TEMPLATE: Final = "code"
_PHONE: Final = "+919800000000"
_PERSONAL: Final = frozenset({"phone", "phone_digits", "phone_national", "text"})

gateways = AppGroup("gateways", help="The carriers that texts go through.")


@gateways.command("list")
def list_all() -> None:
    """Print every gateway, whether texts go out by it, and what a profile lacks."""
    runtime = running.runtime()
    settings: Settings = runtime.settings
    profiles = paths(settings)
    for name in (*(n for n in runtime.gateways if n not in profiles), *profiles):
        ready = "ready" if name in runtime.gateways else _lack(name, settings)
        click.echo(
            f"{name:<16} {'routed' if name in settings.routing.gateways else '-':<7} {ready}"
        )


@gateways.command("check")
@click.argument("name")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", help="of the text that is shown"
)
def check(name: str, language: str) -> None:
    """Validate the profile NAME and print the request that it would send, secrets masked.

    End with status 1 where the profile has a mistake or lacks a setting, after naming each.
    """
    settings = running.runtime().settings
    profiles = paths(settings)
    if name not in profiles:
        raise click.ClickException(f"there is no profile called {name}: {', '.join(profiles)}")
    click.echo(f"{profiles[name]}\n")
    try:
        found = account(name, profiles[name], settings)
    except ProfileError as error:
        for problem in error.problems:
            click.echo(f"problem: {problem}", err=True)
        raise click.ClickException(_count(len(error.problems))) from error
    for line in (*_described(found, settings), *_request(found, settings, language)):
        click.echo(line)
    for note in _notes(found.profile):
        click.echo(f"note: {note}")
    for lack in found.missing:
        click.echo(f"problem: it needs {lack}", err=True)
    if found.missing:
        raise click.ClickException(_count(len(found.missing)))
    click.echo("no problem")


def _count(problems: int) -> str:
    return f"{problems} problem{'' if problems == 1 else 's'}"


def _lack(name: str, settings: Settings) -> str:
    try:
        return f"needs {'; '.join(account(name, paths(settings)[name], settings).missing)}"
    except ProfileError as error:
        return f"has {_count(len(error.problems))}: flask gateways check {name}"


def _described(found: ProfileAccount, settings: Settings) -> Iterator[str]:
    profile = found.profile
    yield profile.title
    yield from (f"  {each}" for each in profile.documents)
    yield "\nvariables"
    for name, each in profile.variables.items():
        value = found.values[name]
        shown = (MASK if name in profile.secrets else value) if value else "(not set)"
        yield f"  {each.variable:<22} {shown:<28} {each.meaning}"
    address = f"{settings.public_url}/hooks/http/{found.name}/{MASK}"
    if profile.inbound or profile.receipt:
        yield f"\nhooks to enter at the carrier ({MASK} is {profile.secrets[HOOK].variable})"
    if profile.inbound:
        yield f"  texts     {' or '.join(profile.inbound.method):<11} {address}/sms"
    if profile.receipt:
        yield f"  receipts  {' or '.join(profile.receipt.method):<11} {address}/delivery"
    if profile.unverified:
        yield "\nnot verified"
        yield from (f"  - {each}" for each in profile.unverified)


def _request(found: ProfileAccount, settings: Settings, language: str) -> Iterator[str]:
    """Yield the request for one text, with the values that are not secret."""
    profile = found.profile
    text = longest(catalogue().template(_TEMPLATE), catalogue().text(_TEMPLATE, language), language)
    message = Outgoing(1, _PHONE, text, _TEMPLATE, language, 600)
    hooks = f"{settings.public_url}/hooks/http/{found.name}/{MASK}"
    given = {
        **fields_of(message, "1-00000000", catalogue().dlt),
        **{name: found.values[name] for name in profile.settings},
        **dict.fromkeys(profile.secrets, MASK),
        **{
            name: f"({step.do}, made of {_made_of(profile, name)})"
            for name, step in profile.steps.items()
            if step.do in (*DIGESTS, *KEYED)
        },
        "sms_hook": f"{hooks}/sms",
        "delivery_hook": f"{hooks}/delivery",
    }
    yield f"\nthe request for the text {_TEMPLATE} in {language}"
    while True:
        try:
            prepared = prepare(profile, given)
            break
        except Unfilled as error:
            given[error.name] = f"({error.name}: none yet)"
            if error.name in FIELDS:
                yield f"  note: {error.name} of {_TEMPLATE} in {language} is not registered yet"
    yield f"  {prepared.method} {unquote_plus(prepared.url)}"
    for header, value in prepared.headers.items():
        secret = header == "Authorization" and (profile.request.basic or profile.request.bearer)
        yield f"  {header}: {f'{value.split()[0]} {MASK}' if secret else value}"
    yield ""
    yield from (f"    {line}" for line in _body(profile, prepared))
    yield ""


def _made_of(profile: Profile, name: str) -> str:
    places = [place for each in profile.steps[name].templates for place in each.places]
    return " ".join(dict.fromkeys(places)) or "nothing"


def _body(profile: Profile, prepared: Prepared) -> Iterator[str]:
    """Yield the body as people read it, a field a line."""
    if prepared.body is None:
        return
    written = prepared.body.decode()
    if profile.request.form is not None:
        fields = parse_qsl(written, keep_blank_values=True)
        yield from (f"{name} = {value}" for name, value in fields)
    elif profile.request.json_ is not None:
        yield from json.dumps(json.loads(written), ensure_ascii=False, indent=2).splitlines()
    else:
        yield from written.splitlines()


def _notes(profile: Profile) -> Iterator[str]:
    """Yield what works, but should be known."""
    in_address = {place for each in profile.request.of_address for place in each.places}
    for place in sorted(in_address & (_PERSONAL | {*profile.secrets})):
        yield f"{{{place}}} stands in an address: whoever is on the way may log it"
    for name, hook in (("texts", profile.inbound), ("receipts", profile.receipt)):
        if hook is not None and "GET" in hook.method:
            yield f"{name} may come by GET: no proxy before us may log addresses (docs/gateways.md)"
