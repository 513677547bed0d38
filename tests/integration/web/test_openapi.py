"""The API's description: valid, complete, no more than the asker may see, and true of what is sent and answered."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from tests.integration.web.deals import APP
from tests.integration.web.test_api import ABSENT, problems
from tests.support.contracts import Contract, fitting

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def described(api):
    return api("GET", "/openapi.json").get_json()


def test_the_description_is_valid_when_it_is_judged_by_the_standard(api, reader_api, admin_api):
    for caller in (api, reader_api, admin_api):
        validate(described(caller), cls=OpenAPIV31SpecValidator)


def test_every_route_is_described_when_everything_is_in_reach(app, instance, api, deals):
    assert deals.instance is instance
    instance.directory.grant("librarian", "youju", "admin")
    instance.directory.grant("librarian", APP, "staff")
    document = described(api)
    templates = {
        (re.sub(r"^/api/v1", "", rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    paths = [(path, method.upper()) for path, operations in document["paths"].items() for method in operations]
    found = set()
    adapter = app.url_map.bind("localhost")
    for path, method in paths:
        address = "/api/v1" + path.replace("{record_id}", ABSENT).replace("{task_id}", ABSENT)
        rule, _ = adapter.match(re.sub(r"\{\w+\}", "x", address), method=method, return_rule=True)
        found.add((re.sub(r"^/api/v1", "", rule.rule), method))
    assert found == templates
    names = [operation["operationId"] for operations in document["paths"].values() for operation in operations.values()]
    assert len(names) == len(set(names))


def test_only_what_the_reader_may_see_is_described_when_it_asks(api, reader_api):
    fields = described(reader_api)["components"]["schemas"]["library.book.fields"]["properties"]
    assert "price" in described(api)["components"]["schemas"]["library.book.fields"]["properties"]
    assert "price" not in fields
    paths = described(reader_api)["paths"]
    assert not [path for path in paths if "parameters" in path or "export" in path]
    assert "/library/book" in paths


def test_an_administrator_finds_parameters_and_exports_when_there_is_no_role(admin_api):
    paths = described(admin_api)["paths"]
    assert {"/library/parameters", "/library/parameters/loan.limit", "/apps/library/export"} <= set(paths)
    assert "/library/book" not in paths


def test_fields_are_described_by_their_type_when_a_form_is(api):
    schemas = described(api)["components"]["schemas"]
    create = schemas["library.book.create"]["properties"]["fields"]
    assert create["additionalProperties"] is False
    assert set(create["required"]) == {"title", "isbn"}
    assert create["properties"]["price"]["pattern"] == r"^-?[0-9]{1,18}(\.[0-9]{1,2})?$"
    assert create["properties"]["published"]["format"] == "date"
    assert create["properties"]["copies"]["items"]["additionalProperties"] is False
    loan = schemas["library.loan.create"]["properties"]
    assert "lend" in loan["transition"]["enum"]
    assert "state" not in loan["fields"]["properties"]
    assert schemas["library.loan.record"]["properties"]["state"]["enum"][-1] is None
    parameter = schemas["library.parameters.loan.limit.value"]["properties"]["value"]
    assert (parameter["x-min"], parameter["x-max"]) == ("1", "50")


def test_the_description_is_refused_when_nobody_is_signed_in(api):
    api.token = None
    problems(api("GET", "/openapi.json"), 401)


PLACES = {
    "/library/book": "POST",
    "/library/member": "POST",
    "/library/loan": "POST",
    "/library/book/preview": "POST",
    "/library/loan/preview": "POST",
    "/library/parameters/loan.limit": "PUT",
    "/library/parameters/fine.per_day": "PUT",
}


@FEW
@given(st.data(), st.sampled_from(sorted(PLACES)))
def test_whatever_fits_is_answered_as_described_when_it_is_sent(api, data, path):
    contract = api.contract
    schema = contract.body_schema(contract.operation(PLACES[path], path))
    body = data.draw(fitting(contract, schema))
    assert not contract.breaches(schema, body)
    assert api(PLACES[path], path, body).status_code in (200, 201, 404, 409, 422)


@FEW
@given(st.data())
def test_a_change_that_fits_is_answered_as_described_when_the_record_is_there(api, isbn, data):
    book = api.make("book", title="书", isbn=isbn())
    path = f"/library/book/{book['id']}"
    contract: Contract = api.contract
    body = data.draw(fitting(contract, contract.body_schema(contract.operation("PATCH", path))))
    assert api("PATCH", path, body, If_Match="1").status_code in (200, 404, 409, 422)


@FEW
@given(st.data())
def test_a_transition_that_fits_is_answered_as_described_when_it_is_fired(api, isbn, data):
    member = api.make("member", name="韩梅", card_no=isbn())
    loan = api.make("loan", book=api.make("book", title="家", isbn=isbn())["id"], member=member["id"])
    contract: Contract = api.contract
    pattern = f"/library/loan/{loan['id']}/transitions/x"
    operation = contract.operation("POST", pattern)
    key = data.draw(st.sampled_from(operation["parameters"][1]["schema"]["enum"]))
    body = data.draw(fitting(contract, contract.body_schema(operation)))
    assert api("POST", pattern.removesuffix("x") + key, body).status_code in (200, 404, 409, 422)


@pytest.mark.parametrize("broken", [{"fields": {"nonsense": 1}}, {"fields": {"title": 5}}, {"field": {}}, [], 7])
def test_a_body_that_does_not_fit_breaks_the_contract_when_it_is_checked(api, broken):
    schema = api.contract.body_schema(api.contract.operation("POST", "/library/book"))
    assert api.contract.breaches(schema, broken)
    assert not api.contract.breaches(schema, {"fields": {"title": "书", "isbn": "1"}})
    assert json.dumps(described(api), allow_nan=False)
