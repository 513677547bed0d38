"""The document of a stand-in: every breach has its place, of shape and of meaning, and so has every bad row."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from engine.kernel.problems import EngineError
from engine.standin.definitions import LARGEST, partner_def, read_partner
from engine.standin.shelf import open_shelf
from tests.unit.standin.partners import ANCHOR, Played, box, document, field


def altered(*path: Any, to: Any) -> dict[str, Any]:
    """Return the document with another value at a place, or without one where that is None."""
    made = copy.deepcopy(document())
    here: Any = made
    for part in path[:-1]:
        here = here[part]
    if to is None:
        del here[path[-1]]
    else:
        here[path[-1]] = to
    return made


def problems_of(written: Any) -> list[tuple[str, str]]:
    with pytest.raises(EngineError) as caught:
        partner_def(written, "store.json")
    return [(one.code, one.path) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "code", "place"),
    [
        (altered("format", to=2), "APP-003", "format"),
        (altered("resources", 0, "color", to="red"), "APP-004", "resources/0/color"),
        (altered("resources", 0, "key", to="ping"), "APP-006", "resources/0/key"),
        (altered("resources", 0, "fields", 0, "key", to="since"), "APP-006", "resources/0/fields/0/key"),
        (altered("resources", 0, "serial", to="B-{:03d}-x"), "APP-006", "resources/0/serial"),
        (altered("resources", 0, "rows", to=[{"at": 0, "fields": {}}]), "APP-006", "resources/0/rows/0/at"),
        (altered("resources", 1, "key", to="boxes"), "STAND-003", "resources/1/key"),
        (altered("resources", 0, "fields", 1, "key", to="no"), "STAND-003", "resources/0/fields/1/key"),
        (altered("resources", 0, "fields", 2, "resource", to="staff"), "STAND-004", "resources/0/fields/2/resource"),
        (altered("resources", 0, "id", to="number"), "STAND-004", "resources/0/id"),
        (altered("resources", 0, "id", to="size"), "STAND-006", "resources/0/id"),
        (altered("resources", 1, "fields", 0, "required", to=False), "STAND-006", "resources/1/id"),
        (altered("resources", 0, "fields", 1, "options", to=None), "STAND-005", "resources/0/fields/1"),
        (altered("resources", 0, "fields", 2, "resource", to=None), "STAND-005", "resources/0/fields/2"),
        (altered("resources", 0, "fields", 8, "fields", to=None), "STAND-005", "resources/0/fields/8"),
        (
            altered("resources", 0, "fields", 8, "fields", to=[field("a"), field("a")]),
            "STAND-003",
            "resources/0/fields/8/fields/1/key",
        ),
    ],
)
def test_a_document_is_refused_at_its_place_when_a_part_is_wrong(written: Any, code: str, place: str) -> None:
    assert (code, f"store.json#/{place}") in problems_of(written)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "STAND-001"),
        (b"\xff\xfe", "STAND-001"),
        (b"", "STAND-001"),
        (b" " * (LARGEST + 1), "STAND-001"),
        (b'{"format": 1', "STAND-002"),
        (b'{"format": 1, "format": 1}', "STAND-002"),
    ],
)
def test_a_file_is_refused_when_it_holds_no_document(tmp_path: Any, content: bytes | None, code: str) -> None:
    path = tmp_path / "store.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineError, match=code):
        read_partner(path)


def test_a_document_is_read_when_it_stands_in_a_file(tmp_path: Any) -> None:
    path = tmp_path / "store.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    assert list(read_partner(path).resources) == ["boxes", "owners"]


def test_every_bad_row_is_told_and_nothing_is_made_when_some_are(tmp_path: Any) -> None:
    rows = [
        box(1, colour="red"),
        box(2, size=""),
        box(3, price="1.234"),
        box(4, owner="bert"),
        box(5, day={"days": 1, "time": "25:00"}),
        box(6, things=[{"count": "x"}]),
        box(7),
        box(7),
    ]
    partner = partner_def(document(*rows), "store.json")
    for _ in range(2):
        with pytest.raises(EngineError) as caught:
            open_shelf(tmp_path / "store.db", partner, ANCHOR, lambda: 0)
        assert [(one.code, one.path.removeprefix("resources/0/rows/")) for one in caught.value.problems] == [
            ("STAND-007", "0/fields/colour"),
            ("STAND-008", "1/fields/size"),
            ("STAND-009", "2/fields/price"),
            ("STAND-010", "3/fields/owner"),
            ("STAND-009", "4/fields/day"),
            ("STAND-008", "5/fields/things/0/name"),
            ("STAND-009", "5/fields/things/0/count"),
            ("STAND-011", "7/fields"),
        ]


def test_days_and_months_count_from_the_anchor_when_rows_are_put_in(tmp_path: Any) -> None:
    row = box(1, day={"days": -18}, month={"month": -3}, seen={"days": -1, "time": "09:30"})
    found = Played(tmp_path / "store.db", document(row)).ask("GET", "api/boxes/B-001").body
    assert (found["day"], found["month"], found["seen"]) == ("2026-02-28", "2025-12", "2026-03-17T01:30:00Z")
    assert found["changed_at"].startswith("2026-03-17T00:00:00")


def test_a_file_is_kept_when_it_is_opened_again(tmp_path: Any) -> None:
    first = Played(tmp_path / "store.db")
    first.ask("POST", "api/boxes", {"size": "small"})
    first.shelf.close()
    assert Played(tmp_path / "store.db").ids("api/boxes") == ["B-001"]


def test_a_file_is_refused_when_it_was_made_of_something_else(tmp_path: Any) -> None:
    Played(tmp_path / "store.db").shelf.close()
    partner = partner_def(document(), "store.json")
    open_shelf(tmp_path / "store.db", partner, ANCHOR + 1, lambda: 0).close()
    with pytest.raises(EngineError, match="STAND-022"):
        open_shelf(tmp_path / "store.db", partner, ANCHOR + 1, lambda: 0, is_stated=True)
    with pytest.raises(EngineError, match="STAND-022"):
        Played(tmp_path / "store.db", document(box(1)))


def test_a_file_is_refused_when_it_cannot_be_used(tmp_path: Any) -> None:
    (tmp_path / "store.db").write_bytes(b"no database, whatever its name" * 40)
    for path in (tmp_path / "store.db", tmp_path / "absent" / "store.db"):
        with pytest.raises(EngineError, match="STAND-023"):
            Played(path)
