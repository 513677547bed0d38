"""The page of every part that pages are made of, in all its states: for those who build and look, not for work."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from flask import Blueprint, render_template

from web.doors import instance, viewer
from web.problems import NOT_FOUND, RequestRefused

blueprint = Blueprint("design", __name__)

SPRITE: Final = Path(__file__).parents[1] / "static" / "icons.svg"
COLOURS: Final = (
    ("ground", "ink"),
    ("sheet", "ink"),
    ("sheet", "soft"),
    ("sunken", "soft"),
    ("accent", "accent-ink"),
    ("accent-soft", "accent"),
    ("good-soft", "good"),
    ("warn-soft", "warn"),
    ("bad-soft", "bad"),
    ("bad", "sheet"),
    ("info-soft", "info"),
    ("plain-soft", "soft"),
)
"""Pairs of tokens that stand on each other: the ground, and what is written on it."""


@cache
def icons() -> tuple[str, ...]:
    """Return the names of all icons."""
    return tuple(re.findall(r'<symbol id="([a-z-]+)"', SPRITE.read_text(encoding="utf-8")))


@blueprint.get("/design")
def design() -> str:
    """Show the parts, to administrators and wherever the test clock runs."""
    asking = viewer()
    if not instance().settings.test_clock and not instance().apps.may_export(asking):
        raise RequestRefused(404, NOT_FOUND.at())
    return render_template("design.html", icons=icons(), colours=COLOURS)
