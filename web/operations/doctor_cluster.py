"""The findings of `flask doctor` about the cluster, as its Patronis tell (PATRONI_URLS).

Each wrong one says what to do: mostly a command for a database machine (docs/cluster.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from settings import Settings
from web.operations.findings import Finding
from web.operations.patroni import (
    CTL,
    DOCS,
    ClusterMember,
    PatroniAnswer,
    PatroniTold,
    SilentPatroni,
)

MOST_BEHIND: Final = 64 * 2**20
"""Bytes of the log. HAProxy leads reads to no replica that is further behind."""
_ETCD_SECONDS: Final = 60.0


def examine(settings: Settings, told: Sequence[PatroniTold], now: datetime) -> Iterator[Finding]:
    """Yield what is wrong with the cluster, and who leads and follows. `told`: of each Patroni."""
    if settings.patroni_urls and not told:
        says = f"{settings.patroni_ca} cannot be read: deploy/install puts ca.crt there"
        yield Finding("wrong", "PATRONI_CA", says)
    answers = [each for each in told if isinstance(each, PatroniAnswer)]
    for each in told:
        if isinstance(each, SilentPatroni):
            yield Finding("wrong", "cluster", f"{each.host}: {each.why}: {_SILENT}")
    if answers:
        yield from _one_cluster(answers)
        yield from _primary(answers)
        is_led = any(each.leads for each in answers)
        for answer in answers:
            yield from _machine(answer, now, is_led=is_led)
        yield from _members(answers, len(told), is_led=is_led)
        yield from _settings(answers, is_led=is_led)


_SILENT: Final = (
    "is the machine up, is PATRONI_URLS right? There: systemctl status dakiya-patroni; its"
    " certificate comes from deploy/install"
)


def _one_cluster(answers: Sequence[PatroniAnswer]) -> Iterator[Finding]:
    """Yield where the answers are not of one cluster on one version."""
    systems = _by(answers, lambda each: each.system)
    systems.pop("", None)
    if len(systems) > 1 or len({each.scope for each in answers}) > 1:
        says = (
            f"{_groups(systems)}: these are different databases, two clusters with one name. Find"
            " out which one has your post; on each machine of the other: systemctl stop"
            " dakiya-patroni, move /var/lib/postgresql/dakiya away, start it again, and it copies"
            f" the primary ({DOCS})"
        )
        yield Finding("wrong", "cluster", says)
    versions = _by([each for each in answers if each.version], lambda each: _dotted(each.version))
    if len(versions) > 1:
        says = (
            f"{_groups(versions)}: PostgreSQL differs: apt-get install postgresql-15 on the older,"
            f" then {CTL} restart dakiya MACHINE, replicas first"
        )
        yield Finding("wrong", "cluster", says)


def _primary(answers: Sequence[PatroniAnswer]) -> Iterator[Finding]:
    leading = [each for each in answers if each.leads]
    if not leading:
        says = (
            "no primary: nothing is written, texts wait with the carriers. Two of three"
            " dakiya-etcd and two of three dakiya-patroni must run, among them the one that was the"
            f" primary last; then {CTL} list, and journalctl -u dakiya-patroni says why nobody"
            " takes over. Throw no data away (docs/cluster.md, No primary)"
        )
        yield Finding("wrong", "cluster", says)
    elif len(leading) > 1:
        says = (
            f"{_listed(each.name for each in leading)} each say that they are the primary: stop"
            f" dakiya-patroni on the one that {CTL} list does not call Leader ({DOCS})"
        )
        yield Finding("wrong", "cluster", says)
    else:
        (one,) = leading
        yield Finding("ok", "cluster", f"{one.name} is the primary, timeline {one.timeline}")


_COPYING: Final = "creating replica"  # as Patroni says it


def _machine(answer: PatroniAnswer, now: datetime, *, is_led: bool) -> Iterator[Finding]:
    """Yield what is wrong with one machine as it tells of itself.

    `is_led`: whether there is a primary. Without one nobody follows, and who is told to throw a
    replica's data away might throw away the newest that there are.
    """
    name = answer.name
    if answer.state == _COPYING:
        says = f"{name} copies the primary: wait for it, as long as its disk and network take"
        yield Finding("wrong", "cluster", says)
    elif answer.state != "running":
        says = (
            f"{name}: PostgreSQL is {answer.state}: journalctl -u dakiya-patroni there says why; a"
            f" replica that cannot follow any more: {CTL} reinit dakiya {name}"
        )
        yield Finding("wrong", "cluster", says)
    elif is_led and not answer.leads and answer.follows != "streaming":
        says = (
            f"{name} does not follow the primary ({answer.follows or 'no connection'}): is its port"
            f" 5432 open to {name}? What it lacks is gone: {CTL} reinit dakiya {name}"
        )
        yield Finding("wrong", "cluster", says)
    if answer.pending_restart:
        says = (
            f"{name} waits for a restart ({_listed(answer.pending_restart)}):"
            f" {CTL} restart dakiya {name}, replicas first"
        )
        yield Finding("wrong", "cluster", says)
    unseen = now.timestamp() - answer.etcd_seen
    if unseen > _ETCD_SECONDS and not answer.failsafe:
        says = (
            f"{name} has not reached etcd for {unseen:.0f} s: systemctl status dakiya-etcd on the"
            " database machines; do all clocks run alike?"
        )
        yield Finding("wrong", "cluster", says)


def _members(answers: Sequence[PatroniAnswer], expected: int, *, is_led: bool) -> Iterator[Finding]:
    """Yield who follows, how far behind, and who is missing."""
    members = max((each.members for each in answers), key=len)
    if not members:
        return  # nobody reaches etcd: said of each machine
    known = {each.name for each in members}
    for answer in answers:
        if answer.name not in known:
            says = (
                f"{answer.name} answers and is no member of this cluster: it was started with"
                f" another etcd; systemctl stop dakiya-patroni there, compare /etc/hosts ({DOCS})"
            )
            yield Finding("wrong", "cluster", says)
    if len(members) > expected:
        says = f"{_listed(sorted(known))} are members: name all of them in PATRONI_URLS"
        yield Finding("note", "cluster", says)
    if any(each.failsafe for each in answers) or not is_led:
        return  # the lags are those of before etcd or the primary went
    for member in members:
        if not member.leads and member.state != _COPYING:
            yield _follower(member)


def _follower(member: ClusterMember) -> Finding:
    again = f"{CTL} reinit dakiya {member.name} copies it anew"
    if member.behind is None:
        says = f"{member.name}: nobody knows how far it is behind: does it run? {again}"
        return Finding("wrong", "cluster", says)
    megabytes = f"{member.behind / 2**20:.0f} MB"
    if member.behind > MOST_BEHIND:
        says = (
            f"{member.name} is {megabytes} behind: reads do not go there. Is its disk or network"
            f" slow, or a long report running? If it does not come nearer: {again}"
        )
        return Finding("wrong", "cluster", says)
    confirms = "confirms commits" if member.confirms else "follows"
    return Finding("ok", "cluster", f"{member.name} {confirms}, {megabytes} behind")


def _settings(answers: Sequence[PatroniAnswer], *, is_led: bool) -> Iterator[Finding]:
    """Yield what is wrong with the cluster as a whole, whoever told it."""
    if any(each.paused for each in answers):
        says = f"pause mode is on: when the primary dies, nobody takes over: {CTL} resume"
        yield Finding("wrong", "cluster", says)
    if any(each.failsafe for each in answers):
        says = (
            "failsafe mode: etcd is away, and the primary goes on only while it reaches every other"
            " database machine: systemctl start dakiya-etcd on at least two of them"
        )
        yield Finding("wrong", "cluster", says)
    if any(each.synchronous is False for each in answers):
        says = (
            "synchronous mode is off: what was acknowledged may be lost with the primary:"
            f" {CTL} edit-config -s synchronous_mode=quorum"
        )
        yield Finding("wrong", "cluster", says)
    elif (
        is_led
        and any(each.members for each in answers)
        and not any(member.confirms for each in answers for member in each.members)
    ):
        says = (
            "no replica confirms commits: what is acknowledged now would be lost with the primary;"
            " bring a replica back, as said above"
        )
        yield Finding("wrong", "cluster", says)


def _by(
    answers: Iterable[PatroniAnswer], of: Callable[[PatroniAnswer], str]
) -> dict[str, list[str]]:
    found = defaultdict(list)
    for each in answers:
        found[of(each)].append(each.name)
    return found


def _groups(found: dict[str, list[str]]) -> str:
    return "; ".join(f"{_listed(machines)}: {what}" for what, machines in sorted(found.items()))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _dotted(version: int) -> str:
    """Return 15.14 for 150014."""
    return f"{version // 10_000}.{version % 10_000}"
