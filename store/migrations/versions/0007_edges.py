"""Names are found however they are typed: one function says what two spellings have in common."""

from alembic import op

revision = "0007_edges"
down_revision = "0005_factors_and_sign_ins"
branch_labels = None
depends_on = None
phase = "stop"

# NFKD divides U+095C and a letter with its dot alike, and makes blanks of all widths one. Dropped
# are joiners, marks of direction, soft hyphens, fillers, and apostrophes.
_ALIKE = r"""
CREATE FUNCTION alike(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(btrim(regexp_replace(
    translate(normalize(name, NFKD),
        U&'\00ad\034f\061c\115f\1160\180e\200b\200c\200d\200e\200f\202a\202b\202c\202d\202e'
        '\2060\2061\2062\2063\2064\2066\2067\2068\2069\feff''\2019\2018\02bc`', ''),
    '[\s_]+', ' ', 'g')));
COMMENT ON FUNCTION alike(text) IS
    'postal/people: what all ways to type a name have in common, for searches.';
CREATE FUNCTION alike_prefix(typed text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(nullif(alike(typed), ''), '([\\%_])', '\\\1', 'g') || '%';
COMMENT ON FUNCTION alike_prefix(text) IS
    'postal/people: the pattern of LIKE for names that begin as what was typed.';
DROP INDEX staff_name;
CREATE INDEX staff_name ON staff (alike(name) text_pattern_ops);
DROP INDEX offices_name;
CREATE INDEX offices_name ON offices (alike(name) text_pattern_ops);
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(_ALIKE.replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
