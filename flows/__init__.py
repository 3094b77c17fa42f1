"""Conversations as state machines. Pure: no clock, no chance, no database, no web.

`grammar` turns a text into a typed event, a machine (`recipient`, `postman`, `sender`, `office`,
`stranger`) decides on an event in a state with the facts of the moment, and `machine.decide` checks
that the decision keeps to what the machine declares. Time, ids and code checks arrive in the facts.
"""
