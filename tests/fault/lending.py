"""Stories of the library, each from the same base: they are short, since every effect in one costs two lives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.boot import Instance
from engine.decision.changeset import Actor
from engine.packs.people import add_people
from engine.packs.reading import read_pack
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.publishing import publish
from tests.fault import lending_signed
from tests.fault.story import (
    DAY,
    HOUR,
    PARTNERS_SECRET,
    Act,
    Change,
    Deliver,
    Mend,
    Pass,
    Publish,
    Put,
    Replay,
    Send,
    Story,
    Tick,
)
from tests.support.apps import LIBRARY, element, field, item, library, parameter, rule
from tests.support.library import NOON

PEOPLE = ("librarian", "reader", "keeper")
LIBRARIANS = {"role": "librarian"}


def text(zh: str, en: str) -> dict[str, str]:
    """Return a text in both languages."""
    return {"zh": zh, "en": en}


def base(instance: Instance) -> dict[str, Any]:
    """Furnish a new instance with what is there before the story; return tokens and refs."""
    pack = read_pack(Path(LIBRARY))
    publish(instance.services.execution, documents(), Actor(None))
    instance.services.execution.outside.secrets.keep("trade", PARTNERS_SECRET)
    lending_signed.furnish(instance)
    ids = add_people(instance.directory, pack.key, pack.users)
    instance.directory.add_user("keeper", "管理员")
    instance.directory.grant("keeper", *ADMIN_ROLE)
    instance.services.telling.keep_of("librarian", {"mail": "anna@example.com"})
    librarian = instance.directory.viewer(ids["librarian"])

    def make(form: str, **fields: object) -> str:
        return instance.records.create(librarian, "library", form, fields).id

    refs = {
        "john": make("member", name="约翰", card_no="K-001", account=ids["reader"]),
        "dream": make("book", title="红楼梦", isbn="978-0-00-000001-1"),
        "west": make("book", title="西游记", isbn="978-0-00-000002-2"),
        "margin": make("book", title="水浒传", isbn="978-0-00-000003-3"),
    }
    late = {
        "member": refs["john"],
        "book": refs["margin"],
        "due_date": "2026-09-21",
    }
    instance.records.create(librarian, "library", "loan", late, "lend")
    instance.jobs().run_until_quiet()
    instance.sealer().seal()
    tokens = {name: instance.directory.issue_token(name, "story") for name in PEOPLE}
    return {"refs": refs, "tokens": tokens}


def lent_and_returned(refs: Mapping[str, str]) -> Story:
    """A loan is asked for, lent by the task that this opens, and given back damaged, which is told."""
    back = {"returned_on": "2026-09-22", "condition": "damaged", "damage": "水渍"}
    steps = (
        Send("reader", "/library/loan", {"fields": {"member": "{john}", "book": "{dream}"}}, "loan", 201),
        Act("librarian", "lend_book", "lend"),
        Send("librarian", "/library/loan/{loan}/transitions/give_back", {"fields": back}, "loan"),
    )
    return Story(NOON + HOUR, steps, refs)


def changed_and_published(refs: Mapping[str, str]) -> Story:
    """A book gets a copy and a price, the app a new field, and the next loan is made and lent on the new revision."""
    mended = {"copies": [{"barcode": "B-1"}], "price": "9.9"}
    lent = {"member": "{john}", "book": "{west}"}
    steps = (
        Change("librarian", "/library/book/{dream}", {"fields": mended}, 1),
        Publish(with_a_new_field),
        Send("librarian", "/library/loan", {"fields": lent, "transition": "lend"}, "other", 201),
    )
    return Story(NOON + HOUR, steps, refs)


def held_by_the_clock(refs: Mapping[str, str]) -> Story:
    """A parameter is set, a day passes, and a rule of every night holds the loan that is overdue by now."""
    steps = (Put("librarian", "/library/parameters/loan.grace", {"value": "0"}), Tick(NOON + DAY))
    return Story(NOON + HOUR, steps, refs, travels=True)


def pressed_and_waited(refs: Mapping[str, str]) -> Story:
    """A button is pressed whose rule waits; soon it goes on, runs another rule and changes what is lent."""
    steps = (
        Send("librarian", "/library/book/{margin}/buttons/recall", {}, "margin"),
        Put("librarian", "/library/parameters/loan.grace", {"value": "1"}),
    )
    return Story(NOON + HOUR, steps, refs)


def sent_by_a_partner(refs: Mapping[str, str]) -> Story:
    """A partner tells prices: a book is changed, one is new, and of one nobody can say which it is."""
    first = {"title": "红楼梦", "isbn": "978-0-00-000001-1", "price": "20.00"}
    new = {"title": "三国演义", "isbn": "978-0-00-000009-9", "price": "30.00"}
    steps = (Deliver("/hooks/library/trade/prices", {"id": "d1", "items": [first, new, {"title": "?"}]}),)
    return Story(NOON + HOUR, steps, refs)


def held_in_the_night(refs: Mapping[str, str]) -> Story:
    """A parameter is set, and in the night a rule holds the loan that is overdue by now, while nobody does anything."""
    steps = (Put("librarian", "/library/parameters/loan.grace", {"value": "0"}), Pass(NOON + DAY))
    return Story(NOON + HOUR, steps, refs)


def ordered_from_a_partner(refs: Mapping[str, str]) -> Story:
    """A partner refuses an order until something is mended there; the dead letter is sent again, and brings a price."""
    steps = (Send("librarian", "/library/book/{dream}/buttons/order", {}, "dream"), Mend(), Replay("keeper"))
    return Story(NOON + HOUR, steps, refs)


def told_outside(refs: Mapping[str, str]) -> Story:
    """People are told by mail, then by a robot, whose address is wrong until that is mended: it is told again.

    A step for each way: which of two messages of one moment goes first is decided by chance, and points have an order.
    """
    steps = (
        Send("librarian", "/library/book/{dream}/buttons/announce", {}, "dream"),
        Send("librarian", "/library/book/{dream}/buttons/proclaim", {}, "dream"),
        Mend(),
        Replay(),
    )
    return Story(NOON + HOUR, steps, refs)


STORIES = (lent_and_returned, changed_and_published, held_by_the_clock, pressed_and_waited, sent_by_a_partner)
STORIES_FOR_OTHERS = (ordered_from_a_partner, told_outside)
"""Those in which somebody is told from outside, by a call, a letter or a robot."""
BY_NAME = {
    story.__name__: story for story in (*STORIES, *STORIES_FOR_OTHERS, held_in_the_night, lending_signed.signed_by_mail)
}

OVERDUE = rule(
    "overdue_held",
    "loan",
    {"schedule": {"cron": "0 3 * * *"}},
    [
        {"hold": {"reason": text("逾期{{due_date}}", "due {{due_date}}"), "released_by": [{"persons": [LIBRARIANS]}]}},
        {"notify": {"to": [LIBRARIANS], "text": text("《{{book.title}}》逾期", "“{{book.title}}” is overdue")}},
        {
            "open_task": {
                "key": "overdue",
                "to": [LIBRARIANS],
                "title": text("《{{book.title}}》逾期", "“{{book.title}}” is overdue"),
                "actions": [{"key": "release", "labels": text("解除", "Release"), "transition": "release"}],
            }
        },
    ],
    when='state = "lent" and not held and days_between(due_date, today()) > param.loan.grace',
    uid="kpq2storyrul",
)
RECALL = rule(
    "recall",
    "book",
    {"button": {"key": "recall", "labels": text("召回", "Recall")}},
    [
        {"set": {"price": "1"}},
        {"wait_for": {"minutes": 30}},
        {"set": {"price": "price + 1"}},
        {"run": ["recalled"]},
        {"for_each": {"lines": "loans", "where": 'state = "lent"', "do": [{"set": {"note": '"recalled"'}}]}},
    ],
    uid="kpq2storyrec",
)
RECALLED = rule(
    "recalled",
    "book",
    {"button": {"key": "recalled", "labels": text("已召回", "Recalled")}},
    {"notify": {"to": [LIBRARIANS], "text": text("召回《{{title}}》", "“{{title}}” is recalled")}},
    uid="kpq2storyred",
)
ORDER = rule(
    "order",
    "book",
    {"button": {"key": "order", "labels": text("订购", "Order")}},
    {"call": {"connector": "trade", "operation": "order"}},
    uid="kpq2storyror",
)
TO_COME = {"to": [LIBRARIANS], "text": text("《{{title}}》将到", "“{{title}}” is to come")}
ANNOUNCE = rule(
    "announce",
    "book",
    {"button": {"key": "announce", "labels": text("预告", "Announce")}},
    {"notify": {**TO_COME, "channels": ["mail"]}},
    uid="kpq2storyran",
)
PROCLAIM = rule(
    "proclaim",
    "book",
    {"button": {"key": "proclaim", "labels": text("广播", "Proclaim")}},
    {"notify": {**TO_COME, "channels": ["wecom"]}},
    uid="kpq2storyrpr",
)
RELEASE = element("release", uid="kpq2storyrel", **{"from": "*"}, releases=True, by=[LIBRARIANS], acknowledgement=True)
GRACE = parameter("loan.grace", "number", uid="kpq2storypar", scale=0, default="5")
TRADE = {
    "format": 1,
    "kind": "connector",
    **element("trade", uid="kpq2storycon"),
    "base_url": {"secret": "trade_address"},
    "operations": [
        element(
            "order",
            uid="kpq2storyope",
            method="POST",
            path="/orders",
            form="book",
            body={"isbn": "isbn"},
            answer={
                "values": [field("price", "money", uid="kpq2storyva4", at="/price", required=True)],
                "set": {"price": "price"},
            },
        )
    ],
    "intakes": [
        element(
            "prices",
            uid="kpq2storyint",
            form="book",
            values=[
                field("isbn", uid="kpq2storyva1", at="/isbn", required=True),
                field("title", uid="kpq2storyva2", at="/title"),
                field("price", "money", uid="kpq2storyva3", at="/price"),
            ],
            by={"isbn": "isbn"},
            set={"title": "title", "price": "price"},
        )
    ],
    "hooks": [
        element(
            "prices",
            uid="kpq2storyhoo",
            intake="prices",
            items="/items",
            id={"at": "/id"},
            signature={"header": "X-Signature", "scheme": "hmac-sha256", "secret": {"secret": "trade"}},
        )
    ],
}
SHELF_MARK = field("shelf_mark", uid="kpq2storyfld")


def documents() -> dict[str, Any]:
    """Return the library with a rule of every night, a parameter that it reads, and who may set that."""
    found = library()
    for one in (OVERDUE, RECALL, RECALLED, ORDER, ANNOUNCE, PROCLAIM):
        found[f"rules/{one['key']}.json"] = one
    found["workflows/loan.json"]["transitions"].append(RELEASE)
    found["parameters.json"]["parameters"].append(GRACE)
    found["connectors/trade.json"] = TRADE
    lending_signed.add(found)
    item(found["roles.json"]["roles"], "librarian")["parameters"] = True
    return found


def with_a_new_field() -> dict[str, Any]:
    """Return the documents with one more field of its books."""
    found = documents()
    found["forms/book.json"]["fields"].append(SHELF_MARK)
    return found
