"""The desk's searches with a million texts stored: how long a page takes, from request to answer.

The books are filled by SQL with made-up people, half of them written in Devanagari; then the real
application answers, signed in as an agent, each kind of query many times with another person's data
each time.
"""

from __future__ import annotations

import random
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from werkzeug.test import TestResponse

from app import create_app
from bench.month import thrown_away
from flows.number import check_digit
from postal import sought
from postal.people import accounts, authenticator
from runtime import Runtime
from store.database import Conn

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_PASSWORD = "a password for measuring"


@dataclass(frozen=True)
class Kind:
    """One kind of page: its times in milliseconds, sorted."""

    name: str
    times: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def slowest(self) -> float:
        return self.times[-1]


@dataclass(frozen=True)
class Result:
    messages: int
    kinds: list[Kind]


def measure(messages: int, each: int) -> Result:
    """Fill the books with `messages` texts and ask for `each` pages of every kind."""
    rng = random.Random(1)
    people = messages // 10
    with thrown_away() as settings:
        runtime = Runtime.build(settings)
        runtime.database.open()
        try:
            runtime.database.run(lambda conn: _fill(conn, people, messages))
            while runtime.database.run(sought.catch_up):
                pass
            with psycopg.connect(settings.owner_url, autocommit=True) as conn:
                conn.execute("VACUUM ANALYZE")
            agent = Agent(runtime)
            phones = [f"+9198{rng.randrange(people):08}" for _ in range(each)]
            numbers = [_number(int(phone[5:])) for phone in phones]
            return Result(
                messages,
                [
                    Kind("by telephone", agent.find(phones)),
                    Kind("by article number", agent.find(numbers)),
                    Kind("by its last four digits", agent.find([n[7:11] for n in numbers])),
                    Kind(
                        "by the middle of an article number", agent.find([n[3:8] for n in numbers])
                    ),
                    Kind("by eight digits of a telephone", agent.find([p[-8:] for p in phones])),
                    Kind("by name, in the other script", agent.find(["झिनकू बैरागी"] * each)),
                    Kind("by a name of a hundredth of all", agent.find(["Phulmati"] * each)),
                    Kind("by the commonest name", agent.find(["देवी"] * each)),
                    Kind("by a common name with a PIN", agent.find(["Devi 273303"] * each)),
                    Kind("by a rare word of a text", agent.find(["peepal1234"] * each)),
                    Kind("by the commonest word", agent.find(["ghar"] * each)),
                    Kind("by words that no text has together", agent.find(["ghar nahar"] * each)),
                    Kind("by name of a postman", agent.find(["Postman 1"] * each)),
                    Kind("by PIN", agent.find(["273303"] * each)),
                    Kind("a conversation opened", agent.open(phones)),
                    Kind("the ticket queue", agent.get(["/desk/tickets"] * each)),
                    Kind("the figures of the day", agent.get(["/desk/figures"] * min(each, 5))),
                ],
            )
        finally:
            runtime.database.close()
            runtime.redis.close()


class Agent:
    """An agent who is signed in."""

    def __init__(self, runtime: Runtime) -> None:
        with runtime.database.transaction() as conn:
            accounts.add(conn, "bench", "Bench", "supervisor", "273303", _PASSWORD)
            row = accounts.listed(conn)[0].id
            number = authenticator.totp(conn, row, runtime.keys).at(runtime.now())
        self._client = create_app(runtime).test_client()
        self._submit("/desk/sign-in", "/desk/sign-in", staff_id="bench", password=_PASSWORD)
        self._submit("/desk/enrol", "/desk/enrol", second_factor=number)
        self._submit("/desk/recovery-codes", "/desk/recovery-codes/kept")
        page = self._client.get("/desk/find").text
        self._token = _TOKEN.findall(page)[0]

    def find(self, queries: list[str]) -> list[float]:
        return sorted(self._timed(self._ask, query) for query in queries)

    def open(self, phones: list[str]) -> list[float]:
        pages = [re.findall(r"/desk/conversations/\d+", self._ask(each).text)[0] for each in phones]
        return self.get(pages)

    def get(self, paths: list[str]) -> list[float]:
        return sorted(self._timed(self._client.get, path) for path in paths)

    def _ask(self, query: str) -> TestResponse:
        data = {"query": query, "csrf_token": self._token}
        return self._client.post("/desk/find", data=data, follow_redirects=True)

    def _submit(self, page: str, to: str, **form: str) -> None:
        token = _TOKEN.findall(self._client.get(page).text)[0]
        self._client.post(to, data={"csrf_token": token, **form})

    def _timed(self, call: Callable[[str], TestResponse], what: str) -> float:
        began = time.perf_counter()
        answer = call(what)
        taken = (time.perf_counter() - began) * 1000
        assert answer.status_code == 200, answer.status
        return taken


