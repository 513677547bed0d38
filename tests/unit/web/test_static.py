"""Budgets of what is sent to every phone, and a policy that forbids what is inline."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import pytest

import web
from tests.support.node import node

WEB = Path(web.__file__).parent
STATIC = WEB / "static"
TEMPLATES = sorted((Path(web.__file__).parent / "templates").glob("*.html"))


def test_built_files_are_those_of_the_sources_when_built_afresh(tmp_path):
    subprocess.run([node(), str(WEB / "build.mjs"), "--out", str(tmp_path)], check=True, capture_output=True)
    fresh = {path.name: path.read_text("utf8") for path in tmp_path.iterdir()}
    assert fresh == {name: (STATIC / name).read_text("utf8") for name in fresh}, "run: make javascript"


def packed(*names):
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)


def test_the_style_sheet_is_within_its_budget_when_packed():
    assert packed("app.css") <= 15 * 1024


def test_the_scripts_of_a_form_are_within_their_budget_when_packed():
    assert packed("htmx.min.js", "frame.js", "form.js", "capture.js", "viewer.js") <= 60 * 1024


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_inline_when_the_policy_is_strict(template):
    source = template.read_text(encoding="utf-8")
    assert not re.search(
        r"\sstyle\s*=|\son[a-z]+\s*=|<style|javascript:|hx-on|hx-vals\s*=\s*.js:", source, re.IGNORECASE
    )
    assert not re.search(r"<script(?![^>]*\bsrc=|[^>]*\btype=.application/json)", source, re.IGNORECASE)
    assert not re.search(r"(?:src|href)=[\"']https?://", source)


def test_the_style_sheet_names_its_layers_when_it_opens():
    source = (STATIC / "app.css").read_text(encoding="utf-8")
    assert source.startswith("@layer reset,tokens,base,components,utilities;")
    assert "italic" not in source
