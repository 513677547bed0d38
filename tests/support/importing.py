"""A file of customers with bad rows among them, the app that takes it, and processes that are killed while it does."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import signal
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from engine.forms.field_types import BUILT_IN
from engine.jobs.importing import take_rows
from engine.kernel.clocks import Clocks
from engine.runtime.services import assemble
from engine.storage.database import open_database
from tests.support.apps import access, app, element, field, form, role

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY = 100
"""One row in so many is bad."""
BAD = ("FORM-002", "FORM-003", "FORM-004", "FORM-014")
"""Why, one after the other: nothing in a required field, no number, no such option, a code that is taken."""


def documents() -> dict[str, Any]:
    """Return an app of customers: numbered, with a name, a code of their own, a level, a size and a day."""
    customer = form(
        "customer",
        field("no", "auto_number", pattern="KH{000000}"),
        field("name", required="create"),
        field("code", unique=True),
        field("level", "choice", options=[element("a"), element("b")]),
        field("size", "number", digits=9),
        field("since", "date"),
        title="{{name}}",
    )
    seller = role("sales", access("customer", delete=True))
    return app(customer, key="crm", roles=[seller, role("reader", access("customer", read=True, create=False))])


def rows(total: int) -> Iterator[str]:
    """Go through the lines of a CSV file with so many rows; the last of every hundred is bad."""
    yield "name,code,level,size,since\n"
    for number in range(1, total + 1):
        name, code, level, size = f"客户{number}", f"C{number}", "a", str(number)
        match None if number % EVERY else number // EVERY % len(BAD):
            case 0:
                name = ""
            case 1:
                size = "很多"
            case 2:
                level = "c"
            case 3:
                code = "C1"
        yield f"{name},{code},{level},{size},2026/1/{number % 28 + 1}\n"


def content(total: int) -> bytes:
    """Return the file."""
    return "".join(rows(total)).encode()


def _carry_on(url: str, id: str, fatal: int | None) -> None:
    """Carry an import on to its end, unless the process is killed at a point before that."""
    database = open_database(url)
    execution = assemble(database, Clocks(), secrets.token_bytes, BUILT_IN).execution
    points = count(1)

    def reached(*_: object, **__: object) -> None:
        if next(points) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(database.engine, moment, reached)
    while execution.attempt(partial(take_rows, execution, id=id)):
        pass
    database.close()


def lived(url: str, id: str, fatal: int | None) -> bool:
    """Carry an import on in a process of its own that is killed at a point; tell whether it lived to the end."""
    process = multiprocessing.get_context("spawn").Process(target=_carry_on, args=(url, id, fatal))
    process.start()
    process.join(300)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode == 0
