"""One life of an instance within a story: it opens, the clients come, and it is killed or lives to be looked at."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import psycopg  # noqa: F401 - so that forks find it imported
from sqlalchemy import create_engine, text

from engine.boot import Instance, open_instance, read_settings
from engine.catalog import compiling, definitions
from engine.catalog.compiling import Installed
from engine.connectors.egress import system_trust
from engine.decision.changeset import Actor
from engine.kernel.canonical import compact
from engine.kernel.clocks import Clocks
from engine.printouts.paper import Paper, Writing
from engine.printouts.pdf import pdf_of
from engine.runtime.publishing import publish
from tests.fault import breaking, lending
from tests.fault.story import Clock, Player
from tests.support.dumping import dump, ids_in
from tests.support.kill_points import Points, watch
from tests.support.library import NOON
from web.app import bare_app, give

if TYPE_CHECKING:
    from flask import Flask

_WEB: list[Flask] = []
"""The application that every life gives its own instance: to make one takes longer than a story."""


def warm() -> None:
    """Do once what every life does: a fork finds what is imported late and kept for good. Nothing stays open."""
    create_engine("postgresql+psycopg://").dispose()
    system_trust()
    _remember("load_app", definitions.load_app, lambda documents, _types: compact(documents))
    _remember("compile_catalog", compiling.compile_catalog, lambda installed, *_: _revisions(installed))
    with TemporaryDirectory(prefix="youju-kill-") as folder:
        instance = open_instance(read_settings({"YOUJU_HOME": folder}), Clocks(lambda: NOON, lambda: NOON))
        lending.base(instance)
        give(bare_app(), instance).test_client().get("/api/v1/apps")
        _WEB.append(bare_app())
        _WEB[0].url_map.update()
        publish(instance.services.execution, lending.with_a_new_field(), Actor(None))
        dump(instance.database, ids_in(instance.database))
        instance.verify_journal()
        instance.close()
    pdf_of(Paper("", (Writing("title", "字"),)))  # the font is read once


def _remember(name: str, function: Callable[..., Any], key: Callable[..., Hashable]) -> None:
    """Let a pure function work out the same thing once: reading and compiling an app is half of a life's time."""
    known: dict[Hashable, Any] = {}

    def remembered(*arguments: Any) -> Any:
        wanted = key(*arguments)
        if wanted not in known:
            known[wanted] = function(*arguments)
        return known[wanted]

    for module in [module for path, module in sys.modules.items() if path.startswith("engine.")]:
        if getattr(module, name, None) is function:
            setattr(module, name, remembered)


def _revisions(installed: Iterable[Installed]) -> Hashable:
    return tuple((app.definition.digest, app.revision, compact(dict(app.names))) for app in installed)


def live(request: dict[str, Any], player: Callable[..., Player] = Player) -> None:
    """Play the story that the request names, up to its ``fatal`` point; then leave a report in the file ``report``.

    ``player`` makes who plays it.
    """
    folder = Path(request["folder"])
    base = json.loads(Path(request["base"]).read_text(encoding="utf-8"))
    points = Points(request["fatal"], (folder / "died-at").write_text)
    logging.getLogger("engine").addHandler(logging.NullHandler())  # what fails on purpose is no news
    watch(points, folder / "home")
    if request["broken"] is not None:
        getattr(breaking, request["broken"])()
    story = lending.BY_NAME[request["story"]](base["refs"])
    clock = Clock(folder / "clock", story.start)
    os.environ.update(request["settings"])  # secrets are read from there
    where = {"YOUJU_HOME": str(folder / "home"), "YOUJU_DATABASE_URL": request["url"]}
    settings = read_settings({**request["settings"], **where})
    instance = open_instance(settings, Clocks(clock, lambda: int(request["real"])))
    with (folder / "answers").open("a", encoding="utf-8") as answers:
        for answer in player(instance, clock, base["tokens"], points, _web).play(story):
            answers.write(f"{json.dumps(answer)}\n")
            answers.flush()
    _report(instance, frozenset(base["ids"]), list(points.passed), Path(request["report"]))
    instance.close()


def _web(instance: Instance) -> Flask:
    return give(_WEB[0], instance)


def _report(instance: Instance, known: frozenset[str], passed: list[str], path: Path) -> None:
    found = dump(instance.database, known)
    verified = instance.verify_journal()
    with instance.database.read() as connection:
        unsealed = connection.execute(text("SELECT count(*) FROM youju_journal WHERE batch IS NULL")).scalar_one()
    report = {
        "points": passed,
        "rows": found.rows,
        "shallow": found.shallow,
        "findings": [str(problem) for problem in verified.findings],
        "unsealed": unsealed,
    }
    path.write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
