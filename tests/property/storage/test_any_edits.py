"""The database is what the design says after any edits: as if made anew, plus what was retired, and nothing else."""

from __future__ import annotations

import copy
import itertools
import random
import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as some

from engine.kernel.problems import EngineError
from engine.storage import settings as settings_of_the_instance
from engine.storage.database import open_database
from tests.property.storage.designs import EDITS, begun
from tests.support.schemas import Schema, schema_of
from tests.support.sites import Site

SEQUENCES = some.lists(some.tuples(some.sampled_from(sorted(EDITS)), some.integers(0, 2**32)), min_size=8, max_size=14)
"""Edits by name, each with the number that its choices come of."""

SAMPLES = {"sqlite": 15, "postgresql": 4}
BRISK = (Phase.explicit, Phase.reuse, Phase.generate)
"""To shrink what was found would take minutes, since every try is a dozen publications; sequences are short anyway."""

_numbers = itertools.count(1)


@contextmanager
def empty(dialect, request):
    """Open a new database with the engine's own tables."""
    with TemporaryDirectory() as folder:
        if dialect == "sqlite":
            path = Path(folder) / "youju.db"
            shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
            url = f"sqlite:///{path}"
        else:
            server, name = request.getfixturevalue("postgres_server"), f"edited_{next(_numbers)}"
            url = server.create(name, request.getfixturevalue("migrated_postgres"))
        database = open_database(url)
        try:
            yield database
        finally:
            database.close()
            if dialect == "postgresql":
                server.drop(name)


def seen(database) -> Schema:
    with database.read() as connection:
        found = schema_of(connection)
    for table in found.tables.values():
        table.columns.pop("_converted", None)  # the mark of rows, where a type has changed
    return found


def name_alike(database, other):
    """Let another database choose the same physical names: a field's name tells which types it has had."""
    with database.read() as connection:
        names = settings_of_the_instance.read(connection, "tables.shop")
    with other.write() as connection:
        settings_of_the_instance.write(connection, "tables.shop", names)


class Memory:
    """What has ever been published: the widest of each number, and all that was there at some time."""

    def __init__(self) -> None:
        self.before = Schema({}, {})

    def expected(self, fresh: Schema) -> Schema:
        """Return what must be there once the design is published of which ``fresh`` was made anew."""
        tables = dict(self.before.tables)
        for name, table in fresh.tables.items():
            old = self.before.tables.get(name)
            tables[name] = table if old is None else _grown(old, table)
        return Schema(tables, {**self.before.views, **fresh.views})


def _grown(old, new):
    """Return a table that has become ``new`` and keeps what it had: columns and the indices of what is gone."""
    retired = old.columns.keys() - new.columns.keys()
    wide = {name: _wider(old.columns.get(name), column) for name, column in new.columns.items()}
    kept = {
        name: index
        for name, index in old.indices.items()
        if name not in new.indices and index[0][0] in retired and not index[1]
    }
    return type(new)(
        {**{name: old.columns[name] for name in retired}, **wide},
        new.key,
        {**kept, **new.indices},
        {**old.references, **new.references},
    )


def _wider(old, new):
    if old is None or old[1] is None or new[1] is None or old[0] != new[0] or old[2] != new[2]:
        return new
    return (new[0], max(old[1], new[1]), *new[2:])


def walk(dialect, request, sequence):
    """Publish after every edit; compare each time with the same design made anew in another database."""
    with empty(dialect, request) as database:
        site, design, memory = Site(database), begun(), Memory()
        for name, seed in [("rename_field", 0), *sequence]:
            tried = copy.deepcopy(design)
            tried.edit(name, random.Random(seed).randrange)  # noqa: S311 - repeatable on purpose
            try:
                site.publish(tried.documents())
            except EngineError as error:
                event(f"refused: {error.problems[0].code} {name}")
                assert seen(database) == memory.before, name
                continue
            design = tried
            with empty(dialect, request) as other:
                name_alike(database, other)
                Site(other).publish(design.documents())
                expected = memory.expected(seen(other))
            found = seen(database)
            assert found.tables == expected.tables, name
            assert found.views == expected.views, name
            memory.before = found


@pytest.mark.parametrize("dialect", sorted(SAMPLES))
def test_the_database_is_that_of_the_design_when_it_was_edited_in_any_way(dialect, request):
    @settings(max_examples=SAMPLES[dialect], deadline=None, phases=BRISK, suppress_health_check=list(HealthCheck))
    @given(SEQUENCES)
    def hold(sequence):
        walk(dialect, request, sequence)

    hold()
