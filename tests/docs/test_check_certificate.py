"""The certificate of an article, and the script that checks it without us."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime import Runtime
from store.database import Database
from tests.rigs import chains
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
    assert f"{NUMBER}: {len(events)} events are as they were written, 0 not sealed" in said
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
    delivered: Player,
    client: FlaskClient,
    roots: Path,
    tmp_path: Path,
    spoil: Callable[[Json], None],
    says: str,
) -> None:
    made = certificate(delivered, client)
    spoil(made)
    code, said = check(made, roots, tmp_path)
    assert code == 1
    assert "not the one whose hash the certificate states" in said
    if says:
        _rehash(made)
        code, said = check(made, roots, tmp_path)
        assert code == 1
        assert says in said


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
