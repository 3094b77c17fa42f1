"""The one turn behind every door: texts, dials, calls, desk, postmen, office and counter.

A door turns what came into an event; `turn` locks (`locking`), reads (`facts`), lets the machine
decide, and applies the decision in one transaction.
"""
