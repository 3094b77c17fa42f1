"""Passkeys (WebAuthn) as a second factor: added, shown, named, removed.

A challenge is kept here for two minutes, for one session and one purpose, and is good once. The
person must be verified by the passkey itself (a finger, a face, its PIN): a security key that was
left in the machine proves nobody. https://www.w3.org/TR/webauthn-2/
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final, Literal
from urllib.parse import urlsplit

import psycopg
import webauthn
from psycopg.rows import class_row
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.parse_authentication_credential_json import (
    parse_authentication_credential_json,
)
from webauthn.helpers.parse_authenticator_data import parse_authenticator_data
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from india import names
from postal.people import notices, rights
from postal.people.accounts import Account
from postal.people.places import SignInPlace
from postal.people.sign_ins import SignIn
from store.database import Conn
from store.refusals import Conflict, Invalid, Unknown

MOST: Final = 10
LONGEST_NAME: Final = 40
LIVES: Final = timedelta(minutes=2)
_LARGEST: Final = 20_000  # characters of JSON that a browser may send
_TRANSPORTS: Final = frozenset(each.value for each in AuthenticatorTransport)
_VERIFIED: Final = UserVerificationRequirement.REQUIRED

Purpose = Literal["add", "prove"]


@dataclass(frozen=True)
class RelyingParty:
    """The service, as browsers tell it apart: the name that passkeys are bound to, its address."""

    id: str
    origin: str


@dataclass(frozen=True)
class Passkey:
    """A passkey of one account. `doubted_at`: it opens nothing, there may be a copy of it."""

    id: int
    name: str
    created_at: datetime
    used_at: datetime | None
    synced: bool
    doubted_at: datetime | None


class BadPasskey(Invalid):
    """What the browser sent is no passkey for what was asked, or came too late."""

    sentence = "this passkey could not be added: begin again"
    field = "credential"
    word = "passkey_not_added"


class NoPasskeyName(Invalid):
    """A passkey needs a name by which its owner knows it."""

    sentence = f"a passkey's name has 1 to {LONGEST_NAME} printable characters"
    field = "name"
    word = "passkey_no_name"


class PasskeyTaken(Conflict):
    """The same passkey, or as many as one may have, are there already."""

    sentence = "this passkey is there already, or there are too many"
    word = "passkey_taken"


class UnknownPasskey(Unknown):
    """The account has no such passkey."""

    sentence = "there is no such passkey"


def relying_party(public_url: str) -> RelyingParty:
    """Return the relying party of `PUBLIC_URL`.

    Passkeys are bound to a name and never to an address (WebAuthn, 5.1.2): on a developer's machine
    that is `localhost`.
    """
    url = urlsplit(public_url)
    host, port = url.hostname or "", f":{url.port}" if url.port else ""
    try:
        if ip_address(host).is_loopback:
            host = "localhost"
    except ValueError:
        pass
    return RelyingParty(host, f"{url.scheme}://{host}{port}")


def of(conn: Conn, staff_row: int) -> list[Passkey]:
    """Return the passkeys of one account, the oldest first."""
    with conn.cursor(row_factory=class_row(Passkey)) as cursor:
        return cursor.execute(
            "SELECT id, name, created_at, used_at, synced, doubted_at FROM passkeys"
            " WHERE staff_id = %s ORDER BY id",
            (staff_row,),
        ).fetchall()


def usable(conn: Conn, account: Account) -> bool:
    """Tell whether the person has a passkey that opens."""
    return account.role in rights.roles("passkeys") and any(
        each.doubted_at is None for each in of(conn, account.id)
    )


# ---- adding --------------------------------------------------------------------------------------


def ask_to_add(conn: Conn, mine: SignIn, party: RelyingParty, now: datetime) -> str:
    """Return what `navigator.credentials.create` is asked, as JSON, and keep its challenge.

    Raise `PasskeyTaken` where there are too many already.
    """
    account = mine.account
    held = _descriptors(conn, account.id)
    if len(held) >= MOST:
        raise PasskeyTaken
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name="Dakiya",
        user_id=f"dakiya {account.id}".encode(),
        user_name=account.staff_id,
        user_display_name=account.name,
        challenge=_new_challenge(conn, mine, "add", now),
        timeout=int(LIVES.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=_VERIFIED
        ),
        exclude_credentials=held,
    )
    return webauthn.options_to_json(options)


def add(
    conn: Conn, mine: SignIn, name: str, credential: str, party: RelyingParty, place: SignInPlace,
    now: datetime,
) -> None:  # fmt: skip
    """Add the passkey that the browser made, called `name`; the owner is told.

    Raise `BadPasskey`, `NoPasskeyName` and `PasskeyTaken`.
    """
    name = readable_name(name)
    challenge = _take_challenge(conn, mine, "add", now)
    if challenge is None or len(credential) > _LARGEST:
        raise BadPasskey
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
        said = webauthn.helpers.parse_registration_credential_json(credential)
    except (WebAuthnException, ValueError) as refused:
        raise BadPasskey from refused
    transports = [each.value for each in said.response.transports or ()]
    try:
        with conn.transaction():
            conn.execute(
                "INSERT INTO passkeys (staff_id, name, credential_id, public_key, sign_count,"
                " transports, synced, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    mine.account.id, name, made.credential_id, made.credential_public_key,
                    made.sign_count, transports,
                    made.credential_device_type == CredentialDeviceType.MULTI_DEVICE, now,
                ),
            )  # fmt: skip
    except psycopg.errors.UniqueViolation as taken:
        raise PasskeyTaken from taken
    notices.note(conn, mine.account.id, "passkey_added", now, place, name=name)


def readable_name(name: str) -> str:
    """Return the name of a passkey as it is kept. Raise `NoPasskeyName`."""
    try:
        return names.read(name, LONGEST_NAME)
    except names.NoName:
        raise NoPasskeyName from None


def remove(conn: Conn, staff_row: int, id_: int, place: SignInPlace, now: datetime) -> str:
    """Remove a passkey of the account and return its name; the owner is told.

    Raise `UnknownPasskey`.
    """
    row = conn.execute(
        "DELETE FROM passkeys WHERE id = %s AND staff_id = %s RETURNING name", (id_, staff_row)
    ).fetchone()
    if row is None:
        raise UnknownPasskey
    notices.note(conn, staff_row, "passkey_removed", now, place, name=row[0])
    return str(row[0])


# ---- showing -------------------------------------------------------------------------------------


def ask_to_prove(conn: Conn, mine: SignIn, party: RelyingParty, now: datetime) -> str:
    """Return what `navigator.credentials.get` is asked, as JSON, and keep its challenge.

    Raise `UnknownPasskey` where the person has none that opens.
    """
    if not usable(conn, mine.account):
        raise UnknownPasskey
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=_new_challenge(conn, mine, "prove", now),
        timeout=int(LIVES.total_seconds() * 1000),
        allow_credentials=_descriptors(conn, mine.account.id),
        user_verification=_VERIFIED,
    )
    return webauthn.options_to_json(options)


def check(
    conn: Conn, mine: SignIn, assertion: str, party: RelyingParty, place: SignInPlace, now: datetime
) -> bool:
    """Tell whether `assertion` (JSON) is this person's passkey, signing the last challenge.

    One whose count went back signed with a copy, or is one: it opens nothing any more, and its
    owner is told (WebAuthn, 6.1.1).
    """
    challenge = _take_challenge(conn, mine, "prove", now)
    if (
        challenge is None
        or len(assertion) > _LARGEST
        or mine.account.role not in rights.roles("passkeys")
    ):
        return False
    try:
        said = parse_authentication_credential_json(assertion)
        counted = parse_authenticator_data(said.response.authenticator_data).sign_count
    except (WebAuthnException, ValueError):
        return False
    row = conn.execute(
        "SELECT id, public_key, sign_count, name FROM passkeys WHERE credential_id = %s"
        " AND staff_id = %s AND doubted_at IS NULL FOR UPDATE",
        (said.raw_id, mine.account.id),
    ).fetchone()
    if row is None:
        return False
    id_, public_key, sign_count, name = row
    try:
        webauthn.verify_authentication_response(
            credential=said,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,  # a count that went back: below
            require_user_verification=True,
        )
    except WebAuthnException:
        return False
    if (counted or sign_count) and counted <= sign_count:
        conn.execute("UPDATE passkeys SET doubted_at = %s WHERE id = %s", (now, id_))
        notices.note(conn, mine.account.id, "passkey_doubted", now, place, name=name)
        return False
    conn.execute(
        "UPDATE passkeys SET sign_count = %s, used_at = %s WHERE id = %s", (counted, now, id_)
    )
    return True


# ---- challenges ----------------------------------------------------------------------------------


def _new_challenge(conn: Conn, mine: SignIn, purpose: Purpose, now: datetime) -> bytes:
    """Keep and return a new challenge; an earlier one of the session is void."""
    challenge = secrets.token_bytes(32)
    conn.execute(
        "INSERT INTO passkey_challenges (sign_in_id, purpose, challenge, not_after)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT (sign_in_id, purpose) DO UPDATE SET"
        " challenge = excluded.challenge, not_after = excluded.not_after",
        (mine.id, purpose, challenge, now + LIVES),
    )
    return challenge


def _take_challenge(conn: Conn, mine: SignIn, purpose: Purpose, now: datetime) -> bytes | None:
    """Return the session's challenge and void it; None where there is none, or it is too old."""
    row = conn.execute(
        "DELETE FROM passkey_challenges WHERE sign_in_id = %s AND purpose = %s"
        " RETURNING challenge, not_after",
        (mine.id, purpose),
    ).fetchone()
    return bytes(row[0]) if row and now <= row[1] else None


def _descriptors(conn: Conn, staff_row: int) -> list[PublicKeyCredentialDescriptor]:
    rows = conn.execute(
        "SELECT credential_id, transports FROM passkeys"
        " WHERE staff_id = %s AND doubted_at IS NULL ORDER BY id",
        (staff_row,),
    ).fetchall()
    return [
        PublicKeyCredentialDescriptor(
            id=bytes(id_),
            transports=[AuthenticatorTransport(each) for each in said if each in _TRANSPORTS],
        )
        for id_, said in rows
    ]
