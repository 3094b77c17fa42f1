"""Carriers, a folder each: `receive` and `send` with the types of `base.py`."""
