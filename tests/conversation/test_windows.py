"""The three hours of the morning's text: promised only where the beat's own history keeps them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from postal import windows
from postal.privacy import retention
from postal.privacy.kept import Kept
from postal.reports import reading as measuring
from postal.reports.measures import MEASURES
from postal.reports.reading import ReportPeriod, ReportWhere
from postal.windows import PastVisit
from runtime import Runtime
from store.database import Database
from tests.rigs.api_calls import number_of
from tests.rigs.rounds import write_rounds
from tests.rigs.transcript import Player

TODAY = date(2026, 8, 14)
POSTMAN = "+919839000001"
PEOPLE = {"en": "+919876500001", "hi": "+919876500002", "hi-Latn": "+919876500003"}


def morning(player: Player, language: str, cod: str = "") -> str:
    number = number_of(7)
    player.step(f"article {number} to {PEOPLE[language]} {language}{cod}")
    said = player.step(f"list 1001: {number}")
    return next(each for each in said if each.startswith(PEOPLE[language]))


@pytest.fixture
def postman(player: Player) -> Player:
    player.step(f"postman 1001 {POSTMAN}")
    return player


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "postman 1001: within 3 hours from 10 h. Pay nothing."),
        ("hi-Latn", "dakiya 1001 laayenge, 10 baje se 3 ghante mein."),
        ("hi", "डाकिया 1001 लाएगा, 10 बजे से 3 घंटे में।"),
    ],
)
def test_a_beat_that_keeps_its_hours_has_them_in_the_text(
    postman: Player, runtime: Runtime, language: str, words: str
) -> None:
    write_rounds(runtime, TODAY, [10 * 60 + 10, 11 * 60, 12 * 60 + 50], items=40)
    assert words in morning(postman, language)


def test_what_is_to_be_paid_is_worth_more_than_who_comes(postman: Player, runtime: Runtime) -> None:
    write_rounds(runtime, TODAY, [10 * 60 + 10, 11 * 60, 12 * 60 + 50], items=40)
    said = morning(postman, "en", " cod 500")
    assert "within 3 hours from 10 h. Pay Rs 500 only." in said
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT hour FROM promised_windows").fetchall() == [(10,)]


@pytest.mark.parametrize(
    ("minutes", "days"),
    [
        ([9 * 60, 12 * 60 + 30, 16 * 60], 15),  # at any time of the day
        ([10 * 60 + 10, 11 * 60], 5),  # too few days
    ],
)
def test_no_history_that_holds_no_window(
    postman: Player, runtime: Runtime, minutes: list[int], days: int
) -> None:
    write_rounds(runtime, TODAY, minutes, days, items=40)
    assert "comes today. Nothing to pay." in morning(postman, "en")


def rounds(days: int, late: int, of: int) -> list[PastVisit]:
    """So many days of `of` visits to one place: at eleven, and `late` of them at four."""
    return [
        PastVisit(TODAY - timedelta(days=back), 0.5, (16 if n < late else 11) * 60)
        for back in range(1, days + 1)
        for n in range(of)
    ]


@pytest.mark.parametrize(
    ("days", "late", "of", "hour"),
    [
        (15, 1, 10, 9),
        (15, 2, 10, None),  # one time in five it was another hour
        (9, 0, 10, 9),
        (8, 0, 10, None),  # too few days, however many visits
        (9, 0, 3, None),  # too few visits
    ],
)
def test_what_holds_nine_times_in_ten_on_nine_days_is_promised(
    days: int, late: int, of: int, hour: int | None
) -> None:
    assert windows.start_of(rounds(days, late, of), 0.5) == hour


def test_a_window_that_held_before_and_not_lately_is_not_promised() -> None:
    def visits(back: int, minute: int) -> list[PastVisit]:
        return [PastVisit(TODAY - timedelta(days=back), 0.5, minute)] * 5

    steady = [each for back in range(1, 16) for each in visits(back, 11 * 60)]
    assert windows.start_of(steady, 0.5) == 9  # the first start that holds them all
    moved = [each for back in range(1, 16) for each in visits(back, (11 if back > 4 else 15) * 60)]
    assert windows.start_of(moved, 0.5) is None
    assert windows.start_of(steady, 0.9) is None  # nobody there was visited


def test_the_reports_say_whether_the_hours_were_kept_and_then_they_go(
    postman: Player, runtime: Runtime, purging: Database
) -> None:
    """An approach within the three hours, of the one that was promised; purged after 30 days."""
    write_rounds(runtime, TODAY, [10 * 60 + 10, 11 * 60, 12 * 60 + 50], items=40)
    morning(postman, "en")
    where, month = ReportWhere(), ReportPeriod(TODAY, TODAY, "day")
    for at, counted in (("09:59", (0, 1, 0)), ("10:00", (1, 0, 0)), ("13:00", (0, 1, 0))):
        with runtime.database.transaction() as conn:
            conn.execute(
                "UPDATE delivery_items i SET state = 'delivered', proof = 'code',"
                " approached_at = %(at)s, finished_at = %(at)s FROM promised_windows w"
                " WHERE w.item_id = i.id",
                {"at": f"{TODAY} {at}+05:30"},
            )
            of = [MEASURES["windows"]]
            found = measuring.over_time(conn, of, month, where, runtime.now())
            assert measuring.summed(found["windows"]).values == counted
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE promised_windows SET made_at = made_at - interval '31 days'")
    long_ago = runtime.now() - timedelta(days=400)
    list(retention.purge(purging, Kept(long_ago, long_ago, runtime.now(), "root")))
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT count(*) FROM promised_windows").fetchone() == (0,)
