"""Articles, delivery lists, people, codes and handover: what the post office knows.

Plain functions that take a connection; their caller has opened the transaction.
"""
