-- postal: whose reports of fraud count towards the warning of a herd.

CREATE FUNCTION had_code(whose phone, there pin, day date) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM messages m JOIN codes c ON c.id = m.code_id JOIN articles a ON a.id = c.article_id
    WHERE m.phone = whose AND m.direction = 'out' AND a.recipient_pin = there
      AND c.released_at < (day + 1)::timestamp AT TIME ZONE 'Asia/Kolkata'
      AND least(c.expires_at, c.used_at, c.dead_at) >= day::timestamp AT TIME ZONE 'Asia/Kolkata');
COMMENT ON FUNCTION had_code(phone, pin, date) IS
    'postal: whether a code for an article in that PIN was sent to the telephone, and live on that '
    'day (Asia/Kolkata). Only such telephones are counted before a herd is warned.';
