"""The certificate of an article, and the script that checks it without us."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime import Runtime
from store.chains import redact
from store.chains.redact import Removing, StandIn
from store.database import Database
from tests.rigs import chains
from tests.rigs import sprints as stored_sprints
from tests.rigs.chains import days_ago
from tests.rigs.desk import sign_in
from tests.rigs.paper import sheets
from tests.rigs.transcript import Player

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "check_certificate.py"
NUMBER, OTHER = "EU123456785IN", "RR287043775IN"
RECIPIENT, SENDER, POSTMAN = "+919876500001", "+919811100001", "+919839000001"
Json = dict[str, Any]


@pytest.fixture
def delivered(player: Player) -> Player:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {NUMBER} to {RECIPIENT} en from {SENDER}")
    player.step(f"article {OTHER} to +919876500002 en from {SENDER}")
    player.step(f"list 1001: {NUMBER} {OTHER}")
    player.step(f"{POSTMAN} > 1")
    player.step(f"{POSTMAN} > 1 {player.codes[RECIPIENT][-1]}")
    return player


@pytest.fixture
def roots(delivered: Player, runtime: Runtime, owner: Database, tmp_path: Path) -> Path:
    """The directory of the published roots, all that was written being of yesterday."""
    chains.as_of_yesterday(owner)
    chains.many_happened(owner, days_ago(1), 2_500)  # of others: three parts
    chains.seal(runtime, tmp_path / "roots")
    return tmp_path / "roots"


@dataclass(frozen=True)
class Genuine:
    """Certificates of both articles, as JSON, and the directory of the published roots."""

    article: str
    other: str
    roots: Path

    def made(self) -> Json:
        """Return a certificate that may be spoiled: a copy."""
        found: Json = json.loads(self.article)
        return found


_genuine: list[Genuine] = []


@pytest.fixture
def genuine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Genuine:
    """What the first test made that asks for it: to check it takes files, and nothing of ours."""
    if not _genuine:
        roots: Path = request.getfixturevalue("roots")
        player, client = request.getfixturevalue("delivered"), request.getfixturevalue("client")
        this, other = (json.dumps(certificate(player, client, each)) for each in (NUMBER, OTHER))
        kept = shutil.copytree(roots, tmp_path_factory.mktemp("published") / "roots")
        _genuine.append(Genuine(this, other, kept))
    return _genuine[0]


def certificate(player: Player, client: FlaskClient, number: str = NUMBER) -> Json:
    answer = client.get(f"/api/v1/articles/{number}/proof", headers=player.headers())
    assert answer.status_code == 200, answer.text
    found: Json = answer.get_json()
    return found


def check(what: Json, roots: Path, tmp_path: Path) -> tuple[int, str]:
    """Run the script as a stranger would: nothing of ours can be imported."""
    file = tmp_path / "certificate.json"
    file.write_text(json.dumps(what, ensure_ascii=False), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(file), str(roots)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_certificate_is_checked_offline(
    delivered: Player, client: FlaskClient, roots: Path, tmp_path: Path
) -> None:
    made = certificate(delivered, client)
    code, said = check(made, roots, tmp_path)
    assert code == 0, said
    events = made["record"]["events"]
    decided = len(made["record"]["decisions"])
    assert (
        f"{NUMBER}: {len(events)} events and {decided} decisions are as they were written" in said
    )
    assert "UNPROVEN  that nothing is missing" in said
    assert "UNPROVEN  recipient_name, recipient_phone, sender_name, sender_phone" in said
    assert events[0]["kind"] == "article_booked"
    assert "delivered" in [each["kind"] for each in events]
    assert made["record"]["decisions"]
    assert made["algorithm"] == "SHA256"
    assert certificate(delivered, client)["hash"] == made["hash"]
    one = check(made, roots / f"{days_ago(1)}.json", tmp_path)
    assert one[0] == 0


def test_it_holds_no_code_no_telephone_and_nobody_else(
    delivered: Player, client: FlaskClient, roots: Path
) -> None:
    text = json.dumps(certificate(delivered, client), ensure_ascii=False)
    for phone in (RECIPIENT, SENDER, POSTMAN, "+919876500002"):
        assert phone not in text
        assert phone[3:] not in text
    assert "+91••••••0001" in text
    assert OTHER not in text
    (code,) = delivered.codes[RECIPIENT]
    assert not re.search(rf"\b{code}\b", text)


def test_its_size_does_not_grow_with_the_day(
    delivered: Player, client: FlaskClient, roots: Path
) -> None:
    events = certificate(delivered, client)["record"]["events"]
    assert max(len(each["path"]) for each in events) <= 12  # of 2,5xx rows: log2


def _event(change: Callable[[Json], None]) -> Callable[[Json], None]:
    def spoil(made: Json) -> None:
        change(made["record"]["events"][1])

    return spoil


def _rehash(made: Json) -> None:
    """As a forger would: the hash of what he made of it."""
    from hashlib import sha256

    text = json.dumps(made["record"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    made["hash"] = sha256(text.encode()).hexdigest()


def _kind(event: Json) -> None:
    event["kind"] = "delivered"


def _content(event: Json) -> None:
    event["content"] = event["content"].replace(event["kind"], "delivered")
    event["kind"] = "delivered"


def _digest(event: Json) -> None:
    from hashlib import sha256

    _content(event)
    salted = b"\0" + bytes.fromhex(event["salt"]) + event["content"].encode()
    event["digest"] = sha256(salted).hexdigest()


def _day(made: Json) -> None:
    document = made["record"]["days"][0]
    document["document"] = document["document"].replace('"rows"', '"rows" ')
    from hashlib import sha256

    document["root"] = sha256(document["document"].encode()).hexdigest()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_event(_kind), "says something else than what was hashed"),
        (_event(_content), "changed since it was written"),
        (_event(_digest), "not among what was written on"),
        (_event(lambda event: event["path"].pop()), "not among what was written on"),
        (_event(lambda event: event.update(proof="two")), "its proof or day is not the one"),
        (_day, "another root was published"),
        (lambda made: made["record"]["decisions"].pop(), ""),
    ],
)
def test_a_forged_certificate_is_told(
    genuine: Genuine,
    tmp_path: Path,
    spoil: Callable[[Json], None],
    says: str,
) -> None:
    made = genuine.made()
    spoil(made)
    code, said = check(made, genuine.roots, tmp_path)
    assert code == 1
    assert "not the one whose hash the certificate states" in said
    if says:
        _rehash(made)
        code, said = check(made, genuine.roots, tmp_path)
        assert code == 1
        assert says in said


def _decided(**changes: object) -> Callable[[Json], None]:
    return lambda record: record["decisions"][1].update(changes)


def _without(kind: str) -> Callable[[Json], None]:
    def spoil(record: Json) -> None:
        record["events"] = [each for each in record["events"] if each["kind"] != kind]

    return spoil


INVENTED = {
    "at": "2026-08-14T00:00:00+00:00", "event": "told_code", "acts": ["HandOver"], "proof": "two",
    "day": "2026-08-14", "content": None, "salt": None, "digest": "00" * 32, "path": None,
}  # fmt: skip
SILENT = dict.fromkeys(("at", "event", "acts", "proof"))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda record: record.update(article=OTHER), f"WRONG  the events are of article {NUMBER}"),
        (lambda record: record.update(state="returned"), "its events say delivered"),
        (lambda record: record.update(state="attempted"), "its events say delivered"),
        (lambda record: record.update(service="money_order"), "WRONG  the service: "),
        (lambda record: record.update(booked_at="2026-08-01T00:00:00+00:00"), "WRONG  booked_at"),
        (_without("delivered"), "WRONG  the state delivered: its events say that it has not ended"),
        (_without("article_booked"), "must be that the article was booked"),
        (lambda record: record["events"].append(record["events"][1]), "it is there twice"),
        (lambda record: record["events"].reverse(), "out of its order"),
        (lambda record: record["events"][0].update(content="[]"), "a JSON object is expected"),
        (lambda record: record["events"][0].update(content="{"), "a JSON object is expected"),
        (lambda record: record["events"][0].update(content=None), "its content is missing"),
        (_decided(event="told_otherwise"), "it says something else than what was hashed"),
        (_decided(acts=["HandOver"]), "it says something else than what was hashed"),
        (_decided(proof="two"), "its proof or day is not the one that was hashed"),
        (_decided(at="2026-01-01T00:00:00+00:00"), "it says something else than what was hashed"),
        (_decided(content=None), "it says what was decided, without what was hashed"),
        (lambda record: record["decisions"].append(dict(INVENTED)), "without what was hashed"),
        (
            lambda record: record["decisions"].append({**INVENTED, **SILENT}),
            "OPEN  decision",
        ),
        (lambda record: record["decisions"][0].update(path=None), "no way to its seal is given"),
        (lambda record: record.update(days=[]), "the seal of"),
        (lambda record: record.update(days=7), "it is no certificate (TypeError"),
        (lambda record: record.pop("events"), "it is no certificate (KeyError"),
        (lambda record: record["events"][0].update(salt="not hexadecimal"), "it is no certificate"),
        (lambda record: record.update(format="dakiya certificate 1"), "its format is"),
    ],
)
def test_a_certificate_with_another_hash_is_told_too(
    genuine: Genuine,
    tmp_path: Path,
    spoil: Callable[[Json], None],
    says: str,
) -> None:
    made = genuine.made()
    spoil(made["record"])
    _rehash(made)
    code, said = check(made, genuine.roots, tmp_path)
    assert code == 1, said
    assert says in said
    assert "Traceback" not in said


@pytest.mark.parametrize(("part", "says"), [("events", "different"), ("decisions", "of another")])
def test_what_another_article_went_through_is_not_this_one_s(
    genuine: Genuine, tmp_path: Path, part: str, says: str
) -> None:
    made = genuine.made()
    other = json.loads(genuine.other)
    kept = {each["day"]: each for each in (*made["record"]["days"], *other["record"]["days"])}
    made["record"][part] += other["record"][part][1:]
    made["record"]["days"] = [kept[day] for day in sorted(kept)]
    _rehash(made)
    code, said = check(made, genuine.roots, tmp_path)
    assert (code, says in said) == (1, True), said


def test_names_and_what_is_missing_are_said_to_be_unproven(
    genuine: Genuine, tmp_path: Path
) -> None:
    made = genuine.made()
    made["record"].update(recipient_name="Somebody Else", recipient_phone="+91••••••9999")
    made["record"].update(state="out_for_delivery")
    _without("delivered")(made["record"])
    _rehash(made)
    code, said = check(made, genuine.roots, tmp_path)
    assert code == 0
    assert "UNPROVEN  recipient_name, recipient_phone" in said
    assert "UNPROVEN  the state out_for_delivery: its events say only that it has not" in said
    assert "UNPROVEN  that nothing is missing" in said


@pytest.mark.parametrize("before_packing", [False, True])
def test_a_decision_is_proven_after_a_person_in_it_was_forgotten(
    delivered: Player,
    client: FlaskClient,
    owner: Database,
    tmp_path: Path,
    purging: Database,
    app: Flask,
    *,
    before_packing: bool,
) -> None:
    runtime = delivered.runtime
    with owner.transaction() as conn:
        conn.execute("SET LOCAL TimeZone = 'UTC'")
        if before_packing:
            stored_sprints.as_before(conn)
            conn.execute(
                "UPDATE sprints SET facts = jsonb_build_object('said', %s::text)", [RECIPIENT]
            )
        else:
            conn.execute(
                "UPDATE sprints SET phones = concat_ws(' ', phones, %s::text)", [RECIPIENT]
            )
        conn.execute(
            "UPDATE sprints SET private_digest = private_digest(private_salt, to_json(sprints))"
        )
    chains.as_of_yesterday(owner)
    chains.seal(runtime, tmp_path / "roots")
    before = certificate(delivered, client)["record"]["decisions"]
    with purging.transaction() as conn:
        by = Removing("root", "by letter", runtime.now())
        stand_in = StandIn(RECIPIENT, "+9991234567890")
        assert redact.forget_in_sprints(conn, stand_in, [NUMBER], by) == len(before)
    made = certificate(delivered, client)
    assert made["record"]["decisions"] == before
    code, said = check(made, tmp_path / "roots", tmp_path)
    assert code == 0, said
    assert f"and {len(before)} decisions are as they were" in said
    verified = chains.verify(app)
    assert verified.exit_code == 0, verified.output


def test_a_decision_from_before_says_nothing_but_its_digest(
    delivered: Player, client: FlaskClient, owner: Database, runtime: Runtime, tmp_path: Path
) -> None:
    chains.as_of_yesterday(owner)
    with owner.transaction() as conn:
        conn.execute("SET LOCAL TimeZone = 'UTC'")
        stored_sprints.as_before(conn)
        conn.execute("UPDATE sprints SET told = NULL, private_salt = NULL, private_digest = NULL")
        conn.execute("UPDATE sprints SET digest = row_digest(salt, to_json(sprints))")
    chains.seal(runtime, tmp_path / "roots")
    made = certificate(delivered, client)
    assert {each["event"] for each in made["record"]["decisions"]} == {None}
    assert RECIPIENT[3:] not in json.dumps(made)
    code, said = check(made, tmp_path / "roots", tmp_path)
    assert code == 0, said
    assert "UNPROVEN  decision 1: what was decided" in said


def test_what_is_no_certificate_is_said_to_be_none(genuine: Genuine, tmp_path: Path) -> None:
    nonsense: list[Any] = [[], {}, {"record": []}, None]
    for what in nonsense:
        code, said = check(what, genuine.roots, tmp_path)
        assert code == 1
        assert "it is no certificate" in said
        assert "Traceback" not in said


def test_what_is_not_sealed_yet_is_not_proven(
    delivered: Player, client: FlaskClient, tmp_path: Path
) -> None:
    (tmp_path / "roots").mkdir()
    made = certificate(delivered, client)
    code, said = check(made, tmp_path / "roots", tmp_path)
    assert code == 1
    assert "had no seal yet" in said


def test_without_the_published_root_nothing_is_believed(
    delivered: Player, client: FlaskClient, roots: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    code, said = check(certificate(delivered, client), tmp_path / "empty", tmp_path)
    assert code == 1
    assert "no root was given that was published for this day" in said


# ---- the paper -----------------------------------------------------------------------------------


def test_the_paper_is_the_form_of_section_63(
    delivered: Player, client: FlaskClient, roots: Path
) -> None:
    answer = client.get(f"/api/v1/articles/{NUMBER}/proof.pdf", headers=delivered.headers())
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    part_a, part_b, *report = (" ".join(sheet.text.split()) for sheet in sheets(answer.data))
    made = certificate(delivered, client)
    for part in (part_a, part_b):
        assert made["hash"] in part
        assert "SHA256" in part
        assert "Date (DD/MM/YYYY):" in part
    assert "[See section 63(4)(c)]" in part_a
    assert "PART A (To be filled by the Party)" in part_a
    assert "(Name and signature)" in part_a
    assert "PART B (To be filled by the Expert)" in part_b
    assert "(Name, designation and signature)" in part_b
    enclosed = " ".join(report)
    assert "HASH REPORT" in enclosed
    for each in made["record"]["events"]:
        assert each["digest"] in enclosed
    for day in made["record"]["days"]:
        assert day["root"] in enclosed
    assert RECIPIENT[3:] not in enclosed


def test_the_desk_has_it_too(delivered: Player, app: Flask, runtime: Runtime, roots: Path) -> None:
    agent = sign_in(app, runtime, "agent")
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT id FROM articles WHERE number = %s", [NUMBER]).fetchone()
    assert row is not None
    page = agent.get(f"/desk/articles/{row[0]}").text
    assert f"/desk/articles/{row[0]}/certificate" in page
    shown = agent.get(f"/desk/articles/{row[0]}/certificate").text
    assert str(days_ago(1)) in shown
    assert "handed over" in shown or "delivered" in shown
    paper = agent.get(f"/desk/articles/{row[0]}/certificate.pdf")
    assert paper.mimetype == "application/pdf"
    assert agent.get("/desk/articles/999999/certificate").status_code == 404


def test_who_made_one_is_written_down(
    delivered: Player, client: FlaskClient, runtime: Runtime
) -> None:
    certificate(delivered, client)
    with runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT what, reason FROM access_log WHERE reason LIKE '%certificate%'"
        ).fetchall()
    assert rows == [("exported", "api.article_proof: certificate")]


def test_an_article_says_where_its_certificate_is(delivered: Player, client: FlaskClient) -> None:
    headers = delivered.headers()
    article = client.get(f"/api/v1/articles/{NUMBER}", headers=headers).get_json()
    assert article["proof"] == f"/api/v1/articles/{NUMBER}/proof"
    assert client.get(article["proof"], headers=headers).status_code == 200
    assert client.get("/api/v1/articles/EU000000015IN/proof", headers=headers).status_code == 404
