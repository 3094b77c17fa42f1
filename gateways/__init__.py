"""One file per carrier, two verbs each: `receive` and `send`. See `base.py`."""
