"""The keys of a carrier's profile: what to submit, how to read its answers and its hook calls.

gateways/profiles/file.py reads a file of them, and docs/gateways.md describes them for operators.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gateways.base import Reason
from gateways.profiles.signing import KEYED, Doing, Written
from gateways.profiles.sources import ValueSource
from gateways.profiles.templates import PlaceTemplate

# The fields of every message; docs/gateways.md describes each.
FIELDS: Final = frozenset(
    {
        "phone", "phone_digits", "phone_national", "text", "message_id", "submit_id", "template",
        "language", "lane", "encoding", "validity_seconds", "validity_minutes", "timestamp",
        "dlt_entity", "dlt_header", "dlt_template", "sms_hook", "delivery_hook",
    }
)  # fmt: skip
HOOK: Final = "hook"  # the secret in the hooks' addresses
ANY: Final = "*"  # in a list of words: every word that is in no list
BODY: Final = "body"  # of the request, for a signature over it
_NAME: Final = r"^[a-z][a-z0-9_]*$"


def _template(given: object) -> object:
    return PlaceTemplate.parse(given) if isinstance(given, str) else given


def _source(given: object) -> object:
    return ValueSource.parse(given) if isinstance(given, str) else given


def _listed(given: object) -> object:
    return [given] if isinstance(given, str) else given


def _leaves(given: object) -> object:
    """Return a JSON value with its texts parsed as templates."""
    if isinstance(given, dict):
        return {name: _leaves(value) for name, value in given.items()}
    if isinstance(given, list):
        return [_leaves(value) for value in given]
    return _template(given)


Filled = Annotated[PlaceTemplate, BeforeValidator(_template)]
From = Annotated[ValueSource, BeforeValidator(_source)]
Sources = Annotated[tuple[From, ...], BeforeValidator(_listed)]
Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Json = Annotated[Any, BeforeValidator(_leaves)]
Methods = Annotated[tuple[Literal["POST", "GET"], ...], BeforeValidator(_listed)]
Name = Annotated[str, Field(pattern=_NAME)]
Far = Literal["sent", "delivered", "failed"]


def templates_in(value: object) -> Iterator[PlaceTemplate]:
    """Yield the templates in a JSON value."""
    if isinstance(value, PlaceTemplate):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from templates_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from templates_in(each)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class ProfileVariable(_Part):
    """A value from the environment. Without a default it must be set."""

    variable: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    default: str | None = None
    meaning: str = ""


class ProfileStep(_Part):
    """A value made out of others, as gateways/profiles/signing.py describes."""

    do: Doing
    of: Filled
    key: Filled | None = None
    written: Written = "hex"
    values: Mapping[str, Filled] = Field(default_factory=dict)
    otherwise: Filled = PlaceTemplate("", ())

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if (self.do in KEYED) != (self.key is not None):
            raise ValueError(f"{self.do} {'needs a key' if self.do in KEYED else 'takes no key'}")
        if (self.do == "choose") != bool(self.values):
            raise ValueError("values belong to choose, and to nothing else")
        return self

    @property
    def templates(self) -> Iterator[PlaceTemplate]:
        """Yield all of them."""
        yield self.of
        yield from self.values.values()
        yield self.otherwise
        if self.key:
            yield self.key


class Basic(_Part):
    """HTTP basic authentication."""

    user: Filled
    password: Filled


class Bearer(_Part):
    """`Authorization: Bearer …`"""

    token: Filled


class Submit(_Part):
    """The request that submits one message; at most one of `form`, `json` and `body`."""

    method: Literal["POST", "PUT", "GET"] = "POST"
    url: Filled
    headers: Mapping[str, Filled] = Field(default_factory=dict)
    query: Mapping[str, Filled] = Field(default_factory=dict)
    form: Mapping[str, Filled] | None = None
    json_: Json = Field(None, alias="json")
    body: Filled | None = None
    basic: Basic | None = None
    bearer: Bearer | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        bodies = sum(each is not None for each in (self.form, self.json_, self.body))
        if bodies > 1:
            raise ValueError("only one of form, json and body can be sent")
        if bodies and self.method == "GET":
            raise ValueError("GET has no body: use query, or POST")
        if self.basic and self.bearer:
            raise ValueError("only one of basic and bearer can be sent")
        return self

    @property
    def ends_in_time(self) -> bool:
        """Tell whether the carrier is told until when a text may be delivered."""
        return any("{validity_" in each.text for each in self.templates)

    @property
    def of_body(self) -> Iterator[PlaceTemplate]:
        """Yield the templates of the body."""
        yield from (self.form or {}).values()
        yield from templates_in(self.json_)
        if self.body:
            yield self.body

    @property
    def of_address(self) -> Iterator[PlaceTemplate]:
        """Yield the templates of the URL and its query."""
        yield self.url
        yield from self.query.values()

    @property
    def templates(self) -> Iterator[PlaceTemplate]:
        """Yield all of them."""
        yield from self.of_address
        yield from self.headers.values()
        yield from self.of_body
        if self.basic:
            yield from (self.basic.user, self.basic.password)
        if self.bearer:
            yield self.bearer.token


class AnswerKeys(_Part):
    """The reading of the answer to a submit.

    The first `word` that is in one of the lists decides; "*" in a list of refused or again means
    every word that is in no list. Without an `id` the message is identified by its {submit_id},
    which must then be in the request.
    """

    word: Sources = Field(min_length=1)
    accepted: Words = Field(min_length=1)
    id: Sources = ()
    refused: Mapping[Reason, Words] = Field(default_factory=dict)
    again: Mapping[Reason, Words] = Field(default_factory=dict)
    error: Sources = ()


class ProfileAnswer(_Part):
    """The response to a call of a hook."""

    status: int = Field(200, ge=200, le=299)
    content_type: str = "text/plain"
    body: str = ""


class ProfileHook(_Part):
    """The keys of both hooks. `each`: where several events come in one call, as a JSON list."""

    method: Methods = ("POST",)
    each: From | None = None
    answer: ProfileAnswer = ProfileAnswer()
    at: Sources = ()  # when it happened, by the carrier's clock
    at_format: str = "iso"  # iso, epoch, epoch_ms, or a format of strptime
    at_zone: str = "UTC"

    @model_validator(mode="after")
    def _has_a_time_zone(self) -> Self:
        try:
            ZoneInfo(self.at_zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"at_zone: there is no zone called {self.at_zone}") from error
        if self.at_format not in ("iso", "epoch", "epoch_ms") and "%" not in self.at_format:
            raise ValueError("at_format is iso, epoch, epoch_ms, or as %Y-%m-%d %H:%M:%S")
        return self


class InboundKeys(ProfileHook):
    """A person's text. Without an `id`, one is made of all that `id_of` finds."""

    id: Sources = ()
    id_of: Sources = ()
    from_: Sources = Field(alias="from", min_length=1)
    text: Sources = Field(min_length=1)
    prefix: Filled | None = None  # a word that people must write first, such as a keyword
    # Where the carrier delivers long texts in parts: the header in hexadecimal, or three fields.
    udh: Sources = ()
    part_ref: Sources = ()
    part: Sources = ()
    parts: Sources = ()
    joined: bool = False  # the carrier joins the parts itself

    @model_validator(mode="after")
    def _is_told_from_its_repeat(self) -> Self:
        if not self.id and not self.id_of:
            raise ValueError("id or id_of must say how a text is told from its repeat")
        return self

    @model_validator(mode="after")
    def _says_which_part(self) -> Self:
        if len({bool(each) for each in (self.part_ref, self.part, self.parts)}) > 1:
            raise ValueError("part_ref, part and parts are of use only together")
        if self.joined and (self.udh or self.part):
            raise ValueError("joined: then there are no parts to tell apart")
        return self


