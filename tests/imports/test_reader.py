"""Reading files as the world makes them: pure, from bytes to rows and from cells to values."""

from __future__ import annotations

import codecs
import csv
import io
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imports import article_rows, cells, encodings, list_rows, table
from imports.cells import Bad
from imports.faults import FileRefused
from imports.table import FileRow, Table
from tests.rigs.api_calls import number_of
from tests.rigs.imports import HEADER, LIST_HEADER, row, text
from web.staff.tables import lines

HINDI = "रामावती देवी"


def read(content: bytes, piece: int = 7) -> tuple[str, Table, list[FileRow]]:
    """As the worker does, in pieces of `piece` bytes."""
    pieces = [content[at : at + piece] for at in range(0, len(content), piece)]
    encoding = encodings.recognise(pieces)
    found = table.read(encodings.decode(pieces, encoding))
    return encoding, found, list(found.rows)


def refused(content: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as refusal:
        read(content)
    return refusal.value


# ---- letters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoded", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-be-mark", "UTF-16"),
        ("utf-16-le", "UTF-16LE"),
        ("utf-16-be", "UTF-16BE"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_hindi_comes_through_whatever_saved_the_file(
    encoded: str, said: str, separator: str
) -> None:
    content = text([row(1)], separator=separator)
    raw = (
        codecs.BOM_UTF16_BE + content.encode("utf-16-be")
        if encoded == "utf-16-be-mark"
        else content.encode(encoded)
    )
    encoding, found, rows = read(raw)
    assert (encoding, found.separator) == (said, separator)
    assert found.header == HEADER
    assert rows[0].cells[2] == HINDI


def test_windows_1252_is_said_and_its_hindi_is_refused() -> None:
    raw = text([row(1, sender_name="Café Coffee", recipient_name="??????? ????")]).encode("cp1252")
    encoding, found, rows = read(raw)
    assert encoding == "Windows-1252"
    said = article_rows.read(found.layout.fields, rows[0].cells, "hi")
    assert [(fault.column, fault.reason) for fault in said.faults] == [
        ("recipient_name", "letters_lost")
    ]
    assert rows[0].cells[6] == "Café Coffee"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "empty"),
        (text([]).encode(), "no_rows"),
        (b"PK\x03\x04 and so on", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", "workbook"),
        (b"%PDF-1.7", "no_text"),
        (b"article,service\n\x81\x8d\x9d\n", "encoding"),
        (codecs.BOM_UTF16_LE + b"a\x00b", "encoding"),
        (b"one,two\n1,2\n", "columns_missing"),
        (text([row(1)], header=(*HEADER[:-1], "sender")).encode(), "column_twice"),
        (text([]).encode() + b'"' + b"x" * 200_000, "cell_too_long"),
    ],
)
def test_what_is_no_file_of_ours_is_refused_whole(content: bytes, reason: str) -> None:
    assert refused(content).reason == reason


def test_a_quote_that_is_never_closed_is_named_by_its_line() -> None:
    lines = text([row(n, recipient_address="Bagapar") for n in range(1, 3001)]).splitlines()
    lines[9] = lines[9].replace("रामावती", '"रामावती', 1)
    refusal = refused("\n".join(lines).encode())
    assert (refusal.reason, refusal.line) == ("quote_open", 10)
    short = refused((text([row(1)]) + 'EU,"open').encode())
    assert (short.reason, short.line) == ("quote_open", 3)


# ---- rows ----------------------------------------------------------------------------------------


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    two_lines = row(2, recipient_address="Ward 4\nDhanewa")
    content = "sep=;\r\n\r\n" + text([row(1), two_lines, row(3)], separator=";")
    _, found, rows = read(content.encode())
    assert found.separator == ";"
    assert [each.line for each in rows] == [4, 5, 7]
    said = article_rows.read(found.layout.fields, rows[1].cells, "hi")
    assert said.article is not None
    assert said.article.recipient_address == "Ward 4, Dhanewa"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("piece", [1, 2, 5, 1000])
def test_every_line_end_in_every_piece(end: str, piece: int) -> None:
    content = end.join(text([row(1), row(2)]).splitlines()) + end
    _, _, rows = read(content.encode(), piece)
    assert [(each.line, each.cells[0]) for each in rows] == [
        (2, number_of(1)),
        (3, number_of(2)),
    ]


def test_rows_that_do_not_fit_the_header_are_named_and_the_others_are_read() -> None:
    good = text([row(1)]).splitlines()
    lines = [good[0], "a,b", good[1] + ",,,", good[1] + ",x", '"a"b,c', "", good[1]]
    _, _, rows = read("\n".join(lines).encode())
    said = [(each.line, each.fault.reason if each.fault else None) for each in rows]
    assert said == [
        (2, "cells_too_few"),
        (3, None),
        (4, "cells_too_many"),
        (5, "quotes"),
        (7, None),
    ]


