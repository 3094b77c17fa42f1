"""The columns that a file may have, by names in English and Hindi, and the kinds of files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from imports.faults import FileRefused

Kind = Literal["articles", "lists"]
_BETWEEN: Final = re.compile(r"[\s_\-./:()*'\ufeff]+")


@dataclass(frozen=True)
class FileColumn:
    """A column. `names`, between bars: what it may be called, the template's first.

    `field`: our name for it. `hindi`: the name in the template in Hindi.
    """

    field: str
    hindi: str
    names: str
    required: bool = False

    @property
    def english(self) -> str:
        return self.names.split("|")[0]


ARTICLES: Final = (
    FileColumn("number", "डाक नंबर", "article|article number|number|barcode|डाक संख्या", True),
    FileColumn("service", "सेवा", "service|product|article type", True),
    FileColumn(
        "recipient_name",
        "पाने वाले का नाम",
        "recipient name|addressee|addressee name|प्राप्तकर्ता|प्राप्तकर्ता का नाम",
        True,
    ),
    FileColumn(
        "recipient_address",
        "पाने वाले का पता",
        "recipient address|address|पता|प्राप्तकर्ता का पता",
        True,
    ),
    FileColumn("recipient_pin", "पिन", "pin|pincode|pin code|recipient pincode|पिन कोड", True),
    FileColumn(
        "recipient_phone",
        "पाने वाले का मोबाइल",
        "recipient mobile|recipient phone|mobile|phone|addressee mobile|मोबाइल",
    ),
    FileColumn("same_phone", "भेजने वाले का ही मोबाइल", "same phone|same mobile"),
    FileColumn("recipient_language", "भाषा", "language|recipient language"),
    FileColumn("sender_name", "भेजने वाले का नाम", "sender name|sender|प्रेषक|प्रेषक का नाम", True),
    FileColumn("sender_phone", "भेजने वाले का मोबाइल", "sender mobile|sender phone|प्रेषक का मोबाइल"),
    FileColumn("otp_required", "ओटीपी", "otp|otp delivery|otp required"),
    FileColumn("registration", "रजिस्ट्री", "registration|addressee only|पंजीकरण"),
    FileColumn("cod_amount", "सीओडी रकम", "cod|cod amount|cod rupees|सीओडी"),
    FileColumn("weight_g", "वज़न ग्राम", "weight in grams|weight|weight g|weight grams|वजन|वजन ग्राम"),
    FileColumn("passport", "पासपोर्ट", "passport"),
    FileColumn("promise", "वादा घंटे", "promise hours|promise|24 or 48|speed post hours"),
    FileColumn("due_by", "कब तक", "due by|due date|deliver by"),
    FileColumn("pieces", "नग", "pieces|number of pieces|pcs"),
    FileColumn("digipin", "डिजिपिन", "digipin|digi pin"),
    FileColumn("authorised_person", "अधिकृत व्यक्ति", "authorised person|authorized person"),
)
LISTS: Final = (
    FileColumn("postman", "डाकिया", "postman|postman id|staff id|डाकिया नंबर", True),
    FileColumn("date", "तारीख", "date|delivery date|दिनांक|तारीख़", True),
    FileColumn("number", "डाक नंबर", "article|article number|number|barcode|डाक संख्या", True),
)
COLUMNS: Final[dict[Kind, tuple[FileColumn, ...]]] = {"articles": ARTICLES, "lists": LISTS}
# Our own, in a file of bad rows that is corrected and imported again.
_OWN: Final = ("line", "wrong column", "what is wrong", "पंक्ति", "गलत कॉलम", "क्या गलत है")


@dataclass(frozen=True)
class Layout:
    """The meaning of each column of a file: a field, or "" for what is not used."""

    kind: Kind
    fields: tuple[str, ...]


def lay_out(header: Sequence[str]) -> Layout:
    """Return the layout of a file with this header. Raise `FileRefused`."""
    kind: Kind = "lists" if _known(header, LISTS) & {"postman"} else "articles"
    if kind == "lists" and len(_known(header, ARTICLES)) > len(_known(header, LISTS)):
        kind = "articles"
    by_name = _by_name(COLUMNS[kind])
    fields = tuple(by_name.get(_plain(name), "") for name in header)
    for index, field in enumerate(fields):
        if field and field in fields[:index]:
            both = f"{header[fields.index(field)].strip()}, {header[index].strip()}"
            raise FileRefused("column_twice", detail=both)
    missing = [c.english for c in COLUMNS[kind] if c.required and c.field not in fields]
    if missing:
        raise FileRefused("columns_missing", detail=", ".join(missing))
    return Layout(kind, fields)


def unused(header: Sequence[str], fields: Sequence[str]) -> list[str]:
    """Return the names of columns that nothing is taken from, without our own."""
    return [
        name.strip()
        for name, field in zip(header, fields, strict=True)
        if not field and name.strip() and _plain(name) not in _OWN
    ]


def familiar(header: Sequence[str]) -> int:
    """Count the known column names in `header`: tells the right separator from a wrong one."""
    return max(len(_known(header, ARTICLES)), len(_known(header, LISTS)))


def heading(kind: Kind, language: str) -> list[str]:
    """Return the header of the template."""
    return [c.hindi if language == "hi" else c.english for c in COLUMNS[kind]]


def shown(kind: Kind | None, field: str, language: str) -> str:
    """Return the name of a field for people; return what is no field unchanged."""
    for column in COLUMNS[kind] if kind else ():
        if column.field == field:
            return column.hindi if language == "hi" else column.english
    return field


def _known(header: Sequence[str], columns: Sequence[FileColumn]) -> set[str]:
    by_name = _by_name(columns)
    return {by_name[plain] for name in header if (plain := _plain(name)) in by_name}


def _by_name(columns: Sequence[FileColumn]) -> dict[str, str]:
    return {
        _plain(name): column.field
        for column in columns
        for name in (column.field, column.hindi, *column.names.split("|"))
    }


def _plain(name: str) -> str:
    return _BETWEEN.sub(" ", unicodedata.normalize("NFC", name)).strip().casefold()
