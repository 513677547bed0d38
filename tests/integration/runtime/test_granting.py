"""Roles given and taken: what comes with a role goes with it, and the last administrator stays."""

from __future__ import annotations

import pytest

from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.granting import revoke_by_name
from engine.runtime.needs import keep_needs
from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, role


@pytest.fixture
def shops(site):
    for key in ("base", "one", "two"):
        site.publish(app(form("thing", field("name")), key=key, roles=[role("staff", access("thing"))]))
    with site.database.write() as connection:
        keep_needs(connection, "one", {"base": ""})
        keep_needs(connection, "two", {"base": ""})
    site.person("anna")
    return site


def held(site):
    return {app for app, role in site.viewer("anna").roles if role == "staff"}


def test_what_came_with_a_role_goes_with_it_unless_another_brings_it_too(shops):
    grant = shops.services.directory.grant
    grant("anna", "one", "staff")
    grant("anna", "two", "staff")
    assert held(shops) == {"base", "one", "two"}
    revoke_by_name(shops.services.execution, "anna", "one", "staff")
    assert held(shops) == {"base", "two"}
    revoke_by_name(shops.services.execution, "anna", "two", "staff")
    assert held(shops) == set()
    revoke_by_name(shops.services.execution, "anna", "two", "staff")


def test_a_role_that_the_app_has_no_more_can_be_taken(shops):
    own = app(form("till", field("name")), key="own", roles=[role("staff", access("till")), role("other")])
    shops.publish(own)
    shops.services.directory.grant("anna", "own", "staff")
    shops.publish({**own, "roles.json": {**own["roles.json"], "roles": own["roles.json"]["roles"][1:]}})
    revoke_by_name(shops.services.execution, "anna", "own", "staff")
    assert "own" not in held(shops)
    execution = shops.services.execution
    assert [code for code, _ in refused(revoke_by_name, execution, "anna", "own", "staff")] == ["RUN-016"]
    assert [code for code, _ in refused(revoke_by_name, execution, "anna", "nowhere", "staff")] == ["RUN-015"]
    assert [code for code, _ in refused(revoke_by_name, execution, "nobody", "one", "staff")] == ["RUN-012"]


def test_the_last_administrator_stays_one(shops):
    execution = shops.services.execution
    shops.person("root", ADMIN_ROLE)
    assert [code for code, _ in refused(revoke_by_name, execution, "root", *ADMIN_ROLE)] == ["RUN-055"]
    shops.services.directory.grant("anna", *ADMIN_ROLE)
    revoke_by_name(execution, "root", *ADMIN_ROLE)
    assert ADMIN_ROLE not in shops.viewer("root").roles
