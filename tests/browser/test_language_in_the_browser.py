"""The rule language in a real page under the site's policy: the same answers as Python, without code from text."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from engine.kernel.problems import EngineError
from engine.language.backends.javascript.trees import to_json
from engine.language.backends.javascript.worlds import world_json
from engine.language.cases import shown
from engine.language.compiling import compile_expression
from tests.browser.conftest import VIOLATIONS
from tests.property.language.generating import BOUNDS, KINDS, chosen
from tests.property.language.worlds import APP, SCOPE, ZONES, made_rows, plain
from tests.support.node import LANGUAGE

ORIGIN = "http://language.test"
POLICY = "default-src 'none'; script-src 'self'; img-src 'self' data:; base-uri 'none'"
"""As the site's own, as far as it bears on scripts."""

PAGE = """<!doctype html><html lang="zh"><head><title>language</title><link rel="icon" href="data:,">
<script type="module" src="/page.mjs"></script></head><body></body></html>"""
MODULE = """
import { around, compile, readRow, show, Unknown } from "/language.mjs";

// The browser's debugger lifts the policy while it calls: the work waits until it has gone.
const undisturbed = () => new Promise((later) => setTimeout(later));

window.codeFromText = async () => {
  await undisturbed();
  try {
    return new Function("return 1")();
  } catch (error) {
    return error.name;
  }
};

window.answers = async ({ world, trees }) => {
  await undisturbed();
  const surroundings = around(world, world.types);
  const rows = world.subjects.map((row) => readRow(row, world.types));
  return trees.map((tree) => {
    const { evaluate, holds } = compile(tree);
    return rows.map((row) => {
      try {
        return [show(evaluate(row, surroundings), tree[2]), holds(row, surroundings)];
      } catch (error) {
        return error instanceof Unknown ? "unknown" : String(error);
      }
    });
  });
};
document.body.textContent = "ready";
"""
SERVED = {
    "/": ("text/html", PAGE),
    "/page.mjs": ("text/javascript", MODULE),
    "/language.mjs": ("text/javascript", LANGUAGE.read_text("utf8")),
}
ROWS = made_rows(seed=3, deals=30)
DEALS = ROWS[APP, "deal"]


def _fulfil(route):
    kind, body = SERVED[route.request.url.removeprefix(ORIGIN)]
    route.fulfill(body=body, content_type=f"{kind}; charset=utf-8", headers={"Content-Security-Policy": POLICY})


@pytest.fixture
def unwatched(browser):
    """A page in a browser whose own zone and language are not the app's."""
    context = browser.new_context(timezone_id="Pacific/Kiritimati", locale="ar-EG")
    context.add_init_script(VIOLATIONS)
    yield context.new_page()
    context.close()


def _opened(page):
    page.route(f"{ORIGIN}/**", _fulfil)
    page.goto(f"{ORIGIN}/")
    page.wait_for_selector("text=ready")
    return page


@pytest.fixture
def page(unwatched, watch):
    return _opened(watch.over(unwatched))


def _expressions(count):
    chance, made = random.Random(5), []  # noqa: S311
    while len(made) < count:
        source = chosen(chance, chance.choice(KINDS), chance.randint(1, 4))
        try:
            made.append(compile_expression(source, SCOPE))
        except EngineError as refused:
            if not {problem.code for problem in refused.problems} <= BOUNDS:
                raise
    return made


@pytest.mark.parametrize("zone", ZONES[:3])
def test_page_answers_as_python_does_when_expressions_and_rows_are_hostile(page, zone):
    expressions, world = _expressions(250), plain(ROWS, zone)
    sent = {"world": world_json(world, SCOPE, DEALS), "trees": [to_json(one.tree) for one in expressions]}
    answers = page.evaluate("(given) => window.answers(given)", sent)
    for expression, answer in zip(expressions, answers, strict=True):
        kind = expression.type
        expected = [[shown(expression.evaluate(row, world), kind), expression.holds(row, world)] for row in DEALS]
        assert answer == expected, (expression.source, zone)


def test_page_says_unknown_when_it_was_not_sent_a_record(page):
    deal = {**DEALS[0], "customer": "c01"}
    world = world_json(replace(plain(ROWS, "UTC"), rows={}), SCOPE, [deal])
    unsent = {name: {**form, "all": False} for name, form in world["forms"].items()}
    sources = ("customer.vip", "count(visits) > 1")
    trees = [to_json(compile_expression(source, SCOPE).tree) for source in sources]
    given = {"world": {**world, "forms": unsent}, "trees": trees}
    assert page.evaluate("(given) => window.answers(given)", given) == [["unknown"], ["unknown"]]


def test_policy_of_these_tests_forbids_code_from_text_when_it_is_tried(unwatched):
    assert _opened(unwatched).evaluate("() => window.codeFromText()") == "EvalError"
