"""The small world of `flask flows prove`: books of values, in which the real machines decide.

`doors` takes a line of a story (the lines of tests/transcripts), `turn` lets the machines decide
and tells those concerned as conversation/turn.py does, `reading` tells them what postal/facts.py
would, and `ledger`, with `writing_door` and `writing_wishes`, does the acts as postal/acts does. No
rule is stated here a second time; what is mirrored are the books. tests/flows/test_world.py plays
the same stories in both worlds.
"""
