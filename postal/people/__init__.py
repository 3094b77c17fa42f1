"""People on record: staff, contacts, PINs, accounts, sign-ins, tokens, and the access log."""
