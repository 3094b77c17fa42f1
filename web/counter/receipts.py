"""The receipt of a booking: shown, printed from the browser, or as a PDF.

Every printing is counted before it is returned: the first is the original, the others are copies.
The language is the customer's, not the clerk's. The change is shown until the next customer.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid4

from flask import abort, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from india import money
from india.calendar import moment
from paper import receipt as receipts_on_paper
from paper import words
from paper.barcode import code128
from paper.content import LANGUAGES, PAPERS, Language, Paper, PrintedReceipt
from postal.counter import receipts
from postal.counter.groups import Group
from postal.counter.receipts import NewPrinting, NotBooked, Printing
from postal.once import OtherForm
from store.database import Conn
from web.counter.room import doer, own_group, reader, route, runtime
from web.given import NotPossible
from web.staff.printed import pdf_of, ways

Choice = TypeVar("Choice", bound=str)


@route("/groups/<int:id_>/receipt", "book")
def receipt(id_: int) -> str | tuple[str, int]:
    """Show the next printing, or the one that `printing` names, to be printed now.

    Query: `paper` (80mm, a4), `customer` (hi, en: the language), `printing` (a uuid).
    """
    once = _uuid("printing")
    with runtime().database.transaction() as conn:
        group = own_group(conn, id_)
        if group.state != "booked":
            return _none_yet(group)
        what = receipts.read(conn, id_, reader(), runtime().settings.gstin)
        printed = receipts.printings(conn, id_)
        senders = receipts.senders(conn, id_)
        printing = receipts.printing(conn, id_, once) if once else None
        last = receipts.is_last(conn, group)
    if once and printing is None:
        abort(404)
    paper = printing.paper if printing else _chosen("paper", PAPERS, "80mm")
    customer = (
        printing.language
        if printing
        else _chosen("customer", LANGUAGES, receipts.language_for(group))
    )
    return render_template(
        "counter/receipt.html",
        id_=id_,
        what=what,
        give_back=what.change_paise if last else None,
        ways=ways(runtime().settings),
        kept_days=runtime().settings.keep_persons_days,
        printing=printing,
        printed=printed,
        senders=senders,
        copy=printing.copy if printing else len(printed),
        paper=paper,
        papers=PAPERS,
        customer=customer,
        customers=LANGUAGES,
        once=once,
        once_printed=uuid4(),
        once_pdf=uuid4(),
        warnings=receipts_on_paper.WARNINGS,
        numbers=receipts_on_paper.NUMBERS,
        spaced=receipts_on_paper.spaced,
        count_of=receipts_on_paper.count_of,
        served_by=receipts_on_paper.served_by,
        supplier=receipts_on_paper.supplier,
        invoice=receipts_on_paper.invoice,
        sent_by=receipts_on_paper.sent_by,
        sent_to=receipts_on_paper.sent_to,
        promised=receipts_on_paper.promised,
        code128=code128,
        put=partial(words.say, customer),
        rupees=money.printed,
        whole_rupees=money.printed_whole,
        moment=moment,
    )


@route("/groups/<int:id_>/receipt", "book", methods=("POST",))
def print_receipt(id_: int) -> Response | tuple[str, int]:
    """Count a printing from the browser and show it. Form: `once`, `paper`, `customer`."""
    once = _uuid("once") or uuid4()
    printed = _count(id_, once, "customer")
    if isinstance(printed, Group):
        return _none_yet(printed)
    return redirect(url_for("counter.receipt", id_=id_, printing=once), 303)


@route("/groups/<int:id_>/receipt.pdf", "book", methods=("POST",))
def print_pdf(id_: int) -> Response | tuple[str, int]:
    """Count a printing as a PDF and lead to it. Form: `once`, `paper`, `customer`."""
    once = _uuid("once") or uuid4()
    printed = _count(id_, once, "customer")
    if isinstance(printed, Group):
        return _none_yet(printed)
    return redirect(url_for("counter.receipt_pdf", id_=id_, printing=once), 303)


@route("/groups/<int:id_>/receipt.pdf", "book")
def receipt_pdf(id_: int) -> Response | tuple[str, int]:
    """Return the PDF of the printing that `printing` names (a uuid), which counts nothing.

    A link alone prints nothing: without a printing it leads to the page that has the button.
    """
    once, gstin = _uuid("printing"), runtime().settings.gstin

    def read(conn: Conn) -> tuple[PrintedReceipt, Printing] | Group | None:
        group = own_group(conn, id_)
        if group.state != "booked" or once is None:
            return group
        printing = receipts.printing(conn, id_, once)
        return (receipts.read(conn, id_, reader(), gstin), printing) if printing else None

    found = runtime().database.run(read)
    if found is None:
        abort(404)
    if isinstance(found, Group):
        if found.state == "booked":
            return redirect(url_for("counter.receipt", id_=id_))
        return _none_yet(found)
    what, printing = found
    document = receipts_on_paper.receipt(
        replace(what, kept_days=runtime().settings.keep_persons_days),
        ways(runtime().settings),
        printing.paper,
        printing.language,
        printing.copy,
    )
    return pdf_of(document, f"receipt-{what.reference}")


def _count(id_: int, once: UUID, language: str) -> tuple[PrintedReceipt, Printing] | Group:
    """Count a printing and return it with its content; the group, if it is not booked."""

    def work(conn: Conn) -> tuple[PrintedReceipt, Printing] | Group:
        group = own_group(conn, id_)
        customer: Language = _chosen(language, LANGUAGES, receipts.language_for(group))
        paper: Paper = _chosen("paper", PAPERS, "80mm")
        try:
            new = NewPrinting(once, paper, customer)
            printing = receipts.note_printing(conn, id_, new, doer())
        except NotBooked:
            return group
        except OtherForm as other:
            raise NotPossible(str(other)) from other
        return receipts.read(conn, id_, reader(), runtime().settings.gstin), printing

    return runtime().database.run(work)


def _none_yet(group: Group) -> tuple[str, int]:
    return render_template("counter/receipt_none.html", group=group), 409


def _chosen(name: str, among: tuple[Choice, ...], without: Choice) -> Choice:
    """Return the parameter `name`, or `without` if it is empty. 404 if not in `among`."""
    asked = request.values.get(name, "")
    if not asked:
        return without
    for choice in among:
        if choice == asked:
            return choice
    raise NotFound


def _uuid(name: str) -> UUID | None:
    asked = request.values.get(name, "")
    try:
        return UUID(asked) if asked else None
    except ValueError:
        abort(404)
