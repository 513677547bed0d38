"""Colours can be read in both themes, and every icon that is asked for is drawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import web
from web.pages.design import COLOURS, icons

WEB = Path(web.__file__).parent
TOKENS = (WEB / "styles" / "tokens.css").read_text(encoding="utf-8")
COLOUR = re.compile(r"--([a-z0-9-]+): var\(--day, (#[0-9a-f]{6})\) var\(--night, (#[0-9a-f]{6})\);")
BOTH = {name: (day, night) for name, day, night in COLOUR.findall(TOKENS)}
TEXT, SIGN = 4.5, 3.0
ON_GROUND = tuple(
    (ground, ink) for ground in ("ground", "sheet", "raised") for ink in ("accent", "good", "warn", "bad")
)


def luminance(colour):
    """Return the relative luminance of WCAG 2."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["day", "night"])
@pytest.mark.parametrize(("ground", "ink"), [*COLOURS, *ON_GROUND, ("ground", "soft"), ("ink", "ground")])
def test_text_stands_out_when_it_is_on_its_ground(theme, ground, ink):
    assert contrast(BOTH[ground][theme], BOTH[ink][theme]) >= TEXT


@pytest.mark.parametrize("theme", [0, 1], ids=["day", "night"])
@pytest.mark.parametrize("sign", ["edge", "focus", *(f"series-{number}" for number in range(1, 7))])
def test_borders_of_controls_and_series_stand_out_when_they_are_on_a_sheet(theme, sign):
    assert contrast(BOTH["sheet"][theme], BOTH[sign][theme]) >= SIGN


def test_contrast_is_that_of_the_standard_when_it_is_measured():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_every_icon_is_drawn_when_a_template_asks_for_it():
    asked = {
        name
        for path in (WEB / "templates").rglob("*.html")
        for name in re.findall(r'icon\("([a-z-]+)"\)', path.read_text(encoding="utf-8"))
    }
    assert asked
    assert asked <= set(icons())
