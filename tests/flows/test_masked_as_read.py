"""Whatever a text's grammar takes for a telephone is masked, whatever divides its digits."""

from __future__ import annotations

from hypothesis import assume, example, given
from hypothesis import strategies as st

from flows.events import ReportFraud, SomebodyElse
from flows.grammar.person import recipient
from india import signs
from india.masks import veiled

_GROUPS = st.sampled_from(("98 12 34 56 78", "9 8 1 2 3 4 5 6 7 8", "98123 45678", "981 234 5678"))
# With any other sign it is no exact command, and no telephone is read.
_SIGNS = st.text(" ,.-/()+:;!'\"–—…*_।\u00a0\u2009\u200b", min_size=1, max_size=3)


@given(_GROUPS, _SIGNS, st.sampled_from("35"))
@example("98 12 34 56 78", ",", "5")
@example("98 12 34 56 78", "+", "5")
@example("98 12 34 56 78", "*", "5")
@example("98 12 34 56 78", " – ", "5")
@example("98 12 34 56 78", "।", "5")
def test_a_telephone_that_is_read_is_masked(groups: str, sign: str, digit: str) -> None:
    text = f"{digit} {groups.replace(' ', sign)}"
    event = recipient(text).event
    named = event.phone if isinstance(event, SomebodyElse) else None
    named = event.named if isinstance(event, ReportFraud) else named
    assume(named == "+919812345678")
    shown = "".join(each for each in signs.plain(veiled(text)[2:]) if each.isdigit())
    assert shown == "5678"
