"""Conversations as state machines. Pure: no clock, no randomness, no database, no web.

`grammar` turns a text into a typed event, a machine (`recipient`, `postman`, `sender`, `office`,
`stranger`) decides on an event in a state with the facts of the moment, and `machine.decide` checks
the decision against the machine's declaration. Time, ids and code checks arrive in the facts.
"""
