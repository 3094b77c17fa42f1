"""What the post office knows: articles, delivery lists, people, codes, handover.

Plain functions that take a connection; who calls them has opened the transaction.
"""
