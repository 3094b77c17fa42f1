-- postal: what a postman offers to a colleague, who takes it over by his own word.

CREATE TABLE offers (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    from_id  bigint NOT NULL REFERENCES staff,
    to_id    bigint NOT NULL REFERENCES staff,
    asked_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome  text CHECK (outcome IN ('taken', 'declined', 'lapsed', 'gone', 'replaced')),
    CHECK (from_id <> to_id),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
COMMENT ON TABLE offers IS
    'postal: Items that a postman offers to a colleague. Nothing moves before the colleague''s yes.';
COMMENT ON COLUMN offers.outcome IS
    'NULL: he has not answered. gone: nothing was left to be taken over, or it did not fit on his '
    'list. replaced: all of it was offered again.';
CREATE UNIQUE INDEX offers_from ON offers (from_id, to_id, asked_at) WHERE ended_at IS NULL;
COMMENT ON INDEX offers_from IS 'All that one text offers to one colleague is one offer.';
CREATE INDEX offers_to ON offers (to_id) WHERE ended_at IS NULL;

CREATE TABLE offered_items (
    offer_id bigint NOT NULL REFERENCES offers,
    item_id  bigint NOT NULL REFERENCES delivery_items,
    PRIMARY KEY (offer_id, item_id)
);
COMMENT ON TABLE offered_items IS
    'postal: The items of one offer. One that is offered again leaves the offer of before, if open.';
CREATE INDEX offered_items_item ON offered_items (item_id);
