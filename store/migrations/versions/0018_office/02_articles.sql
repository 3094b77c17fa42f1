-- postal: what is marked wherever people work with it.

CREATE INDEX articles_marked ON articles (recipient_pin)
    WHERE state IN ('booked', 'out_for_delivery', 'attempted', 'at_office')
      AND (door_only OR move_asked_at IS NOT NULL OR disputed_at IS NOT NULL
           OR recall_asked_at IS NOT NULL);
COMMENT ON INDEX articles_marked IS
    'Articles about which fraud was reported, or that are to go elsewhere: counted on every page.';
