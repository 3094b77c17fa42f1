-- postal: whom a text named as a nominee becomes the holder once the addressee's telephone was told.
ALTER TABLE nominees ADD COLUMN signed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN nominees.signed IS
    'Two of an office asked him, and no text that may be forged.';
COMMENT ON COLUMN nominees.holds_from IS
    'From when the code goes to the nominee: until then the addressee, who was told, can object. NULL of one who agreed: no alarm about it arrived there yet.';
COMMENT ON INDEX nominees_untold IS
    'postal/nominees.py: the few who agreed, and of whom the addressee is still to be told.';
