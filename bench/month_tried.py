"""What nobody knows well of the simulated month, with a low and a high value of each rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Those on which most hangs are the first: a table that is ended early has them.
TRIED: Final[Mapping[str, tuple[float, float]]] = {
    "wishes": (0.1, 0.6),
    "absence": (0.15, 0.35),
    "neighbour_home": (0.3, 0.7),
    "others_home": (0.3, 0.7),
    "relayed": (0.2, 0.5),
    "relay_out": (0.2, 0.6),
    "relay_called": (0.3, 0.7),
    "stays": (0.0, 0.4),
    "at_work": (0.06, 0.2),
    "saturdays": (0.2, 0.8),
    "careful": (0.01, 0.1),
    "picking_up": (0.3, 0.9),
    "document": (0.5, 1.0),
    "agreeing": (0.5, 1.0),
    "no_network": (0.02, 0.1),
    "code_before": (0.2, 0.8),
    "telephone_off": (0.01, 0.06),
    "cannot_read": (0.05, 0.3),
    "read_to_them": (0.7, 1.0),
    "called_up": (0.4, 1.0),
    "strangers": (0.005, 0.03),
    "withdrawn": (0.2, 0.8),
    "disowning": (0.2, 0.8),
    "dishonest": (0.1, 0.3),
    "forged": (0.0, 0.8),
    "gullible": (0.02, 0.15),
    "objecting": (0.4, 0.9),
}
# Without any road nothing hangs on these.
ROADS_ALONE: Final = frozenset(
    ("agreeing", "called_up", "careful", "code_before", "document", "neighbour_home", "picking_up",
     "stays", "wishes", "withdrawn")
)  # fmt: skip
