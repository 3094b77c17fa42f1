"""What a message says is packed and read whole again, whatever the catalogue says since."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.catalogue import LANGUAGES, VARIABLE, catalogue
from postal.desk import timeline
from store import wording
from store.trained import UnknownDictionary
from tests.rigs.transcript import Player

# Never changed, never removed: rows name theirs by its number. A new one is a new line.
_KEPT = {
    "1.zstd": "fc1ea819ae46ab868d70cdd727bcd0df1b0995f14c35d6b37c29e71b17e235b1",
}
_VALUES = st.dictionaries(st.text(), st.integers(-(2**53), 2**53) | st.text(), max_size=4)
_WORDS = st.text().filter(lambda words: "\0" not in words)


@given(body=_WORDS, values=_VALUES | st.none())
def test_what_was_packed_is_read_whole(body: str, values: dict[str, int | str] | None) -> None:
    assert wording.unpack(wording.pack(body, values)) == (body, values)


def test_each_text_of_the_catalogue_is_short() -> None:
    said = [
        wording.pack(VARIABLE.sub("6785", text), {})
        for language in LANGUAGES
        for text in catalogue().texts[language].values()
    ]
    assert sum(map(len, said)) / len(said) < 80  # bytes, of 190


def test_a_message_says_what_was_rendered_also_when_it_was_stored_before(player: Player) -> None:
    player.step("article EU123456785IN to +919876500001 en")
    with player.runtime.database.transaction() as conn:
        (id_, body, said) = conn.execute(
            "SELECT id, body, said FROM messages WHERE phone = '+919876500001'"
        ).fetchone() or (0, None, b"")
        (packed,) = timeline.texts(conn, [id_])
        conn.execute(
            'UPDATE messages SET said = NULL, body = %s, variables = \'{"article": "x"}\'',
            ["as it was written before"],
        )
        (plain,) = timeline.texts(conn, [id_])
    assert body == ""
    assert "EU123456785IN" in packed.body
    assert packed.variables == {"article": "EU123456785IN"}
    assert wording.unpack(said) == (packed.body, packed.variables)
    assert (plain.body, plain.variables) == ("as it was written before", {"article": "x"})


def test_no_dictionary_is_ever_changed_or_removed() -> None:
    found = {
        path.name: sha256(path.read_bytes()).hexdigest() for path in wording.SHELF.folder.iterdir()
    }
    assert found == _KEPT


def test_rows_of_a_newer_release_are_said_to_be_so() -> None:
    with pytest.raises(UnknownDictionary, match=r"texts of dictionary 99 .* newer release"):
        wording.unpack(b"\x63" + wording.pack("Hello", None)[1:])
