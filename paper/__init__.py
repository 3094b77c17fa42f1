"""What the post office prints: receipts and delivery slips. Values in, bytes of a PDF out.

Pure layout: no database, no web. content.py says what stands on them, words/ how it is said.
"""
