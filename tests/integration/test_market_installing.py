"""The market puts a pack in with its demo on SQLite; what was cut short is taken up again."""

from __future__ import annotations

import itertools
import json
import shutil
import time
from dataclasses import replace

import pytest

from engine import market
from engine.boot import open_instance, read_settings
from engine.packs.reading import read_pack
from engine.runtime.works import EVERY_MS, Works
from tests.integration.test_past import PLAN, changed, rows
from tests.support.apps import LIBRARY

PATIENCE_SECONDS = 60


@pytest.fixture
def instance(tmp_path):
    """An instance on SQLite, where one writes at a time; each report of a work is written down."""
    opened = open_instance(read_settings({"YOUJU_HOME": str(tmp_path / "home")}))
    return replace(opened, works=Works(opened.database, itertools.count(0, EVERY_MS).__next__))


@pytest.fixture
def pack(tmp_path):
    """Return the pack of a library that tells a past."""

    def told(plan):
        folder = tmp_path / "library"
        shutil.copytree(LIBRARY, folder, dirs_exist_ok=True)
        (folder / "demo" / "past.json").write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
        return read_pack(folder)

    return told


def put_in(instance, pack):
    """Install a pack with its demo from the market; return how that ended."""
    market.begin_install(instance, pack, "root", demo=True)
    until = time.monotonic() + PATIENCE_SECONDS
    while (work := market.installing(instance, pack.key)).state == "running":
        assert time.monotonic() < until
        time.sleep(0.05)
    return work


def test_a_demo_with_a_past_is_put_in_when_one_writes_at_a_time(instance, pack):
    work = put_in(instance, pack(PLAN))
    assert (work.state, work.problems) == ("done", ())
    assert work.done == work.total > 1
    assert rows(instance, "SELECT count(*) FROM loan") == [(9,)]
    assert not market.was_cut_short(instance, "library")


def test_a_demo_is_made_to_its_end_when_it_was_cut_short(instance, pack):
    assert put_in(instance, pack(changed("members", name=None))).state == "failed"
    assert rows(instance, "SELECT count(*) FROM loan") == [(0,)]
    assert market.was_cut_short(instance, "library")
    assert market.has_half_demo(instance, "library")
    assert put_in(instance, pack(PLAN)).state == "done"
    assert rows(instance, "SELECT count(*) FROM loan") == [(9,)]
    assert not market.was_cut_short(instance, "library")
    assert not market.has_half_demo(instance, "library")
