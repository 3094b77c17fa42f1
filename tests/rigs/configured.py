"""A carrier by a profile of the tests' own: as Indian aggregators are, on the stub carrier.

It takes no validity, reports on each part where it says so, stamps its receipts, and names what
operators drop. `CarrierStub.messages` holds what it took.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from settings import Settings
from tests.rigs.carrier_stub import CONFIGURED, CarrierStub
from tests.rigs.transcript import Player

SECRET = "hook-secret-of-the-aggregator"
_PROFILE = """
title = "An aggregator of the tests"
rate = 1000.0

[settings]
url = {{ variable = "{NAME}_URL" }}
sender = {{ variable = "{NAME}_SENDER", default = "INPOST" }}

[secrets]
hook = {{ variable = "{NAME}_HOOK_SECRET" }}

[request]
url = "{{url}}{path}"

[request.form]
from = "{{sender}}"
to = "{{phone}}"
text = "{{text}}"
callback = "{{delivery_hook}}?message={{message_id}}"

[answer]
word = "json:status"
accepted = ["ok"]
id = "json:id"

[answer.refused]
template = ["dlt"]

[inbound]
id = "form:id"
from = "form:from"
text = "form:text"

[receipt]
id = "form:id"
message_id = "query:message"
status = "form:status"
error = "form:why"
part = "form:part"
parts = "form:parts"
at = "form:at"

[receipt.statuses]
sent = ["sent"]
delivered = ["delivered"]
failed = ["failed"]

[receipt.reasons]
template = ["DLT_SCRUBBING"]
inbox_full = ["INBOX_FULL"]
"""


def configured(settings: Settings, folder: Path, **carriers: CarrierStub) -> Settings:
    """`settings` with these carriers, by name, in order of preference."""
    given = {}
    for name, carrier in carriers.items():
        text = _PROFILE.format(NAME=name.upper(), path=CONFIGURED)
        (folder / f"{name}.toml").write_text(text)
        given[f"{name.upper()}_URL"] = carrier.url
        given[f"{name.upper()}_HOOK_SECRET"] = SECRET
    changes = {"http_profiles": str(folder), "sms_routes": ",".join(carriers)}
    return settings.model_copy(update=changes).giving(**given)


def tell(player: Player, name: str, message: dict[str, Any], status: str, **more: str) -> None:
    """The carrier reports on a message that it took, by its hook."""
    number = message["status_callback"].partition("=")[2]
    answer = player.client.post(
        f"/hooks/http/{name}/{SECRET}/delivery?message={number}",
        data={"id": message["sid"], "status": status, **more},
    )
    assert answer.status_code == 200


def text(player: Player, name: str, id_: str, phone: str, said: str) -> None:
    """A telephone texts us by the carrier."""
    answer = player.client.post(
        f"/hooks/http/{name}/{SECRET}/sms", data={"id": id_, "from": phone, "text": said}
    )
    assert answer.status_code == 200
