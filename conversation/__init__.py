"""The doors by which events come in, and the one turn that they share.

A door makes an event of what came: `inbound` of a text, `ussd` of a dial, `timers` of the clock,
`announce` and `herd` of what happened to articles, `desk`, `postmen`, `office` and `counter` of
people's work there. `turn` locks (`locking`), reads (`facts`), lets the machine decide, and
applies the decision in one transaction. A contract in `pyproject.toml` keeps this order.
"""
