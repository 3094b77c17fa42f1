"""Who is known: staff, contacts, PINs, accounts, sign-ins, tokens, and who looked at what."""
