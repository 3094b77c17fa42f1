"""The directory of PINs as it is loaded from the file: whole, quick, and again without harm."""

from __future__ import annotations

import csv
import gzip
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from postal.counter import directory, directory_load, post_offices
from postal.counter.directory import Place, UnknownPin, find, great_circle_km, is_loaded
from postal.counter.post_offices import NoDirectory, PostOffice
from runtime import Runtime

_COLUMNS: list[object] = [
    "Pincode", "Name", "BranchType", "DeliveryStatus",
    "District", "State", "Latitude", "Longitude",
]  # fmt: skip


@pytest.fixture
def flask(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def stamp(runtime: Runtime) -> list[tuple[Any, ...]]:
    """Which version of each row there is: it changes where the row is written."""
    with runtime.database.transaction() as conn:
        return conn.execute("SELECT pin, xmin::text FROM pin_directory ORDER BY pin").fetchall()


def test_it_is_loaded_whole_and_a_second_time_changes_nothing(
    runtime: Runtime, flask: FlaskCliRunner
) -> None:
    answer = flask.invoke(args=["directory", "load", "--if-missing"])
    assert answer.exit_code == 0, answer.output
    assert "19586 PINs" in answer.output
    first = stamp(runtime)
    assert len(first) == 19_586
    with runtime.database.transaction() as conn:
        place = find(conn, "273303")
        assert (place.office, place.district) == ("Maharajganj H.O", "Maharajganj")
        assert find(conn, "110001").office == "New Delhi GPO"
        assert find(conn, "273001").office == "Gorakhpur HO"
        # By road 300 km and 1,500 km.
        assert great_circle_km(place, find(conn, "226001")) in range(230, 290)
        assert great_circle_km(place, find(conn, "400001")) in range(1350, 1500)
        unplaced = conn.execute("SELECT 1 FROM pin_directory WHERE latitude IS NULL").fetchone()
        assert unplaced is None
        conn.execute("UPDATE pin_directory SET office = 'Elsewhere' WHERE pin = '273001'")
        conn.execute("INSERT INTO pin_directory VALUES ('999999', 'Gone', 'X', 'Y', NULL, NULL)")
    assert "is there" in flask.invoke(args=["directory", "load", "--if-missing"]).output
    flask.invoke(args=["directory", "load"])
    second = stamp(runtime)
    assert [pin for pin, _ in second] == [pin for pin, _ in first]
    changed = [pin for (pin, one), (_, other) in zip(first, second, strict=True) if one != other]
    assert changed == ["273001"]


def written(path: Path, rows: list[list[object]]) -> Path:
    """A file of post offices with these rows, the first of which is the columns'."""
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path


def test_the_file_has_every_office_with_all_that_is_used_of_it() -> None:
    offices = list(post_offices.read())
    assert len(offices) == 165_627
    assert len({office.pin for office in offices}) == 19_586
    assert [office.pin for office in offices] == sorted(office.pin for office in offices)
    assert offices[0].pin == "110001"
    gorakhpur = [office for office in offices if office.pin == "273001"]
    assert (
        PostOffice(
            pin="273001",
            name="Gorakhpur HO",
            branch="HO",
            delivers=True,
            district="GORAKHPUR",
            state="UTTAR PRADESH",
            place=(26.7540833, 83.3724167),
        )
        in gorakhpur
    )
    assert sum(office.district == "" for office in offices) == 715
    assert sum(office.branch == "HO" for office in offices) == 811
    assert sum(not office.delivers for office in offices) == 7_726
    assert sum(office.place is None for office in offices) == 14_626


def test_one_office_far_off_does_not_move_its_pin(tmp_path: Path, runtime: Runtime) -> None:
    office = [273303, "A  B.O", "BO", "Delivery", "MAHARAJGANJ", "UTTAR PRADESH"]
    path = written(
        tmp_path / "offices.csv.gz",
        [
            _COLUMNS,
            *(
                [*office, latitude, 83.5]
                for latitude in (27.1, 27.2, 27.3, 8.5, 99.0, None, "26.9 N")
            ),
        ],
    )
    runtime.database.run(lambda conn: directory_load.load(conn, path))
    with runtime.database.transaction() as conn:
        assert find(conn, "273303") == Place(
            "273303", "A B.O", "Maharajganj", "Uttar Pradesh", 27.15, 83.5
        )


def test_a_file_that_is_not_as_it_was_is_named(tmp_path: Path, runtime: Runtime) -> None:
    changed = written(tmp_path / "offices.csv.gz", [["PIN"], [273303]])
    short = written(tmp_path / "short.csv.gz", [_COLUMNS, [273303, "A B.O"]])
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(post_offices.OFFICES.read_bytes()[:10_000])
    for path, named in (
        (changed, "Pincode"),
        (short, "short.csv.gz"),
        (torn, "torn.csv.gz"),
        (tmp_path / "gone.csv.gz", "gone.csv.gz"),
    ):
        with pytest.raises(NoDirectory, match=named):
            runtime.database.run(partial(directory_load.load, path=path))
    with runtime.database.transaction() as conn:
        assert not is_loaded(conn)
        with pytest.raises(UnknownPin, match="check it with the customer"):
            find(conn, "273303")


def test_great_circles() -> None:
    def at(latitude: float | None, longitude: float | None) -> Place:
        return Place("100000", "", "", "", latitude, longitude)

    assert great_circle_km(at(0, 0), at(0, 90)) == 10_008  # a quarter of the way around
    assert great_circle_km(at(27.1, 83.5), at(27.1, 83.5)) == 0
    assert great_circle_km(at(None, 83.5), at(27.1, 83.5)) is None
    assert directory.great_circle_km(at(27.1, 83.5), at(27.1, None)) is None
