-- postal: reports of fraud, the warnings that follow, and telephones that send too much.

CREATE TABLE fraud_reports (
    phone    phone NOT NULL,
    day      date NOT NULL,
    pin      pin NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (pin, day, phone)
);
COMMENT ON TABLE fraud_reports IS
    'postal: Telephones that reported fraud. Three of one PIN on one day start a herd warning.';
COMMENT ON COLUMN fraud_reports.day IS 'In Asia/Kolkata.';

CREATE TABLE herd_warnings (
    pin      pin NOT NULL,
    day      date NOT NULL,
    cause    text NOT NULL CHECK (cause IN ('reports', 'help_desk')),
    at       timestamptz NOT NULL,
    done_at  timestamptz,
    PRIMARY KEY (pin, day)
);
COMMENT ON TABLE herd_warnings IS
    'postal: Warnings of fraud to everybody in a PIN who expects an article that day.';
COMMENT ON COLUMN herd_warnings.done_at IS 'When the last of them was warned. NULL: under way.';

CREATE TABLE herd_warned (
    phone    phone NOT NULL,
    day      date NOT NULL,
    PRIMARY KEY (phone, day)
);
COMMENT ON TABLE herd_warned IS
    'postal: Telephones that a herd warning has reached: each is warned once a day.';

CREATE TABLE named_numbers (
    named    phone NOT NULL,
    phone    phone NOT NULL,
    day      date NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (day, named, phone)
);
COMMENT ON TABLE named_numbers IS
    'postal: Telephone numbers that recipients named because they had called and asked for a code.';
COMMENT ON COLUMN named_numbers.named IS 'The number that called.';
COMMENT ON COLUMN named_numbers.phone IS 'The telephone that reported it.';
COMMENT ON COLUMN named_numbers.day IS 'In Asia/Kolkata.';

CREATE TABLE inbound_floods (
    phone    phone NOT NULL,
    hour     timestamptz NOT NULL,
    count    integer NOT NULL,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (phone, hour)
);
COMMENT ON TABLE inbound_floods IS
    'postal: Telephones that sent more texts in an hour than are read. The excess is counted here '
    'and not kept.';
CREATE INDEX inbound_floods_hour ON inbound_floods (hour);
