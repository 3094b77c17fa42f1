"""Files of articles and of delivery lists: read, checked row by row, and kept until they are done.

`imports/importer.py` books and announces; docs/imports.md says what a file may hold.
"""
