"""The example of the reference of approvals is one that starts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine.workflows.approvals.definitions import OUTCOMES
from tests.support.approving import DEAL, ROLES, flow
from tests.support.apps import app, places, problems_of

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "approvals.md"


def example():
    return json.loads(re.search(r"```json\n(.*?)```", REFERENCE.read_text(encoding="utf-8"), re.DOTALL).group(1))


def test_the_example_starts():
    assert places(problems_of(app(DEAL, flow(*example()), key="crm", roles=ROLES))) == []


def test_a_mistake_in_it_would_be_found():
    [broken] = example()
    broken["ends"]["approved"] = "nowhere"
    assert places(problems_of(app(DEAL, flow(broken), key="crm", roles=ROLES)))


@pytest.mark.parametrize("name", ["approvals.md", "approvals.zh.md"])
def test_every_outcome_and_key_of_a_step_is_told(name):
    text = REFERENCE.with_name(name).read_text(encoding="utf-8")
    keys = {key for step in example()[0]["steps"] for key in step} - {"uid", "key", "labels"}
    assert [word for word in (*OUTCOMES, *keys) if f"`{word}" not in text] == []