def test_columns_are_known_in_english_and_hindi_and_others_are_left() -> None:
    hindi = ("डाकिया", "तारीख", "डाक नंबर", "टिप्पणी")
    _, found, _ = read(text([["1001", "x", "y", "z"]], header=hindi).encode())
    assert found.layout.kind == "lists"
    assert found.layout.fields == ("postman", "date", "number", "")
    loud = tuple(f"  {name.upper().replace(' ', '_')} " for name in HEADER)
    _, found, _ = read(text([row(1)], header=loud).encode())
    assert found.layout.kind == "articles"


@given(st.binary(max_size=400))
@example(codecs.BOM_UTF16_LE + b"\x00\xd8" * 3)
@example(b"article\x00,service\n\x00")
def test_no_bytes_break_the_reader(content: bytes) -> None:
    header = text([]).encode()
    for raw in (content, header + content, codecs.BOM_UTF16_LE + content):
        try:
            _, found, rows = read(raw, 64)
        except FileRefused:
            continue
        for each in rows:
            assert "\x00" not in "".join(each.cells)
            if each.fault is None:
                article_rows.read(found.layout.fields, each.cells, "hi")


_CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"),
    max_size=20,
).map(str.strip)


@given(
    st.lists(st.lists(_CELL, min_size=9, max_size=9), min_size=1, max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.integers(1, 50),
)
def test_what_a_spreadsheet_writes_comes_back(
    rows: list[list[str]], separator: str, encoded: str, piece: int
) -> None:
    rows = [each for each in rows if any(each)] or [["x"] * 9]
    raw = text(rows, separator=separator).encode(encoded)
    _, _, found = read(raw, piece)
    assert [list(each.cells) for each in found] == rows


# ---- cells ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reader", "cell", "value"),
    [
        (cells.phone, "98390 12345", "+919839012345"),
        (cells.phone, "'09839012345", "+919839012345"),
        (cells.phone, "+91-98390-12345", "+919839012345"),
        (cells.phone, "919839012345", "+919839012345"),
        (cells.phone, "९८३९०१२३४५", "+919839012345"),
        (cells.phone, '="09839012345"', "+919839012345"),
        (cells.phone, "9839012345.0", "+919839012345"),
        (cells.phone, "98390\u00a012345", "+919839012345"),
        (cells.number, " eu 123456785 in ", "EU123456785IN"),
        (cells.number, "EU१२३४५६७८५IN", "EU123456785IN"),
        (cells.pin, "273 303", "273303"),
        (cells.pin, "२७३३०३", "273303"),
        (cells.pin, "273303.0", "273303"),
        (cells.staff_id, "0042", "0042"),
        (cells.amount, "₹ 1,250.00", 1250),
        (cells.amount, "Rs. 0", 0),
        (cells.amount, "२५०", 250),
        (cells.amount, "250/-", 250),
        (cells.amount, "50,000.0", 50_000),
        (cells.grams, "120 gm", 120),
        (cells.grams, "1,000", 1_000),
        (cells.grams, "२,५०० ग्राम", 2_500),
        (cells.grams, "12,000.0", 12_000),
        (cells.phone, "\u202a+91 98390\u201112345\u202c", "+919839012345"),
        (cells.phone, "+9109839012345", "+919839012345"),
        (cells.phone, "(98390) 12345", "+919839012345"),
        (cells.pin, "\u200e२७३-३०३", "273303"),
        (cells.day, "14-08-2026", date(2026, 8, 14)),
        (cells.day, "14/8/26", date(2026, 8, 14)),
        (cells.day, "2026-08-14 00:00:00", date(2026, 8, 14)),
        (cells.day, "१४.०८.२०२६", date(2026, 8, 14)),
        (cells.yes_no, "हाँ", True),
        (cells.yes_no, " No ", False),
        (cells.service, "speed_post", "speed_post"),
        (cells.service, "स्पीड पोस्ट", "speed_post"),
        (cells.language, "Roman Hindi", "hi-Latn"),
        (cells.name, " Ram Milan ", "Ram Milan"),
        (cells.name, "O'Neil", "O'Neil"),
        (cells.name, "\u200eSita\u00a0 Devi\u200b", "Sita Devi"),
    ],
)
def test_cells_as_people_write_them(reader: Any, cell: str, value: Any) -> None:
    assert reader(cell) == value