class ReceiptKeys(ProfileHook):
    """A report on a message. The first of `status` that is in one of `statuses` decides.

    `part`: where the carrier reports on each part of a long text, what tells the part from others;
    `parts`: of how many it is one, where the carrier says so.
    """

    id: Sources = Field(min_length=1)
    message_id: Sources = ()
    status: Sources = Field(min_length=1)
    error: Sources = ()
    part: Sources = ()
    parts: Sources = ()
    statuses: Mapping[Far, Words] = Field(min_length=1)
    reasons: Mapping[Reason, Words] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_which_part(self) -> Self:
        if self.parts and not self.part:
            raise ValueError("parts is of use only with part")
        return self


class Profile(_Part):
    """A carrier. `documents`: the sources of the profile, `unverified`: what they leave open."""

    title: str
    documents: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    rate: float = Field(gt=0)  # messages per second
    settings: Mapping[Name, ProfileVariable] = Field(default_factory=dict)
    secrets: Mapping[Name, ProfileVariable] = Field(default_factory=dict)
    steps: Mapping[Name, ProfileStep] = Field(default_factory=dict)
    request: Submit
    answer: AnswerKeys
    inbound: InboundKeys | None = None
    receipt: ReceiptKeys | None = None

    @property
    def variables(self) -> Mapping[str, ProfileVariable]:
        """Return the variables of the environment, by the name that placeholders use."""
        return {**self.settings, **self.secrets}
