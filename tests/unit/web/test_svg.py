"""Pictures as SVG: texts stay texts, small marks can be hit, nothing asks for a style."""

from __future__ import annotations

from lxml import etree

from engine.printouts.picture import Area, Dot, Label, Picture, Stroke
from web.svg import svg

SHAPES = (
    Stroke(((0, 0), (10.04, 5)), "line", 1.5, (2, 3)),
    Area(((0, 0), (4, 0), (4, 4)), "series-2", 0, "<b>&\"'", 40),
    Dot(5, 5, 2, "series-1", 1, "beyond the rows"),
    Label(1, 2, "</text><script>", "end", "ink"),
)


def test_texts_stay_texts_when_they_look_like_markup():
    made = etree.fromstring(svg(Picture(20, 10, SHAPES), ['/a?x=1&y="2"']))
    assert [one.tag for one in made.iter() if one.tag in ("b", "script")] == []
    assert made.find(".//title").text == "<b>&\"'"
    assert made.find("text").text == "</text><script>"
    assert made.find("a").get("href") == '/a?x=1&y="2"'


def test_marks_lead_where_their_row_does_when_it_is_there():
    made = etree.fromstring(svg(Picture(20, 10, SHAPES), ["/first"]))
    (link,) = made.findall("a")
    assert link.get("tabindex") == "-1"
    assert [one.get("class") for one in link] == [None, "in-series-2", "hit"]
    assert made.find("g/circle").get("class") == "in-series-1"


def test_nothing_has_a_style_when_it_is_drawn():
    written = svg(Picture(20, 10, SHAPES), [])
    assert "style" not in written
    assert 'points="0,0 10,5"' in written
    assert 'fill-opacity="0.4"' in written
    assert 'aria-hidden="true"' in written
