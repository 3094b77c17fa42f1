"""Who: a thief with every row of the database, a backup, or the role that reads it.

Wants: codes that are out, digits that move an article, PINs and second factors.
In the way: docs/developing/trust.md rule 14, rule I6
Told: nobody can be: so nothing that opens anything is in a row, in clear or as a digest alone.
"""

from __future__ import annotations

import re

from psycopg import sql

from tests.rigs.scene import ARTICLE, FRIEND, HOLDER, POSTMAN, SENDER, Scene


def rows(scene: Scene) -> str:
    with scene.runtime.database.transaction() as conn:
        names = conn.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND NOT relispartition AND relnamespace = 'public'::regnamespace"
        )
        return "\n".join(
            row[0]
            for (name,) in names.fetchall()
            for row in conn.execute(
                sql.SQL("SELECT {0}::text FROM {0}").format(sql.Identifier(name))
            ).fetchall()
        )


def test_no_row_has_what_opens_or_moves_anything(scene: Scene) -> None:
    supervisor = scene.supervisor()
    scene.steps(
        f"{SENDER} > {ARTICLE} {FRIEND} {{quote {SENDER}}}",
        f"{HOLDER} > 1 {{quote {HOLDER}}}",
        f"list 1001: {ARTICLE}",
        f"{POSTMAN} > 1",
        f"{POSTMAN} > 1 {{wrong {FRIEND}}}",
        f"{FRIEND} > {{code {FRIEND}}}",
    )
    kept = rows(scene)
    code, quote = scene.player.codes[FRIEND][-1], scene.player.quotes[HOLDER][-1]
    assert ARTICLE in kept
    assert not re.search(rf"(?<!\d){code}(?!\d)", kept)
    assert not re.search(rf"1 {quote}\b", kept)
    assert scene.player.token not in kept
    assert "2468" not in re.sub(r"argon2[^,)]*|\\\\x[0-9a-f]+", "", kept)
    assert supervisor.client.get_cookie(scene.app.config["SESSION_COOKIE_NAME"]) is not None
    # The code is under the article's lock with its salt; without the key it is none.
    assert scene.rows("SELECT count(*) FROM codes WHERE dead_at IS NULL") == [(1,)]
    assert scene.is_safe("out_for_delivery", FRIEND)
