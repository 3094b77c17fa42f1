"""The rules of docs/developing/trust.md, each broken on purpose: exploring must find every one.

A search that finds nothing says little until it is known what it would have found. `breaking` holds
the ways to break the machines for a while, `table` what is broken and which promise that breaks.
"""
