"""The reading of free text: first brought to a normal form, then understood. Pure."""
