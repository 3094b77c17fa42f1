-- postal/privacy: how far a purge has come, month by month. One mark over all months passed rows over when a
-- clock was wrong: ids begin with the month, so those of a month that came too early lie beyond all others.

CREATE TABLE purge_marks (
    kind      text NOT NULL,
    month     bigint NOT NULL,
    upto      bigint NOT NULL,
    purged_at timestamptz,
    PRIMARY KEY (kind, month)
);
COMMENT ON TABLE purge_marks IS
    'postal/privacy: How far each kind of purge has come in each month: each row is looked at once, however often '
    'the purge runs.';
COMMENT ON COLUMN purge_marks.month IS 'Its number (month_number); the ids begin with it.';
COMMENT ON COLUMN purge_marks.upto IS 'The highest id of the month that was looked at.';
COMMENT ON COLUMN purge_marks.purged_at IS
    'When it was looked at, by the clock of the purge: a purge long after the last asks whether the clock is right.';

-- Numbers from the sequence grow over all months: what was passed has lower ones than the mark has.
INSERT INTO purge_marks (kind, month, upto)
SELECT kind, month, month * 1000000000000 + upto % 1000000000000
FROM purges, generate_series(0, upto / 1000000000000) AS month WHERE upto > 0;

COMMENT ON TABLE purges IS
    'postal/privacy: Was replaced by purge_marks; the release before this still writes it.';