@pytest.mark.parametrize(
    ("reader", "cell", "reason"),
    [
        (cells.phone, "9.83901E+09", "scientific"),
        (cells.phone, "9,83901e+09", "scientific"),
        (cells.phone, "05512345678", "phone"),
        (cells.phone, "1234567890", "phone"),
        (cells.phone, "=A1", "formula"),
        (cells.number, "1.23457E+12", "scientific"),
        (cells.number, "EU123456784IN", "number"),
        (cells.number, "EU12345\u24006785IN", "control"),
        (cells.pin, "073303", "pin"),
        (cells.pin, "2.73E+05", "scientific"),
        (cells.amount, "250.50", "amount"),
        (cells.amount, "-5", "amount"),
        # What may be another sum than it seems.
        *((cells.amount, typed, "amount") for typed in ("1,0000", "1.000", "2,00", "1,00")),
        *((cells.amount, typed, "amount") for typed in ("1,25,00", "12,50", ",500", "0,500", "1,")),
        (cells.amount, "10,00,000", "amount_high"),
        (cells.amount, "1,000,000", "amount_high"),
        (cells.amount, "50001", "amount_high"),
        (cells.amount, "9" * 400, "amount_high"),
        (cells.grams, "0", "weight"),
        *((cells.grams, typed, "weight") for typed in ("5,00", "1.000", "1,,0", ",5", "10,0000")),
        (cells.grams, "1,000,000,000,000,000,000", "weight"),
        *((cells.name, unseen, "missing") for unseen in ("\u200b", "\u3164", "\u00ad \u2800")),
        *((cells.day, day, "date") for day in ("0001-01-01", "9999-12-31", "01-01-1999")),
        (cells.grams, "1.5 kg", "weight"),
        (cells.day, "31-02-2026", "date"),
        (cells.day, "tomorrow", "date"),
        (cells.yes_no, "perhaps", "yes_no"),
        (cells.service, "pigeon", "service"),
        (cells.name, "???? ??", "letters_lost"),
        (cells.name, "à¤°à¤¾à¤®", "letters_mixed"),
        (cells.name, "=HYPERLINK(1)", "formula"),
        (cells.name, "@SUM(1)", "formula"),
        (cells.name, "Ram\nLakhan", "line_break"),
        (cells.name, "Ram\u202e", "control"),
        (cells.name, "x" * 101, "too_long"),
        (cells.address, "x" * 301, "too_long"),
    ],
)
def test_cells_that_are_refused(reader: Any, cell: str, reason: str) -> None:
    with pytest.raises(Bad) as refusal:
        reader(cell)
    assert refusal.value.reason == reason


def test_every_bad_cell_of_a_row_is_named_at_once() -> None:
    bad = row(1, pin="", recipient_mobile="12", cod="x", service="pigeon")
    said = article_rows.read(table.read([text([bad])]).layout.fields, bad, "hi")
    assert [(fault.column, fault.reason) for fault in said.faults] == [
        ("recipient_phone", "phone"),
        ("service", "service"),
        ("recipient_pin", "missing"),
        ("cod_amount", "amount"),
    ]
    assert said.number == number_of(1)


def test_without_a_mobile_no_code_can_be_sent() -> None:
    nobody = row(1, recipient_mobile="")
    fields = table.read([text([nobody])]).layout.fields
    assert [each.reason for each in article_rows.read(fields, nobody, "hi").faults] == [
        "phone_needed"
    ]
    said = article_rows.read((*fields, "otp_required"), [*nobody, "नहीं"], "hi")
    assert said.article is not None
    assert said.article.otp_required is False


def test_the_senders_own_mobile_is_asked_back() -> None:
    one = row(1, recipient_mobile="98390 00081", sender_mobile="9839000081")
    fields = table.read([text([one])]).layout.fields
    said = article_rows.read(fields, one, "hi")
    assert [each.reason for each in said.faults] == ["phone_same"]
    assert article_rows.read((*fields, "same_phone"), [*one, "yes"], "hi").article is not None


def test_a_row_of_a_list() -> None:
    fields = table.read([text([["1001", "14-08-2026", number_of(1)]], LIST_HEADER)]).layout.fields
    said = list_rows.read(fields, ["0042", "14-08-2026", number_of(1)])
    assert (said.postman, said.date, said.number) == ("0042", date(2026, 8, 14), number_of(1))
    bad = list_rows.read(fields, ["", "x", ""])
    assert [(fault.column, fault.reason) for fault in bad.faults] == [
        ("postman", "missing"),
        ("date", "date"),
        ("number", "missing"),
    ]


def test_bad_rows_leave_without_formulas_and_come_back_as_they_were() -> None:
    safe = next(csv.reader(io.StringIO(lines([["=1+1", "+919839012345", "-x", "@y", "plain"]]))))
    assert safe == ["'=1+1", "'+919839012345", "'-x", "'@y", "plain"]
    assert cells.phone(safe[1]) == "+919839012345"
