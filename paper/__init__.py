"""The print of the post office: receipts and delivery slips. Values in, bytes of a PDF out.

Pure layout, without database and web. content.py defines the values, words/ has the sentences.
"""
