"""Train the next dictionary of our texts (store/wording.py) from catalogue and simulated month.

    .venv/bin/python script/train_texts.py [ARTICLES]

Writes `store/phrases/<next number>.zstd`; from then on new messages are packed with it. An older
one is never changed and never removed: rows name theirs by its number, of which there are 255.
Train a new one when much of the catalogue is written anew (`./script/bench bytes`), not for each
new text. All values are invented: the dictionary holds nobody's.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import zstandard

HOUSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOUSE))

from bench.month import run, thrown_away  # noqa: E402
from bench.month_world import Plan  # noqa: E402
from messages.catalogue import CODE, LANGUAGES, QUOTE, VARIABLE, catalogue  # noqa: E402
from messages.render import CODE_MASK, QUOTE_MASK  # noqa: E402
from messages.values import Kind, Number  # noqa: E402
from store import wording  # noqa: E402
from store.database import Database  # noqa: E402

_BYTES = 32_768
_MONTHS = 1_500  # texts of the month, beside each of the catalogue four times
_MASKS = {CODE: CODE_MASK, QUOTE: QUOTE_MASK}


def main(articles: int) -> None:
    chance = random.Random(17)  # noqa: S311 (invented values)
    written = list(_of_month(articles))
    chance.shuffle(written)
    samples: list[bytes | bytearray | memoryview[int]] = [
        *2 * list(_of_catalogue(chance)),
        *written[:_MONTHS],
    ]
    made = zstandard.train_dictionary(_BYTES, samples, level=9)
    place = wording.SHELF.folder
    place.mkdir(exist_ok=True)
    number = max((int(path.stem) for path in place.glob("*.zstd")), default=0) + 1
    (place / f"{number}.zstd").write_bytes(made.as_bytes())
    print(f"dictionary {number}: {len(samples)} texts, {len(made.as_bytes())} bytes")


def _of_catalogue(chance: random.Random) -> Iterator[bytes]:
    """Yield every text in every language, twice, with values of its variables."""
    texts = catalogue()
    for language in LANGUAGES:
        for name, text in sorted(texts.texts[language].items()):
            template = texts.templates.get(name)
            kinds = {each.name: each.kind for each in template.variables} if template else {}
            for _ in range(2):
                values = {
                    each: _value(kind, chance) for each, kind in kinds.items() if each not in _MASKS
                }
                shown = {**values, **_MASKS}
                body = VARIABLE.sub(lambda found, shown=shown: str(shown.get(found[1], "")), text)  # type: ignore[misc]
                yield wording.sample(body, values)


def _value(kind: Kind, chance: random.Random) -> int | str:
    if isinstance(kind, Number):
        return chance.randint(kind.least, min(kind.most, kind.least + 2000))
    return "".join(chance.choice("0123456789") if each.isdigit() else each for each in kind.sample)


def _of_month(articles: int) -> Iterator[bytes]:
    with thrown_away() as settings:
        run(settings, Plan(articles=articles))
        database = Database(settings.database_url, 1)
        database.open()
        with database.transaction() as conn:
            rows = conn.execute(
                "SELECT body, variables, said FROM messages WHERE direction = 'out' ORDER BY id"
            ).fetchall()
        database.close()
    for body, variables, said in rows:
        yield wording.sample(wording.body_of(body, said), wording.values_of(variables, said) or {})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 800)
