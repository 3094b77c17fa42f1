"""What each Patroni of the cluster says of itself and of the others, by its REST API.

https://patroni.readthedocs.io/en/latest/rest_api.html, as Patroni 4.1.5 answers it. It is only
asked: whoever changes something there needs a certificate of the cluster.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import requests

from messages.routes import names
from settings import Settings

CTL: Final = "patronictl -c /etc/dakiya/patroni.yml"
"""The command by which an operator changes what Patroni does."""
DOCS: Final = "docs/cluster.md, Watching it"
_SECONDS: Final = 3.0


@dataclass(frozen=True)
class SilentPatroni:
    """One that did not answer as a Patroni does. `why`: for a person, without addresses."""

    host: str
    why: str


@dataclass(frozen=True)
class ClusterMember:
    """A member as all Patronis know it from etcd.

    `behind`: bytes of the log that it has not replayed or not received; None: nobody knows.
    `confirms`: whether a commit may be acknowledged because this one has it.
    """

    name: str
    leads: bool
    state: str
    confirms: bool
    behind: int | None


@dataclass(frozen=True)
class PatroniAnswer:
    """What one Patroni says of its own PostgreSQL.

    `members`: those in etcd; none where it does not reach etcd. `synchronous`: the cluster's
    setting; None where etcd is away. `etcd_seen`: when it reached etcd last, as seconds since 1970.
    """

    name: str
    scope: str
    system: str
    role: str
    state: str
    follows: str
    version: int
    timeline: int
    pending_restart: tuple[str, ...]
    paused: bool
    failsafe: bool
    etcd_seen: float
    members: tuple[ClusterMember, ...]
    synchronous: bool | None

    @property
    def leads(self) -> bool:
        """Tell whether its PostgreSQL takes writes."""
        return self.role in {"primary", "master"} and self.state == "running"


PatroniTold: TypeAlias = PatroniAnswer | SilentPatroni


def ask(settings: Settings) -> tuple[PatroniTold, ...]:
    """Return what each Patroni of PATRONI_URLS says; none where PATRONI_CA cannot be read."""
    if settings.patroni_ca is not None and not os.access(settings.patroni_ca, os.R_OK):
        return ()
    authority = str(settings.patroni_ca or "")
    return tuple(_told(url.rstrip("/"), authority) for url in names(settings.patroni_urls))


def _told(url: str, authority: str) -> PatroniTold:
    host = urlsplit(url).netloc
    try:
        own = _got(url, "/patroni", authority)
        try:
            known = _got(url, "/cluster", authority)
            configured = _got(url, "/config", authority)
        except (requests.RequestException, ValueError):
            known, configured = {}, None  # it answers, and etcd does not
        return _answer(own, known, configured)
    except requests.exceptions.SSLError:
        return SilentPatroni(host, "its certificate is not of PATRONI_CA")
    except requests.RequestException as error:
        return SilentPatroni(host, f"does not answer ({type(error).__name__})")
    except (ValueError, KeyError, TypeError, AttributeError):
        return SilentPatroni(host, "answers, but not as Patroni does")


def _got(url: str, path: str, authority: str) -> Mapping[str, Any]:
    answer = requests.get(f"{url}{path}", timeout=_SECONDS, verify=authority or True)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _answer(
    own: Mapping[str, Any], known: Mapping[str, Any], configured: Mapping[str, Any] | None
) -> PatroniAnswer:
    return PatroniAnswer(
        name=str(own["patroni"]["name"]),
        scope=str(own["patroni"]["scope"]),
        system=str(own.get("database_system_identifier", "")),
        role=str(own["role"]),
        state=str(own["state"]),
        follows=str(own.get("replication_state", "")),
        version=int(own.get("server_version", 0)),
        timeline=int(own.get("timeline") or 0),
        pending_restart=tuple(own.get("pending_restart_reason", ())),
        paused=bool(own.get("pause")),
        failsafe=bool(own.get("failsafe_mode_is_active")),
        etcd_seen=float(own.get("dcs_last_seen", 0)),
        members=tuple(_member(each) for each in known.get("members", ())),
        synchronous=_synchronous(configured),
    )


def _member(told: Mapping[str, Any]) -> ClusterMember:
    lags = [told[name] for name in ("receive_lag", "replay_lag", "lag") if name in told]
    known = [int(lag) for lag in lags if isinstance(lag, int)]
    return ClusterMember(
        name=str(told["name"]),
        leads=told["role"] in {"leader", "standby_leader"},
        state=str(told["state"]),
        confirms=told["role"] in {"quorum_standby", "sync_standby"},
        behind=max(known) if len(known) == len(lags) and known else None,
    )


def _synchronous(configured: Mapping[str, Any] | None) -> bool | None:
    if configured is None:
        return None
    return str(configured.get("synchronous_mode", "off")).lower() in {"on", "true", "quorum"}