def _number(n: int) -> str:
    return f"EU{n:08}{check_digit(f'{n:08}')}IN"


_FIRST = (
    "Ram", "Sita", "Geeta", "सुनीता", "रमेश", "Suresh", "महेश", "Mahesh", "Kamla", "विमला", "Rajesh",
    "अनीता", "Munni", "Lakhan", "शिव", "Gopal", "Radha", "मीरा", "Hari", "Asha",
)  # fmt: skip
_LAST = ("Devi", "देवी", "Yadav", "यादव", "Sharma", "Gupta", "मौर्य", "Prasad", "Singh", "Nishad")


def _name(n: int) -> str:
    """Return the name of person `n`: every fifth a Devi, every hundredth Phoolmati, some Jhinku."""
    if n % 5000 == 7:
        return "Jhinku Bairagi"
    first = "Phoolmati" if n % 100 == 3 else _FIRST[n % 20]
    return f"{first} {_LAST[n // 20 % 10]}"


def _fill(conn: Conn, people: int, messages: int) -> None:
    """Store `people` recipients with an article each, ten texts each, a sprint for every text."""
    conn.execute(
        "INSERT INTO offices (name, pin, branch_type, district)"
        " VALUES ('Gorakhpur', '273303', 'head', 'Gorakhpur')"
    )
    conn.execute(
        "INSERT INTO staff (staff_id, name, role, office_id, phone) SELECT 'p' || n,"
        " 'Postman ' || n, 'postman', 1, '+9197' || lpad(n::text, 8, '0')"
        " FROM generate_series(1, 200) n"
    )
    with (
        conn.cursor() as cursor,
        cursor.copy(
            "COPY articles (number, service, otp_required, recipient_phone, recipient_name,"
            " recipient_address, recipient_pin, sender_name, code_salt, booked_at, updated_at)"
            " FROM STDIN"
        ) as copy,
    ):
        for n in range(people):
            copy.write_row(
                (_number(n), "speed_post", True, f"+9198{n:08}", _name(n), "a village",
                 "273303", "a sender", b"0" * 16, "2026-08-14 04:00+00", "2026-08-14 04:00+00")
            )  # fmt: skip
    conn.execute(
        "INSERT INTO conversations (whose, machine, state, context, entered_at)"
        " SELECT recipient_phone, 'recipient', 'quiet', '{\"kind\": \"Asked\", \"article\": null}',"
        " booked_at FROM articles"
    )
    conn.execute(
        "INSERT INTO messages (direction, phone, gateway, carrier_id, at, body, status, template,"
        " language, segments, lane, not_after, next_attempt_at, sent_at, delivered_at, article_id)"
        " SELECT CASE WHEN n %% 4 = 0 THEN 'in' ELSE 'out' END,"
        " '+9198' || lpad((n %% %(people)s)::text, 8, '0'), 'simulator', 'c' || n,"
        " timestamptz '2026-08-14 04:00+00' + n * interval '1 second',"
        " CASE WHEN n %% 8 = 0 THEN 'mera ghar mandir ke piche hai, peepal' || n %% 50000"
        " WHEN n %% 8 = 4 THEN 'गली नहर के पास' ELSE 'a text of some length' END,"
        " CASE WHEN n %% 4 = 0 THEN 'received' ELSE 'delivered' END,"
        " 'delivered', 'en', 1, 'notice',"
        " now(), now(), now(), now(), CASE WHEN n %% 4 > 0 THEN 1 + n %% %(people)s END"
        " FROM generate_series(0, %(messages)s - 1) n",
        {"people": people, "messages": messages},
    )
    conn.execute(
        "INSERT INTO tickets (kind, phone, at) SELECT 'person', recipient_phone, booked_at"
        " FROM articles WHERE id %% 10 = 0",
        {},
    )
