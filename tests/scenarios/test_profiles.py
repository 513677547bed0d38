"""The industry profiles of sales_management: what a visit must name only where an administrator switches it on."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from engine.forms.field_types import BUILT_IN
from engine.packs.reading import find_pack, read_pack
from engine.scenarios.running import run_scenarios

PROFILES = {
    "visit.profile_attendees": {"attendees": [{"ref": "li"}], "decision_maker": {"ref": "li"}},
    "visit.profile_five_elements": {"objections": "响应时间"},
}
GIVEN = [
    {
        "as": "rep",
        "create": {"form": "customer", "ref": "c", "fields": {"legal_name": "信江铜业", "industry": "other"}},
    },
    {"as": "rep", "create": {"form": "contact", "ref": "li", "fields": {"customer": {"ref": "c"}, "name": "李青山"}}},
    {
        "as": "finance",
        "create": {
            "form": "receivable",
            "ref": "final",
            "fields": {"customer": {"ref": "c"}, "kind": "final", "due_date": {"days": -16}, "amount": "73500.00"},
        },
    },
]
VISIT = {
    "visit_purpose": "collection",
    "customer": {"ref": "c"},
    "receivable": {"ref": "final"},
    "promised_receipt_date": {"days": 9},
    "unpaid_reason": "process",
    "onsite_photos": [{"capture": "photo", "lat": "28.6829", "lng": "115.8921"}],
    "todos": [{"title": "拿付款截图", "due_date": {"days": 2}}],
}


def _failures(switched_on, fields, claim):
    """Play one visit on the pack with these profiles on; return what did not hold."""
    pack = read_pack(find_pack("sales_management"))
    parameters = copy.deepcopy(pack.documents["parameters.json"])
    for parameter in parameters["parameters"]:
        if parameter["key"] in switched_on:
            parameter["default"] = True
    visit = {"form": "visit", "ref": "v", "fields": {**VISIT, **fields}, "transition": "submit"}
    scenario = {"id": "profile", "given": GIVEN, "when": [{"as": "rep", "create": visit}], "then": [claim]}
    changed = replace(pack, documents={**pack.documents, "parameters.json": parameters}, scenarios=(scenario,))
    return [failure for result in run_scenarios(changed, BUILT_IN) for failure in result.failures]


@pytest.mark.parametrize("profile", PROFILES)
def test_profile_fields_are_required_when_the_profile_is_on(profile):
    assert _failures([profile], {}, {"refused": {"fields": sorted(PROFILES[profile])}}) == []


@pytest.mark.parametrize("profile", PROFILES)
def test_visit_is_submitted_when_the_profile_is_answered(profile):
    assert _failures([profile], PROFILES[profile], {"record": {"ref": "v", "state": "submitted"}}) == []


def test_profile_fields_may_stay_blank_when_no_profile_is_on():
    assert _failures([], {}, {"record": {"ref": "v", "state": "submitted"}}) == []
