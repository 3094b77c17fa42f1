"""Razorpay and Cashfree on this machine: their HTTP, as documented; and on order, their faults.

`with ProviderStub() as stub:` listens on a free port of 127.0.0.1. What they were asked is in
`calls`. `stub.will(…)` says what the next requests get instead, one each.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

KEY_ID, KEY_SECRET, HOOK_SECRET = "rzp_test_of_the_tests", "razorpay-key-secret", "razorpay-hook"
CLIENT_ID, CLIENT_SECRET = "cashfree-client-of-the-tests", "cashfree-client-secret"
SETTINGS: dict[str, Any] = {
    "razorpay_key_id": KEY_ID,
    "razorpay_key_secret": KEY_SECRET,
    "razorpay_webhook_secret": HOOK_SECRET,
    "cashfree_client_id": CLIENT_ID,
    "cashfree_client_secret": CLIENT_SECRET,
    "cashfree_phone": "9839000099",
}
PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
_PATIENCE = 30.0  # seconds; nothing in a test takes as long


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Say:
    """Answers with exactly this and does nothing."""

    status: int
    body: str


@dataclass(frozen=True)
class Drop:
    """Does what was asked and ends the connection without an answer."""


@dataclass(frozen=True)
class Hang:
    """Does what was asked and never answers."""


@dataclass
class ProviderStub:
    """`codes`, `orders`: by id. `payments`: as each provider describes them. `refunds`: by key."""

    calls: list[Call] = field(default_factory=list)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    payments: list[dict[str, Any]] = field(default_factory=list)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    settlements: list[dict[str, Any]] = field(default_factory=list)
    refund_status: str = "processed"  # of new refunds, in Razorpay's words
    image_content: bool = True
    now: datetime = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)

    def __post_init__(self) -> None:
        self._behaviours: deque[tuple[str, Say | Drop | Hang]] = deque()
        self._numbers = count(1)
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stub = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def will(self, *behaviours: Say | Drop | Hang, to: str = ".*") -> None:
        """What the next requests whose path is like `to` get: others may be under way beside."""
        self._behaviours.extend((to, each) for each in behaviours)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def asked(self, method: str, path: str) -> list[Call]:
        return [
            call for call in self.calls if call.method == method and re.fullmatch(path, call.path)
        ]

    # ---- customers -------------------------------------------------------------------------------

    def scanned(self, code: str, paise: int | None = None) -> dict[str, Any]:
        """Somebody pays by a Razorpay code; gives the payment as Razorpay describes it."""
        n = next(self._numbers)
        one: dict[str, Any] = {
            "id": f"pay_{n:014}", "entity": "payment",
            "amount": paise if paise is not None else self.codes[code]["payment_amount"],
            "currency": "INR", "status": "captured", "order_id": None, "invoice_id": None,
            "international": False, "method": "upi", "amount_refunded": 0, "refund_status": None,
            "captured": True, "description": "QRv2 Payment", "card_id": None, "bank": None,
            "wallet": None, "vpa": "gauri.kumari@okhdfcbank", "email": "gauri.kumari@example.com",
            "contact": "+919000090000", "customer_id": None, "notes": [], "fee": 0, "tax": 0,
            "error_code": None, "error_description": None, "error_source": None,
            "error_step": None, "error_reason": None,
            "acquirer_data": {"rrn": f"1165140{n:05}"}, "created_at": int(self.now.timestamp()),
        }  # fmt: skip
        self.payments.append({"code": code, **one})
        if code in self.codes:
            self.codes[code] |= {"status": "closed", "close_reason": "paid"}
        return one

    def ordered(self, order: str, rupees: str | None = None) -> dict[str, Any]:
        """Somebody pays a Cashfree order; gives the payment as Cashfree describes it. Sums stay as
        they are written."""
        n = next(self._numbers)
        amount = rupees if rupees is not None else self.orders[order]["order_amount"]
        one = {
            "cf_payment_id": f"51149205{n:05}", "order_id": order, "entity": "payment",
            "payment_currency": "INR", "payment_amount": amount, "is_captured": True,
            "payment_status": "SUCCESS", "payment_message": "00::Transaction success",
            "payment_group": "upi", "bank_reference": f"2349286{n:05}", "auth_id": None,
            "payment_time": "2026-08-14T10:00:00+05:30",
            "payment_method": {"upi": {"channel": "qrcode", "upi_id": "rohit@xcxcx"}},
        }  # fmt: skip
        self.payments.append(one)
        if order in self.orders:
            self.orders[order]["order_status"] = "PAID"
        return one

    # ---- what the providers do -------------------------------------------------------------------

    def take(self, call: Call) -> Say:
        with self._lock:
            self.calls.append(call)
            if call.path.startswith("/v1/"):
                return self._razorpay(call)
            return self._cashfree(call)

    def behaviour(self, path: str) -> Say | Drop | Hang | None:
        with self._lock:
            if self._behaviours and re.fullmatch(self._behaviours[0][0], path):
                return self._behaviours.popleft()[1]
        return None

    def wait(self) -> None:
        self._over.wait(_PATIENCE)

    def _razorpay(self, call: Call) -> Say:
        login = base64.b64encode(f"{KEY_ID}:{KEY_SECRET}".encode()).decode()
        if call.headers.get("authorization") != f"Basic {login}":
            return _error("Authentication failed", 401)
        parts = call.path.removeprefix("/v1/").split("/")
        match call.method, parts:
            case "POST", ["payments", "qr_codes"]:
                return _say(self._new_code(call.json))
            case "GET", ["payments", "qr_codes"]:
                of = [p["code"] for p in self.payments if p["id"] == call.query["payment_id"]]
                found = [self.codes.get(code, {"id": code, "notes": []}) for code in of]
                return _say(_collection([code for code in found if code["id"] != "none"]))
            case "GET", ["payments", "qr_codes", code, "payments"]:
                mine = [_bare(p) for p in self.payments if p["code"] == code]
                return _say(_collection(mine))
            case "GET", ["payments", "qr_codes", code] if code in self.codes:
                return _say(self.codes[code])
            case "POST", ["payments", "qr_codes", code, "close"] if code in self.codes:
                if self.codes[code]["status"] == "closed":
                    return _error("QR Code is already closed")
                self.codes[code] |= {"status": "closed", "close_reason": "on_demand"}
                return _say(self.codes[code])
            case "GET", ["payments"]:
                skip, size = int(call.query["skip"]), int(call.query["count"])
                within = [
                    _bare(p)
                    for p in self.payments
                    if int(call.query["from"]) <= p["created_at"] <= int(call.query["to"])
                ]
                return _say(_collection(within[skip : skip + size]))
            case "POST", ["payments", payment, "refund"]:
                return self._refund(payment, call)
            case "GET", ["refunds", refund]:
                found = [each for each in self.refunds.values() if each["id"] == refund]
                return _say(found[0]) if found else _error("The id provided does not exist")
            case "GET", ["settlements", "recon", "combined"]:
                skip = int(call.query["skip"])
                return _say(_collection(self.settlements[skip:]))
        return _error("The requested URL was not found on the server.")

    def _new_code(self, asked: Any) -> dict[str, Any]:
        assert asked["type"] == "upi_qr"
        assert isinstance(asked["payment_amount"], int)
        ahead = asked["close_by"] - self.now.timestamp()
        assert ahead >= 900, "close_by is at least 15 minutes ahead"
        n = next(self._numbers)
        code = {
            "id": f"qr_{n:014}", "entity": "qr_code", "created_at": int(self.now.timestamp()),
            "image_url": f"https://rzp.io/i/{n}", "status": "active",
            "payments_amount_received": 0, "payments_count_received": 0, "closed_at": None,
            "close_reason": None, **asked,
        }  # fmt: skip
        if self.image_content:
            sum_ = f"{asked['payment_amount'] / 100:.2f}"
            code["image_content"] = (
                "upi://pay?pa=qmart.razorpay@hdfcbank&pn=TestAccount&tr=RZPGT5viB4WHeoUuuqrv2"
                f"&tn=Test&am={sum_}&cu=INR&mc=5411"
            )
        self.codes[code["id"]] = code
        return code

    def _refund(self, payment: str, call: Call) -> Say:
        key = call.headers["x-refund-idempotency"]
        if key not in self.refunds:
            (paid,) = [p for p in self.payments if p["id"] == payment]
            if paid["amount_refunded"]:
                return _error("The payment has been fully refunded already")
            paid["amount_refunded"] = call.json["amount"]
            self.refunds[key] = {
                "id": f"rfnd_{next(self._numbers):014}", "entity": "refund",
                "amount": call.json["amount"], "currency": "INR", "payment_id": payment,
                "notes": [], "receipt": call.json["receipt"], "acquirer_data": {"arn": None},
                "created_at": int(self.now.timestamp()), "status": self.refund_status,
                "speed_processed": "normal", "speed_requested": "normal",
            }  # fmt: skip
        return _say(self.refunds[key])

    def _cashfree(self, call: Call) -> Say:
        if call.headers.get("x-client-secret") != CLIENT_SECRET:
            return _refusal(401, "authentication Failed")
        assert call.headers["x-api-version"] == "2025-01-01"
        parts = call.path.strip("/").split("/")
        match call.method, parts:
            case "POST", ["orders"]:
                return self._new_order(call)
            case "POST", ["orders", "sessions"]:
                assert call.json["payment_method"] == {"upi": {"channel": "qrcode"}}
                assert call.headers["x-client-device"] == "desktop"
                return _say(
                    {
                        "action": "custom", "cf_payment_id": "1", "channel": "qrcode",
                        "payment_method": "upi",
                        "data": {"url": None, "payload": {"qrcode": PNG}, "content_type": None},
                    }
                )  # fmt: skip
            case "GET", ["orders", order] if order in self.orders:
                return _say(self.orders[order])
            case "PATCH", ["orders", order] if order in self.orders:
                if self.orders[order]["order_status"] != "ACTIVE":
                    return _refusal(400, "order cannot be terminated")
                self.orders[order]["order_status"] = "TERMINATED"
                return _say(self.orders[order])
            case "GET", ["orders", order, "payments"] if order in self.orders:
                return _say([p for p in self.payments if p["order_id"] == order])
            case "POST", ["orders", order, "refunds"]:
                return self._order_refund(order, call)
            case "GET", ["orders", _, "refunds", refund] if refund in self.refunds:
                return _say(self.refunds[refund])
            case "POST", ["recon"]:
                return _say({"cursor": None, "limit": 100, "data": self.recon()})
            case "POST", ["settlement", "recon"]:
                return _say({"cursor": None, "limit": 100, "data": self.settlements})
        return _refusal(404, "not found")

    def _new_order(self, call: Call) -> Say:
        asked = json.loads(call.body, parse_float=_Written)
        if asked["order_id"] in self.orders:
            return _refusal(409, "order with same id is already present")
        assert isinstance(asked["order_amount"], _Written), "rupees with two decimals"
        assert asked["customer_details"]["customer_phone"] == SETTINGS["cashfree_phone"]
        order = {
            **asked, "cf_order_id": str(next(self._numbers)), "entity": "order",
            "order_status": "ACTIVE", "payment_session_id": f"session_{asked['order_id']}",
        }  # fmt: skip
        self.orders[asked["order_id"]] = order
        return _say(order)

    def _order_refund(self, order: str, call: Call) -> Say:
        asked = json.loads(call.body, parse_float=_Written)
        if asked["refund_id"] in self.refunds:
            return _refusal(409, "refund with same id is already present")
        words = {"processed": "SUCCESS", "pending": "PENDING", "failed": "FAILED"}
        self.refunds[asked["refund_id"]] = {
            **asked, "cf_refund_id": str(next(self._numbers)), "order_id": order,
            "entity": "refund", "refund_currency": "INR", "refund_type": "MERCHANT_INITIATED",
            "refund_status": words[self.refund_status],
        }  # fmt: skip
        return _say(self.refunds[asked["refund_id"]])

    def recon(self) -> list[dict[str, Any]]:
        return [
            {
                "event_details": {
                    "entity": "recon", "event_id": p["cf_payment_id"], "event_type": "PAYMENT",
                    "event_amount": p["payment_amount"], "event_status": "SUCCESS",
                    "event_currency": "INR", "event_time": p["payment_time"],
                    "sale_type": "CREDIT",
                },
                "order_details": {"order_id": p["order_id"], "order_amount": p["payment_amount"]},
                "payment_details": {
                    "cf_payment_id": p["cf_payment_id"], "bank_reference": p["bank_reference"],
                    "payment_time": p["payment_time"],
                },
                "refund_details": {}, "settlement_details": {},
            }
            for p in self.payments
        ]  # fmt: skip


class _Written(str):
    """A decimal as it was written in JSON."""


class _Encoder(json.JSONEncoder):
    def iterencode(self, o: Any, _one_shot: bool = False) -> Iterator[str]:
        text = "".join(super().iterencode(o, False))
        yield re.sub(r'"\x01?(\d+\.\d{2})"(?=[,}\]])', r"\1", text)


def _say(value: Any) -> Say:
    return Say(200, _Encoder().encode(value))


def _collection(items: list[Any]) -> dict[str, Any]:
    return {"entity": "collection", "count": len(items), "items": items}


def _bare(payment: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payment.items() if name != "code"}


def _error(words: str, status: int = 400) -> Say:
    error = {"code": "BAD_REQUEST_ERROR", "description": words, "source": "NA", "step": "NA"}
    return Say(status, json.dumps({"error": error}))


def _refusal(status: int, words: str) -> Say:
    refusal = {"message": words, "code": "refused", "type": "invalid_request_error"}
    return Say(status, json.dumps(refusal))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    stub: ProviderStub


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: tests read `calls`."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
        stub = self.server.stub
        behaviour = stub.behaviour(parts.path)
        if isinstance(behaviour, Say):
            stub.calls.append(call)
            answer = behaviour
        else:
            answer = stub.take(call)
        if isinstance(behaviour, Hang):
            stub.wait()
        if isinstance(behaviour, Drop | Hang):
            self.close_connection = True
            return
        data = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = _serve


# ---- hooks ---------------------------------------------------------------------------------------


def credited(payment: dict[str, Any], code: dict[str, Any]) -> bytes:
    """Razorpay's `qr_code.credited`, as documented; its bytes are what is signed."""
    event = {
        "entity": "event", "account_id": "acc_CJoeHMNpi0nC7k", "event": "qr_code.credited",
        "contains": ["payment", "qr_code"],
        "payload": {"payment": {"entity": payment}, "qr_code": {"entity": code}},
        "created_at": payment["created_at"],
    }  # fmt: skip
    return json.dumps(event, indent=2).encode()


