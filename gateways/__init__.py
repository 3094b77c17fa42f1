"""Carriers, a folder each: `receive` and `send` behind the types of `base.py`."""
