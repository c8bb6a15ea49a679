"""Every route of the desk × everybody × own and other municipality, against the table in `desk_rights`."""

from __future__ import annotations

import pytest

from infra.expand import exports_of, resolved
from synpunkt.identity import Member, Role, Scope
from tests.component.desk_rights import EVERYBODY, LOGINS, OPERATOR, OTHER, OWN, REFUSED, ROWS, headers_of_everybody
from tests.component.world import World
from tests.tokens import bearer

DONE = {200, 201, 202, 204}


def test_every_route_has_a_row() -> None:
    app = resolved("app", exports=exports_of(resolved("data")))
    routes = {
        (verb.upper(), path)
        for api in app.of_type("AWS::ApiGateway::RestApi").values()
        for path, methods in api["Body"]["paths"].items()
        for verb in methods
        if path.startswith(("/api/v1/desk", "/api/v1/municipality/"))
    }
    assert routes == set(ROWS)


@pytest.mark.parametrize("route", ROWS, ids=[f"{method} {path}" for method, path in ROWS])
def test_who_may(world: World, route: tuple[str, str]) -> None:
    row, shown = ROWS[route], headers_of_everybody(world)
    found: dict[tuple[str, str], str | int] = {}
    expected: dict[tuple[str, str], str | int] = {}
    codes = (OWN, OTHER) if row.elsewhere or row.public else (OWN,)
    # Those who are refused change nothing, so they can all ask for the same.
    refused = {code: row.ask(world, code) for code in codes}
    for who in EVERYBODY:
        for code in codes:
            let_in = row.public or who in row.everywhere or (who in row.let_in and code == OWN)
            ask = row.ask(world, code) if let_in else refused[code]
            headers = {**shown[who], **(ask.headers or {})}
            answer = world.call(row.room, route[0], ask.path, body=ask.body, headers=headers, query=ask.query)
            found[who, code] = "done" if answer.status in DONE else answer.status
            if let_in:
                expected[who, code] = "done"
            elif row.keys_only and who in LOGINS:
                expected[who, code] = 401
            elif row.unseen and who not in REFUSED and (code == OTHER or who == OPERATOR):
                expected[who, code] = 404
            elif who in row.let_in and row.elsewhere:
                expected[who, code] = row.elsewhere
            else:
                expected[who, code] = REFUSED.get(who, 403)
    assert found == expected


OF_A_CASE = [route for route, row in ROWS.items() if "/cases/{case_id}" in route[1] and row.let_in]


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
@pytest.mark.parametrize("route", OF_A_CASE, ids=[f"{method} {path}" for method, path in OF_A_CASE])
def test_another_department_does_nothing(world: World, route: tuple[str, str], private: bool) -> None:
    """Whatever their role; they read what everyone may read, and the rest does not exist for them."""
    row = ROWS[route]
    world.claim(OWN)
    world.employ(Member("p", f"park@{OWN}.example", "Parken", OWN, frozenset({Role.ADMIN}), frozenset({"park"})))
    key = world.key("Parksystem", [OWN], [Scope.READ, Scope.WRITE, Scope.CONTACT], departments=["park"])[0]
    world.report_privately = private
    ask = row.ask(world, OWN)
    # What was hidden is no more there for them than what is private.
    unseen = private or route[1].endswith("{case_id}/show")
    read = route[0] == "GET" and route[1].endswith("/cases/{case_id}")
    refused = 404 if unseen else 200 if read else 403
    for shown in (bearer(f"park@{OWN}.example"), {"Authorization": f"Bearer {key}"}):
        headers = {**shown, **(ask.headers or {})}
        answer = world.call(row.room, route[0], ask.path, body=ask.body, headers=headers, query=ask.query)
        assert answer.status == refused
