-- postal: who consented and who signed stays as it was written. Which columns change at all is a
-- matter of rights (store/rights.py); that they change once, of these.

CREATE FUNCTION move_has_ended() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'move % has ended: what became of it stays', OLD.id;
END $$;
COMMENT ON FUNCTION move_has_ended() IS 'Refuse to change what became of a move.';
CREATE TRIGGER moves_stay BEFORE UPDATE OF ended_at, outcome, consent ON moves FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL AND (OLD.ended_at, OLD.outcome, OLD.consent)
          IS DISTINCT FROM (NEW.ended_at, NEW.outcome, NEW.consent))
    EXECUTE FUNCTION move_has_ended();

CREATE FUNCTION request_is_signed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'request % is signed or decided: by whom, and when, stays', OLD.id;
END $$;
COMMENT ON FUNCTION request_is_signed() IS 'Refuse to change a signature or a decision of a request.';
CREATE TRIGGER requests_stay
    BEFORE UPDATE OF state, decided_by, decided_at, refused_as, signed_by, signed_at, office_id
    ON requests FOR EACH ROW
    WHEN ((OLD.signed_by IS NOT NULL AND (OLD.signed_by, OLD.signed_at, OLD.office_id)
           IS DISTINCT FROM (NEW.signed_by, NEW.signed_at, NEW.office_id))
          OR (OLD.state <> 'waiting' AND (OLD.state, OLD.decided_by, OLD.decided_at, OLD.refused_as,
                                          OLD.signed_by, OLD.signed_at)
              IS DISTINCT FROM (NEW.state, NEW.decided_by, NEW.decided_at, NEW.refused_as,
                                NEW.signed_by, NEW.signed_at)))
    EXECUTE FUNCTION request_is_signed();
