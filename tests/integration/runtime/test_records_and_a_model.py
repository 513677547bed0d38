"""Records go through whatever people do to them, in any order, and are what plain dictionaries say; on both databases.

Two browsers each remember what they looked at last, so that many a change is meant for an earlier version. Any step may
fail at any statement: then it has not happened.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event

from engine.kernel.problems import EngineError, Nature
from engine.runtime.directory import ADMIN_ROLE
from engine.storage.audit import verify
from engine.storage.sealer import Sealer
from tests.integration.runtime.conftest import LIBRARIAN
from tests.support.record_model import AbsentError, ConflictError, Model, ModelRecord

OURS = ("library", "book")
KEY = b"of the model"
EXAMPLES = {"sqlite": 60, "postgresql": 12}
MOST = 2
"""How many records there are: few, so that people meet."""
PLAIN = ("title", "author", "note")

browsers = st.sampled_from(["desk", "phone"])
which = st.integers(0, 1)
words = st.sampled_from(["甲", "乙", "丙"])
shelves = st.sampled_from(["A", "B", "C"])
crashes = st.one_of(st.none(), st.none(), st.integers(1, 25))
changes = st.fixed_dictionaries({}, optional=dict.fromkeys(PLAIN, words))
line_changes = st.dictionaries(st.integers(0, 3), st.one_of(st.none(), shelves), max_size=3)


class LostError(Exception):
    """The connection is lost before a statement."""


@contextmanager
def crashing(engine, at: int | None):
    """Lose the connection before the statement of this number, if there are so many."""
    left = at

    def before(*_rest: object) -> None:
        nonlocal left
        if left is not None:
            left -= 1
            if left == 0:
                raise LostError

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", before)


class Records(RuleBasedStateMachine):
    """What people do to books, to the system and to the model alike."""

    library: Any
    root: Any
    witness: Any

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.looks: dict[tuple[str, str], int] = {}
        self.ids: list[str] = []
        self.lines: dict[str, dict[str, str]] = {}
        self.barcodes = 0

    @initialize()
    def begin(self) -> None:
        self.others = {record.id for record in self._listed()} | {one.id for one in self._binned()}

    def _listed(self):
        return self.library.records.list(self.library.anna, *OURS, limit=200).items

    def _binned(self):
        return self.library.site.services.bin.list(self.library.anna, *OURS, limit=200).items

    def _id(self, number: int) -> str | None:
        return self.ids[number % len(self.ids)] if self.ids else None

    def _both(self, crash: int | None, real, model) -> Any:
        """Do one thing to both; what the one refuses the other refuses too, and what crashed has not happened."""
        try:
            with crashing(self.library.site.database.engine, crash):
                answer, refused = real(), None
        except LostError:
            return None
        except EngineError as error:
            answer, refused = None, error.nature
        try:
            model()
        except ConflictError:
            assert refused is Nature.CONFLICT
        except AbsentError:
            assert refused is Nature.ABSENT
        else:
            assert refused is None, refused
            return answer
        return None

    @precondition(lambda self: len(self.ids) < MOST)
    @rule(title=words, note=words, shelf=shelves, crash=crashes)
    def create(self, title: str, note: str, shelf: str, crash: int | None) -> None:
        barcodes = [f"b{self.barcodes + number}" for number in (1, 2)]
        self.barcodes += 2
        lines = [{"barcode": barcode, "shelf": shelf} for barcode in barcodes]
        made = self._both(crash, lambda: self.library.book(title=title, note=note, copies=lines), lambda: None)
        if made is not None:
            self.ids.append(made.id)
            self.looks |= dict.fromkeys((("desk", made.id), ("phone", made.id)), 1)
            self.model.create(
                made.id, {"title": title, "author": None, "note": note, "copies": dict.fromkeys(barcodes, shelf)}
            )
            self._know_lines(made)

    @rule(browser=browsers, number=which)
    def look(self, browser: str, number: int) -> None:
        id = self._id(number)
        if id is not None and id in self.model.records:
            self.looks[browser, id] = self.model.records[id].version

    @rule(browser=browsers, number=which, wanted=changes, lines=line_changes, more=st.booleans(), crash=crashes)
    def change(self, browser: str, number: int, wanted: dict, lines: dict, *, more: bool, crash: int | None) -> None:
        id = self._id(number)
        seen = self.looks.get((browser, id or ""))
        if id is None or seen is None:
            return
        known = self.model.records.get(id)
        theirs = {} if known is None else dict(known.versions[seen - 1]["copies"])
        sent, told = dict(wanted), dict(wanted)
        if lines or more:
            for place, shelf in lines.items():
                barcode = list(theirs)[place] if place < len(theirs) else None
                if barcode is not None and shelf is None:
                    del theirs[barcode]
                elif barcode is not None:
                    theirs[barcode] = shelf
            named = [
                {"id": self.lines[id][barcode], "barcode": barcode, "shelf": shelf} for barcode, shelf in theirs.items()
            ]
            if more:
                self.barcodes += 1
                theirs[f"b{self.barcodes}"] = "N"
                named.append({"barcode": f"b{self.barcodes}", "shelf": "N"})
            sent["copies"], told["copies"] = named, theirs
        update = self.library.records.update
        self._both(
            crash, lambda: update(self.library.anna, *OURS, id, sent, seen), lambda: self.model.change(id, seen, told)
        )
        if id in self.model.here():
            self._know_lines(self.library.records.read(self.library.anna, *OURS, id))

    @rule(browser=browsers, number=which, crash=crashes)
    def delete(self, browser: str, number: int, crash: int | None) -> None:
        id = self._id(number)
        seen = self.looks.get((browser, id or ""))
        if id is not None and seen is not None:
            delete = self.library.records.delete
            self._both(crash, lambda: delete(self.library.anna, *OURS, id, seen), lambda: self.model.delete(id, seen))

    @rule(browser=browsers, number=which, crash=crashes)
    def restore(self, browser: str, number: int, crash: int | None) -> None:
        id = self._id(number)
        seen = self.looks.get((browser, id or ""))
        if id is not None and seen is not None:
            restore = self.library.site.services.bin.restore
            self._both(crash, lambda: restore(self.library.anna, *OURS, id, seen), lambda: self.model.restore(id, seen))

    @rule(number=which, crash=crashes)
    def destroy(self, number: int, crash: int | None) -> None:
        id = self._id(number)
        if id is not None:
            purge = self.library.site.services.bin.purge
            self._both(crash, lambda: purge(self.root, *OURS, id), lambda: self.model.destroy(id))

    def _know_lines(self, view) -> None:
        known = self.lines.setdefault(view.id, {})
        known |= {line["barcode"]: line["id"] for line in view.fields["copies"] or ()}

    @invariant()
    def records_are_what_the_model_says(self) -> None:
        here = {record.id: record for record in self._listed() if record.id not in self.others}
        assert here.keys() == self.model.here().keys()
        for id, record in here.items():
            self._same(record, self.model.records[id])
        assert {one.id for one in self._binned()} - self.others == self.model.binned().keys()

    @staticmethod
    def _same(record, wanted: ModelRecord) -> None:
        assert record.version == wanted.version
        assert {key: record.fields[key] for key in PLAIN} == {key: wanted.now[key] for key in PLAIN}
        lines = {line["barcode"]: line["shelf"] for line in record.fields["copies"] or ()}
        assert list(lines.items()) == list(wanted.now["copies"].items())
        assert record.fields["copy_count"] == str(len(lines))

    def teardown(self) -> None:
        """Seal and verify: the journal, replayed, gives every record as it is."""
        site = self.library.site
        Sealer(site.database, KEY, self.witness, "one", site.real).seal()
        with site.database.read() as connection:
            tables = site.services.execution.catalogs.current(connection).tables
        assert verify(site.database, tables, KEY, self.witness).findings == ()


def test_records_are_what_plain_dictionaries_say_whatever_happens_to_them(library, tmp_path, request):
    library.site.person("root", ADMIN_ROLE, LIBRARIAN)
    Records.library, Records.root = library, library.site.viewer("root")
    Records.witness = tmp_path / "journal.head"
    run_state_machine_as_test(
        Records,
        settings=settings(
            max_examples=EXAMPLES[library.site.database.dialect],
            stateful_step_count=30,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink would take minutes; 30 steps are read
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture(autouse=True)
def _forget():
    yield
    for name in ("library", "root", "witness"):
        if name in vars(Records):
            delattr(Records, name)
