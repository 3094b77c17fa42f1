"""Who: a customer at the counter who "has paid" by UPI, with a payment that he wrote himself.

Wants: the booking, and what is paid for it, for nothing; or one rupee's payment for all of it.
In the way: docs/payments.md, "What happens with a sum"; a signature over all that a provider tells.
Told: the clerk, by a booking that stays unpaid; the office, of a sum that is to go back.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from payments import upi
from settings import Settings
from tests.rigs.counter import CHARGES, clerk, office
from tests.rigs.payment_stub import SETTINGS, ProviderStub, credited, razorpay_headers
from tests.rigs.scene import Scene
from tests.rigs.upi import booking_of, credits_of, group_now, working


@pytest.fixture
def stub() -> Iterator[ProviderStub]:
    with ProviderStub() as stub:
        yield stub


@pytest.fixture
def settings(settings: Settings, stub: ProviderStub) -> Settings:
    changes = {"upi_provider": "razorpay", "razorpay_api_url": stub.url}
    return Settings(_env_file=None, **(settings.model_dump() | SETTINGS | changes))


def test_nothing_is_booked_on_it(scene: Scene, stub: ProviderStub) -> None:
    office(scene.runtime)
    with working(scene.runtime):
        at_counter = clerk(scene.app, scene.runtime)
        payment = upi.begin(scene.runtime, booking_of(scene.runtime, at_counter).id)
        ref = payment.provider_ref
        assert ref is not None
        code = stub.codes[ref]
        rupee = credited(stub.scanned(ref, 100), code)
        whole = rupee.replace(b": 100,", f": {CHARGES.paise},".encode())
        assert whole != rupee

        def tells(body: bytes, headers: dict[str, str]) -> int:
            hook = scene.player.client.post("/hooks/razorpay", data=body, headers=headers)
            return int(hook.status_code)

        assert tells(whole, razorpay_headers(whole, "evt_1", "a secret of his own")) == 403
        assert tells(whole, razorpay_headers(rupee, "evt_1")) == 403  # signed, and then changed
        assert tells(whole, {}) == 403
        assert scene.rows("SELECT count(*) FROM provider_events") == [(0,)]
        assert credits_of(scene.runtime, payment.group_id) == []
        # A rupee that he did pay, told truly, is not the price: it goes back.
        assert tells(rupee, razorpay_headers(rupee, "evt_1")) == 200
        assert group_now(scene.runtime, payment.group_id).state != "booked"
        (credit,) = credits_of(scene.runtime, payment.group_id)
        assert (credit.paise, credit.state, credit.cause) == (100, "refund_due", "amount")
