"""The UPI link that a QR code encodes, by NPCI's "UPI Linking Specifications" 1.6 (November 2017).

`pa` payee's UPI id · `pn` payee's name · `tr` the merchant's reference, 35 characters at most ·
`tn` a note · `am` rupees with two decimals · `cu` INR.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from india.money import rupees

LONGEST_TR = 35


def pay(pa: str, pn: str, tr: str, tn: str, paise: int) -> str:
    """Return the link. `paise` is at least one. Raises ValueError for a reference that is unfit."""
    if not 1 <= len(tr) <= LONGEST_TR or not tr.isalnum():
        raise ValueError(f"a UPI reference has 1 to {LONGEST_TR} letters and digits")
    fields = {"pa": pa, "pn": pn, "tr": tr, "tn": tn, "am": rupees(paise), "cu": "INR"}
    # No "+" for a space: UPI applications show it. "@" is not encoded: some do not decode `pa`.
    return "upi://pay?" + urlencode(fields, quote_via=quote, safe="@")
