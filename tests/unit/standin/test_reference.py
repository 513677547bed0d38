"""The page about stand-ins says what there is: its document can be played, its options and resources are these."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import Any

from engine.standin.commands import demo_erp, shipped
from engine.standin.definitions import read_partner
from engine.standin.failing import Failures
from tests.unit.house.sources import ROOT
from tests.unit.standin.partners import Played

PAGE = (ROOT / "docs" / "reference" / "stand-in.md").read_text(encoding="utf-8")


def test_the_document_of_the_page_is_played_when_it_is_copied(tmp_path: Any) -> None:
    (written,) = re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)
    (row,) = Played(tmp_path / "store.db", json.loads(written)).ask("GET", "api/boxes").body["items"]
    assert (row["packed"], row["things"]) == ("2026-03-13", [{"count": "2.0"}])


def test_every_option_is_told_when_the_page_is_read() -> None:
    table = PAGE.partition("## The command")[2].partition("## ")[0]
    assert set(re.findall(r"`(--[a-z-]+)", table)) == {name for one in demo_erp.params for name in one.opts}


def test_every_failure_is_told_when_the_page_is_read() -> None:
    table = PAGE.partition("## How it fails")[2].partition("## ")[0]
    assert {one.name for one in fields(Failures)} <= set(re.findall(r"`([a-z_]+)`", table))


def test_every_resource_is_told_when_the_page_is_read() -> None:
    told = PAGE.partition("The ERP has")[2].partition("; their")[0]
    assert re.findall(r"`([a-z]+)`", told) == list(read_partner(shipped()).resources)