def razorpay_headers(body: bytes, event: str, secret: str = HOOK_SECRET) -> dict[str, str]:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "X-Razorpay-Signature": signature,
        "X-Razorpay-Event-Id": event,
        "Content-Type": "application/json",
    }


def succeeded(payment: dict[str, Any], kind: str = "PAYMENT_SUCCESS_WEBHOOK") -> bytes:
    """Cashfree's payment webhook, version 2025-01-01, as documented."""
    order = {"order_id": payment["order_id"], "order_amount": payment["payment_amount"],
             "order_currency": "INR", "order_tags": None}  # fmt: skip
    event = {
        "data": {
            "order": order,
            "payment": {name: payment[name] for name in payment if name != "order_id"},
            "customer_details": {
                "customer_name": None, "customer_id": "7112AAA812234",
                "customer_email": "test@gmail.com", "customer_phone": "9908734801",
            },
        },
        "event_time": "2026-08-14T10:00:03+05:30",
        "type": kind,
    }  # fmt: skip
    return _Encoder().encode(event).encode()


def cashfree_headers(body: bytes, event: str, secret: str = CLIENT_SECRET) -> dict[str, str]:
    timestamp = "1746427759733"
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return {
        "x-webhook-timestamp": timestamp,
        "x-webhook-signature": base64.b64encode(digest).decode(),
        "x-webhook-version": "2025-01-01",
        "x-idempotency-key": event,
        "Content-Type": "application/json",
    }
