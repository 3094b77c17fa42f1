"""The outbox: every text that leaves goes through here, from the row to the carrier and back."""
