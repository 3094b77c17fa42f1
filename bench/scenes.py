"""What is compared of two trees: the requests of each scene, and what must be in the books then."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from bench import books, texts
from bench.books import Doorstep
from bench.texts import Account
from flows.number import check_digit

_SERVICE: Final = "*384*77#"


@dataclass(frozen=True)
class Stood:
    """The servers of one tree, as they were started."""

    directory: str
    port: int
    web: int
    postgres: int
    account: Account
    doors: list[Doorstep]
    requests: Path  # where the requests are kept
    path: str = ""
    pin: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @classmethod
    def of(cls, ready: Mapping[str, Any], requests: Path) -> Stood:
        return cls(
            directory=ready["directory"],
            port=ready["port"],
            web=ready["web"],
            postgres=ready["postgres"],
            account=Account(*ready["account"]),
            # An older tree has them in another order.
            doors=books.apart(
                Doorstep(*each) for each in json.loads(Path(ready["doors"]).read_text())
            ),
            requests=requests,
            path=ready.get("path", ""),
            pin=ready.get("pin", ""),
            token=ready.get("token", ""),
        )


@dataclass(frozen=True)
class Scene:
    """One kind of request.

    `kind`: the stand that it needs. `expected`: how often each unit is found in the books, by the
    names of bench/stand.py. `dearest`, `faster`: the aims, to the other commit;
    `slowest`: of the p99, in milliseconds; 0: none.
    """

    name: str
    kind: str
    requests: Callable[[Stood, int], Iterator[list[bytes]]]
    expected: Mapping[str, float]
    dearest: float
    faster: float = 0.0
    slowest: float = 0.0
    requests_per_unit: float = 1.0
    hashes: float = 0.0

    def units(self, requests: int) -> int:
        """Return the number of units with about so many requests."""
        return max(3, round(requests / self.requests_per_unit / 3) * 3)

    def articles(self, units: int) -> int:
        """Return how many articles the books must have for so many units."""
        if self.kind == "bookings":
            return books.LIST_LENGTH
        if self.kind == "dials":  # a postman who dials again soon would go on where he was
            return _postmen(units) * books.LIST_LENGTH
        return max(units, books.LIST_LENGTH)


def _handovers(stood: Stood, units: int) -> Iterator[list[bytes]]:
    doors = stood.doors[:units]
    return texts.signed(
        stood.account, ((door.postman_phone, f"{door.serial} {door.code}") for door in doors)
    )


def _approaches(stood: Stood, units: int) -> Iterator[list[bytes]]:
    doors = stood.doors[:units]
    return texts.signed(stood.account, ((door.postman_phone, str(door.serial)) for door in doors))


def _answers(stood: Stood, units: int) -> Iterator[list[bytes]]:
    """The recipient asks for the code that is out: it is sent again."""
    doors = stood.doors[:units]
    return texts.signed(stood.account, ((door.recipient_phone, "1") for door in doors))


def _dials(stood: Stood, units: int) -> Iterator[list[bytes]]:
    """Two of three hand an article over, the third asks where his is (bench/dialling.py)."""
    postmen = _postmen(units)  # the first doors are all of different ones
    handing, asking = iter(stood.doors[:postmen]), iter(stood.doors[postmen:])
    for number in range(units):
        if number % 3 == 2:
            door = next(asking)
            phone, answers = door.recipient_phone, ["7", door.number[-6:-2]]
        else:
            door = next(handing)
            phone, answers = door.postman_phone, [stood.pin, str(door.serial), "2", door.code, "0"]
        yield [
            _hop(stood, number, phone, "*".join(answers[:typed]))
            for typed in range(len(answers) + 1)
        ]


def _postmen(dials: int) -> int:
    return 2 * dials // 3


def _hop(stood: Stood, number: int, phone: str, text: str) -> bytes:
    form = {
        "sessionId": f"B{number}", "serviceCode": _SERVICE, "networkCode": "99999",
        "phoneNumber": phone, "text": text,
    }  # fmt: skip
    return _post(stood.path, "application/x-www-form-urlencoded", urlencode(form).encode())


def _bookings(stood: Stood, units: int) -> Iterator[list[bytes]]:
    for n in range(units):
        serial = f"{n:08}"
        subscriber = n * 10_007 % 10**8
        body = {
            "number": f"RB{serial}{check_digit(serial)}IN",
            "service": "registered",
            "recipient": {
                "phone": f"+9198{subscriber:08}", "name": "रामावती देवी",
                "address": f"मकान {n}, धनेवा धनेई", "pin": "200000", "language": "hi",
            },
            "sender": {"phone": f"+9199{subscriber:08}", "name": f"Sender {n}"},
        }  # fmt: skip
        authorized = f"Authorization: Bearer {stood.token}\r\n"
        raw = json.dumps(body).encode()
        yield [_post("/api/v1/articles", "application/json", raw, authorized)]


def _post(path: str, kind: str, body: bytes, more: str = "") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: dakiya.example\r\nContent-Type: {kind}\r\n"
        f"{more}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


SCENES: Final = {
    scene.name: scene
    for scene in (
        Scene(
            "handover",
            "texts",
            _handovers,
            {"articles delivered": 1, "texts in": 1, "texts out": 3},
            dearest=0.30,
            slowest=50,
            faster=2.8,
        ),
        Scene(
            "approach",
            "approaches",
            _approaches,
            {"codes issued": 1, "codes out": 1, "texts in": 1},
            dearest=0.50,
            slowest=50,
        ),
        Scene(
            "answer",
            "texts",
            _answers,
            {"texts in": 1, "codes out": 1, "texts out": 1},
            dearest=0.50,
            slowest=50,
        ),
        Scene(
            "dial",
            "dials",
            _dials,
            {"articles delivered": 2 / 3},
            dearest=0.50,
            requests_per_unit=5,
            hashes=2 / 3,
        ),
        Scene(
            "bookings",
            "bookings",
            _bookings,
            {"articles booked": 1, "out booked": 1},
            dearest=1 / 3,
            faster=3.0,
        ),
    )
}
NAMES: Final = (*SCENES, "import")
