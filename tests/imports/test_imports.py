"""A file of articles through the office's pages: uploaded, looked at, imported, remembered."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from flask import Flask

from imports.faults import REASONS, REFUSALS
from runtime import Runtime
from settings import Settings
from tests.rigs import counter
from tests.rigs.api_calls import number_of
from tests.rigs.clock import Clock
from tests.rigs.counter import office
from tests.rigs.desk import Colleague, sign_in, speak
from tests.rigs.imports import count, faults, get, row, started, text, upload, uploaded, work
from web.language import words


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"import_megabytes": 2})


@pytest.fixture
def clerk(app: Flask, runtime: Runtime) -> Colleague:
    office(runtime)
    return sign_in(app, runtime, "clerk")


def page(colleague: Colleague, id_: int, more: str = "") -> str:
    answer = colleague.get(f"/office/imports/{id_}{more}")
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def books(runtime: Runtime) -> list[Any]:
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT number, recipient_phone, recipient_name, cod_amount FROM articles ORDER BY id"
        ).fetchall()


# ---- the way of a file ---------------------------------------------------------------------------


def test_a_good_file_is_imported_and_its_people_are_told(
    clerk: Colleague, runtime: Runtime
) -> None:
    found = uploaded(clerk, text(row(n) for n in range(1, 121)).encode("utf-8-sig"))
    assert (found.state, found.rows, found.bad, found.good) == ("checked", 120, 0, 120)
    assert books(runtime) == []  # nothing before the person says so
    shown = page(clerk, found.id)
    assert "UTF-8" in shown
    assert "All rows are good." in shown
    assert "रामावती देवी" in shown
    assert "+919839000001" not in shown
    assert "+91••••••0001" in shown
    found = started(clerk, found)
    assert (found.state, found.imported, found.left_out) == ("done", 120, 0)
    assert books(runtime)[0] == (number_of(1), "+919839000001", "रामावती देवी", 250)
    assert count(runtime, "messages WHERE template = 'booked' AND lane = 'bulk'") == 120
    assert count(runtime, "events WHERE kind = 'article_booked'") == 120
    assert count(runtime, "import_rows WHERE cells <> '{}'") == 0  # no person is kept twice
    assert count(runtime, "import_pieces") == 0


def test_three_in_a_hundred_are_bad_and_the_others_are_imported(
    clerk: Colleague, runtime: Runtime
) -> None:
    def rows() -> list[list[str]]:
        made = [row(n) for n in range(1, 1001)]
        for n in range(0, 1000, 50):  # 20, and 10 more
            made[n] = row(n + 1, recipient_mobile="9.83901E+09")
        for n in range(5, 1000, 100):
            made[n] = row(n + 1, recipient_name="=cmd()", pin="1")
        return made

    found = uploaded(clerk, text(rows()).encode())
    assert (found.rows, found.bad, found.good) == (1000, 30, 970)
    shown = page(clerk, found.id)
    assert "Cannot be taken: 30." in shown
    assert "9.83901E+09" in shown
    assert "was shortened by Excel" in shown
    assert "Import 970, leave out 30" in shown
    exported = clerk.get(f"/office/imports/{found.id}/bad-rows.csv")
    assert exported.mimetype == "text/csv"
    table = list(csv.reader(io.StringIO(exported.get_data(as_text=True).removeprefix("\ufeff"))))
    assert len(table) == 31
    assert table[0][-3:] == ["line", "wrong column", "what is wrong"]
    assert table[1][-3] == "2"
    second = next(each for each in table if each[-3] == "7")
    assert second[2] == "'=cmd()"
    assert second[-2] == "recipient name; pin"
    found = started(clerk, found)
    assert (found.state, found.imported, found.bad) == ("done", 970, 30)
    assert len(books(runtime)) == 970

    # Mended, with our own columns still in it, the same file brings the thirty.
    for each in table[1:]:
        each[5], each[2], each[4] = f"98390{each[-3]:>05}", "Sita Devi", "273303"
    mended = io.StringIO()
    csv.writer(mended).writerows(table)
    found = started(clerk, uploaded(clerk, mended.getvalue().encode("utf-8-sig"), "mended.csv"))
    assert (found.imported, found.bad) == (30, 0)
    assert len(books(runtime)) == 1000


def test_bad_rows_come_in_pages_and_in_hindi(clerk: Colleague) -> None:
    found = uploaded(clerk, text(row(n, pin="0") for n in range(1, 121)).encode())
    assert found.good == 0
    first = page(clerk, found.id)
    assert "No row can be imported." in first
    assert "/start" not in first
    after = re.search(r'after=(\d+)#bad">', first)
    assert after is not None
    assert after[1] == "51"
    last = page(clerk, found.id, "?after=101")
    assert last.count("is no PIN of six digits") == 20
    assert "छह अंकों का पिन नहीं है" in page(clerk, found.id, "?lang=hi")


def test_what_is_booked_already_is_left_alone_or_refused(
    clerk: Colleague, runtime: Runtime
) -> None:
    first = started(clerk, uploaded(clerk, text([row(1), row(2), row(3)]).encode()))
    assert first.imported == 3
    again = uploaded(clerk, text([row(1), row(2, cod="10"), row(3), row(4)]).encode())
    assert (again.known, again.bad, again.good) == (2, 1, 1)
    assert faults(runtime, again) == {3: [("number", "taken")]}
    assert "another cod: check the number" in page(clerk, again.id)
    again = started(clerk, again)
    assert (again.imported, again.known, again.bad) == (1, 2, 1)
    assert count(runtime, "messages WHERE template = 'booked'") == 4
    everything = uploaded(clerk, text([row(1), row(2), row(3)]).encode(), "again.csv")
    shown = page(clerk, everything.id)
    assert "Everything in this file was done before." in shown
    assert "The same file was imported before:" in shown


def test_twice_in_a_file_and_at_a_counter_just_now(clerk: Colleague, runtime: Runtime) -> None:
    poster = counter.clerk(clerk.client.application, runtime, 2).poster
    counter.group(runtime, poster, 7)
    rows = [row(n) for n in range(1, 700)]
    rows[600] = row(3)  # in another batch than the first
    rows[4] = row(4)
    found = uploaded(clerk, text(rows).encode())
    assert faults(runtime, found) == {
        6: [("number", "twice")],
        8: [("number", "at_counter")],
        602: [("number", "twice")],
    }
    assert "stands in line 4 already" in page(clerk, found.id, "?after=100")


def test_what_was_booked_between_check_and_start_is_not_booked_over(
    clerk: Colleague, runtime: Runtime
) -> None:
    slow = uploaded(clerk, text([row(1), row(2), row(3)]).encode())
    started(clerk, uploaded(clerk, text([row(1), row(2, cod="9")]).encode()))
    slow = started(clerk, slow)
    assert (slow.state, slow.known, slow.bad, slow.imported) == ("done", 1, 1, 1)
    assert faults(runtime, slow) == {3: [("number", "taken")]}
    assert "check the number on the label" in page(clerk, slow.id)


def test_the_same_telephone_everywhere_is_asked_about(clerk: Colleague) -> None:
    rows = [row(n, recipient_mobile="9839012345", sender_mobile="9811100001") for n in range(30)]
    shown = page(clerk, uploaded(clerk, text(rows).encode()).id)
    assert "The recipient mobile ••••••2345 stands in 30 rows." in shown
    assert "The sender mobile ••••••0001 stands in 30 rows." in shown
    assert "9839012345" not in shown


# ---- what cannot be read, and who may ------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04", "Save it as CSV UTF-8"),
        (text([]).encode(), "no row below it"),
        (b"article,pin\nx,y\n", "service, recipient name, recipient address, sender name"),
        ((text([row(1)]) + 'EU,"open').encode(), "opens in line 3 is never closed"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(
    clerk: Colleague, content: bytes, says: str
) -> None:
    found = uploaded(clerk, content)
    assert found.state == "refused"
    assert says in page(clerk, found.id)
    hindi = re.search(r'role="alert">(.*?)<', page(clerk, found.id, "?lang=hi"))
    assert hindi is not None
    assert re.search("[अ-ह]", hindi[1])


def test_a_file_beyond_the_limit_is_refused_and_one_below_is_taken(clerk: Colleague) -> None:
    assert upload(clerk, b"x" * (2 * 2**20 + 100_000)).status_code == 413
    assert uploaded(clerk, text([row(1)]).encode() + b"\n" * (2 * 2**20 - 5_000)).good == 1


def test_whoever_is_not_signed_in_may_send_no_more_than_elsewhere(app: Flask) -> None:
    much = {"file": (io.BytesIO(b"x" * (3 * 2**19)), "a.csv")}
    answer = app.test_client().post("/office/imports", data=much)
    assert answer.status_code == 413


def test_no_file_and_no_token(clerk: Colleague) -> None:
    answer = clerk.post("/office/imports")
    assert answer.status_code == 302
    assert "Choose a file first." in clerk.get("/office/imports").text
    forged = clerk.client.post("/office/imports", data={"file": (io.BytesIO(b"x"), "a.csv")})
    assert forged.status_code == 400


def test_a_double_click_is_one_import(clerk: Colleague, runtime: Runtime) -> None:
    content = text([row(1)]).encode()
    first = upload(clerk, content).headers["Location"]
    assert upload(clerk, content).headers["Location"] == first
    work(runtime)
    id_ = int(first.rsplit("/", 1)[1])
    for _ in range(2):
        clerk.post(f"/office/imports/{id_}/start", left_out="0")
    work(runtime)
    assert get(runtime, id_).imported == 1
    assert count(runtime, "articles") == 1


def test_who_agreed_to_other_numbers_is_asked_again(clerk: Colleague) -> None:
    found = uploaded(clerk, text([row(1), row(2, pin="")]).encode())
    clerk.post(f"/office/imports/{found.id}/start", left_out="0")
    assert "has changed meanwhile" in page(clerk, found.id)
    assert get(clerk.runtime, found.id).state == "checked"


def test_other_offices_see_nothing_of_it_and_a_supervisor_does(
    clerk: Colleague, app: Flask, runtime: Runtime
) -> None:
    found = uploaded(clerk, text([row(1)]).encode(), "ours.csv")
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', '273164', 'sub', 'MAHARAJGANJ')"
        )
    other = sign_in(app, runtime, "clerk", "clerk-2")
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE staff SET office_id = (SELECT id FROM offices WHERE pin = '273164')"
            " WHERE staff_id = 'clerk-2'"
        )
    assert "ours.csv" not in other.get("/office/imports").text
    for path in ("", "/bad-rows.csv"):
        assert other.get(f"/office/imports/{found.id}{path}").status_code == 404
    for path in ("/start", "/cancel", "/progress"):
        assert other.post(f"/office/imports/{found.id}{path}").status_code == 404
    supervisor = sign_in(app, runtime, "supervisor")
    assert "ours.csv" in supervisor.get("/office/imports").text
    assert supervisor.get(f"/office/imports/{found.id}").status_code == 200


def test_who_did_what_stands_in_the_access_log(clerk: Colleague, runtime: Runtime) -> None:
    found = started(clerk, uploaded(clerk, text([row(1), row(2, pin="")]).encode()))
    clerk.get(f"/office/imports/{found.id}/bad-rows.csv")
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT what, reason FROM access_log ORDER BY id").fetchall()
    said = [each for each in rows if f"import {found.id}:" in (each[1] or "")]
    what = f"office.import_bad_rows: import {found.id}: bad, held rows"
    assert said[0] == ("acted", f"import {found.id}: uploaded")
    assert ("acted", f"import {found.id}: started, 1 rows left out") in said
    assert said[-1] == ("exported", what)


# ---- the templates, the words, what is kept ------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("kind", ["articles", "lists"])
def test_a_template_filled_in_is_a_file(clerk: Colleague, language: str, kind: str) -> None:
    speak(clerk.client, language)
    answer = clerk.get(f"/office/imports/template-{kind}.csv")
    header = answer.get_data(as_text=True)
    values = {"articles": (15, "x"), "lists": (3, "y")}[kind]
    found = uploaded(clerk, (header + ",".join([values[1]] * values[0]) + "\n").encode())
    assert (found.kind, found.rows, found.refusal) == (kind, 1, None)
    assert "" not in found.columns
    assert clerk.get("/office/imports/template-pigeons.csv").status_code == 404


def test_every_reason_has_words() -> None:
    for language in ("en", "hi"):
        keys = words(language).keys()
        wanted = {f"import_why_{reason}" for reason in REASONS}
        wanted |= {f"import_refusal_{reason}" for reason in REFUSALS}
        assert {key for key in keys if key.startswith(("import_why_", "import_refusal_"))} == wanted


def test_rows_are_purged_after_thirty_days(
    clerk: Colleague, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    done = started(clerk, uploaded(clerk, text([row(1), row(2, pin="")]).encode()))
    waits = uploaded(clerk, text([row(3)]).encode(), "waits.csv")
    clock.advance(days=29)
    run = app.test_cli_runner().invoke
    run(args=["purge"])
    assert count(runtime, "import_rows") == 3
    clock.advance(days=2)
    assert run(args=["purge"]).exit_code == 0
    assert count(runtime, "import_rows") == 0
    assert (get(runtime, done.id).imported, get(runtime, done.id).file_name) == (1, "")
    assert get(runtime, waits.id).state == "cancelled"


def test_whoever_is_forgotten_is_forgotten_in_files_too(
    clerk: Colleague, app: Flask, runtime: Runtime
) -> None:
    rows = [row(1, recipient_mobile="९८३९० १२३४५", pin=""), row(2)]
    found = uploaded(clerk, text(rows).encode())
    run = app.test_cli_runner().invoke
    forget = ["forget-person", "9839012345", "--reason", "a letter", "--yes"]
    assert "stands in the file of import" in run(args=forget).output
    assert '"line": 2' in run(args=["export-person", "9839012345"]).output
    started(clerk, found)
    assert run(args=forget).exit_code == 0
    assert "nothing is stored" in run(args=["export-person", "9839012345"]).output
    assert count(runtime, "import_rows WHERE cells <> '{}'") == 0
