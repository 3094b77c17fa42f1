"""Files of articles and of delivery lists: read, checked row by row, and kept until they are done.

What books and announces stands above, in `imports/importer.py`; docs/imports.md says what a file
may hold.
"""
