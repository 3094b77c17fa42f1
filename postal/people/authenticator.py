"""The second factor that is typed: an authenticator's number (TOTP, RFC 6238), a recovery code.

The secret is `postal/people/factor_secret.py`'s: the database alone yields none. `factors` has the
second factor as a whole.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from typing import Final, Literal

import pyotp

from india import figures
from postal.people import factor_secret, notices, tries
from postal.people.factor_secret import COLUMN as SECRET
from postal.people.places import SignInPlace
from store.database import Conn
from store.keyring import Keyring

RECOVERY_CODES: Final = 10
_STEP_SECONDS: Final = 30


def totp(conn: Conn, staff_row: int, keys: Keyring) -> pyotp.TOTP:
    """Return what an authenticator of this account computes. Show it at enrolment, nowhere else."""
    return _totp(SECRET.of(conn, staff_row, keys))


def check_typed(
    conn: Conn, staff_row: int, entered: str, keys: Keyring, place: SignInPlace, now: datetime
) -> Literal["number", "recovery"] | None:
    """Return what `entered` is, the authenticator's number or an unused recovery code; else None.

    Each counts once. The first right number completes the enrolment. Wrong ones are counted with
    wrong passwords; nothing typed is no try.
    """
    typed = figures.digits(entered).upper()
    if not typed:
        return None
    tried = tries.lock(conn, staff_row, place, now)
    row = conn.execute(
        "SELECT totp_step, totp_confirmed_at FROM staff WHERE id = %s AND active",
        (staff_row,),
    ).fetchone()
    kind: Literal["number", "recovery"] = "number" if typed.isdecimal() else "recovery"
    if row is None or tried.refused(kind, now):
        return None
    last, confirmed = row
    secret = SECRET.of(conn, staff_row, keys)
    step = _step(_totp(secret), typed, last, now) if kind == "number" else None
    if step is None and not factor_secret.spend(conn, staff_row, typed, keys, now):
        tries.count_wrong(conn, tried, kind, now)
        return None
    tries.forgive(conn, tried)
    conn.execute(
        "UPDATE staff SET totp_step = coalesce(%s, totp_step),"
        " totp_confirmed_at = coalesce(totp_confirmed_at, %s) WHERE id = %s",
        (step, now, staff_row),
    )
    if confirmed is None:
        notices.note(conn, staff_row, "enrolled", now, place)
    elif kind == "recovery":
        notices.note(conn, staff_row, "recovery_used", now, place)
    return kind


def new_recovery_codes(conn: Conn, staff_row: int, keys: Keyring) -> list[str]:
    """Replace all recovery codes by ten new ones and return them; they cannot be read later.

    Until `keep_recovery_codes` the person is asked to have ten others made: the answer that showed
    these may be lost.
    """
    codes = [base64.b32encode(secrets.token_bytes(10)).decode()[:10] for _ in range(RECOVERY_CODES)]
    conn.execute("UPDATE staff SET recovery_confirmed_at = NULL WHERE id = %s", (staff_row,))
    factor_secret.replace(conn, staff_row, codes, keys)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def keep_recovery_codes(conn: Conn, staff_row: int, now: datetime) -> None:
    """Note that the person has the recovery codes, which were shown."""
    conn.execute(
        "UPDATE staff SET recovery_confirmed_at = coalesce(recovery_confirmed_at, %s)"
        " WHERE id = %s",
        (now, staff_row),
    )


def _totp(secret: bytes) -> pyotp.TOTP:
    return pyotp.TOTP(base64.b32encode(secret[:20]).decode(), interval=_STEP_SECONDS)


def _step(totp: pyotp.TOTP, typed: str, last: int | None, now: datetime) -> int | None:
    """Return the time step of the typed number, at most one from now and later than `last`."""
    current = int(now.timestamp()) // _STEP_SECONDS
    for step in (current, current - 1, current + 1):
        given = typed.encode("utf-8", "replace")
        if hmac.compare_digest(given, str(totp.at(step * _STEP_SECONDS)).encode()):
            return step if last is None or step > last else None
    return None
