"""Every route has an explicit auth decision, and the gateway speaks problem+json."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from infra.expand import Stack
from infra.local.front import FAILED, TOO_LARGE, TOO_SLOW, gateways_own

ROOT = Path(__file__).parents[2]
VERBS = ("get", "head", "post", "put", "patch", "delete", "options")
# What any site's scripts may read; they ask first.
READS = ("get", "head", "options")
# Open to everybody, by decision: reporting needs no account, and what is not public asks for the case's token in code.
PUBLIC = {
    "intake-api": {
        ("get", "/"),
        ("head", "/"),
        ("get", "/report"),
        ("post", "/report"),
        ("post", "/api/v1/reports"),
        ("post", "/api/v1/uploads"),
        ("get", "/api/v1/uploads/{upload_id}"),
        # A key may be shown, and a wrong one is refused; who reports needs none.
        *(("post", f"/open311/v2/requests.{each}") for each in ("json", "xml")),
    },
    "route-api": {
        *((verb, f"/api/v1/{each}") for each in ("locate", "categories", "municipalities") for verb in READS),
    },
    # Open data: nothing but what is public, and no words.
    "insight-api": {
        *(
            (verb, f"/api/v1/open/{each}")
            for each in ("cases.geojson", "cases.csv", "changes", "days", "days/{name}")
            for verb in READS
        ),
    },
    # The login, and which login a domain has; the page holds nobody's data until somebody logged in.
    "desk-staff-api": {
        ("get", "/desk"),
        ("head", "/desk"),
        ("get", "/api/v1/desk/login"),
    },
    "cases-api": {
        *((verb, f"/api/v1/{each}") for each in ("cases", "cases/{reference}", "openapi.json") for verb in READS),
        *(("post", f"/api/v1/cases/{{reference}}/{act}") for act in ("answer", "feedback", "withdraw")),
        ("get", "/c/{reference}"),
        ("post", "/c/{reference}"),
        ("get", "/c/{reference}/photos/{photo_id}/{size}"),
        ("head", "/c/{reference}"),
        ("head", "/c/{reference}/photos/{photo_id}/{size}"),
        *((verb, "/api/{proxy+}") for verb in VERBS),
        *((verb, "/open311/{proxy+}") for verb in VERBS),
        *(
            (verb, f"/open311/v2/{each}.{kind}")
            for each in ("requests", "servicerequestupdates")
            for kind in ("json", "xml")
            for verb in VERBS
            if verb != "post"
        ),
    },
}
# How a municipality joins: what is not public asks for the token of the claim, of a mail's link, or of an invitation.
JOINING = {
    *(
        (verb, path)
        for path in ("/claim", "/claim/{claim_id}", "/claim/{claim_id}/confirm")
        for verb in ("get", "post")
    ),
    ("get", "/desk/invite"),
    ("post", "/desk/invite"),
    ("post", "/api/v1/claims"),
    ("get", "/api/v1/claims/{claim_id}"),
    *(("post", f"/api/v1/claims/{{claim_id}}/{step}") for step in ("mail", "confirm", "dns", "agreement")),
    ("post", "/api/v1/invitations/key"),
    # Limited by day, address and municipality; the key itself goes by mail.
    ("post", "/api/v1/sandboxes"),
}
HANDLING = (
    *("acknowledge", "start", "assign", "reply", "note", "question"),
    *("plan", "resolve", "reopen", "hide", "show", "number"),
    *("correct", "priority", "registered"),
)
# These ask for a key or a login, in code: whose it is, and what they may do, is read from the registry at each request.
WITH_KEY = {
    "deliver-api": {("get", "/api/v1/events"), ("get", "/api/v1/municipality/sandbox/outbox")},
    "intake-api": {("post", "/api/v1/municipality/sandbox/cases")},
    "desk-staff-api": {
        ("get", "/api/v1/desk/me"),
        ("get", "/api/v1/desk/staff"),
        ("post", "/api/v1/desk/staff"),
        ("get", "/api/v1/desk/staff/history"),
        ("patch", "/api/v1/desk/staff/{staff_id}"),
        ("get", "/api/v1/desk/keys"),
        ("post", "/api/v1/desk/keys"),
        ("delete", "/api/v1/desk/keys/{key_id}"),
        *((verb, "/api/v1/desk/subscriptions") for verb in ("get", "post")),
        *((verb, "/api/v1/desk/subscriptions/{subscription_id}") for verb in ("get", "patch", "delete")),
        *(
            ("post", f"/api/v1/desk/subscriptions/{{subscription_id}}/{act}")
            for act in ("secret", "verify", "test", "replay", "conformance")
        ),
        *(("get", f"/api/v1/desk/subscriptions/{{subscription_id}}/{part}") for part in ("deliveries", "conformance")),
    },
    "desk-api": {
        ("post", "/api/v1/municipality/cases/{case_id}/updates"),
        *(("post", f"/open311/v2/servicerequestupdates.{each}") for each in ("json", "xml")),
        ("get", "/api/v1/desk/inbox"),
        ("get", "/api/v1/desk/search"),
        ("get", "/api/v1/desk/colleagues"),
        ("get", "/api/v1/desk/me/notices"),
        ("put", "/api/v1/desk/me/notices"),
        ("get", "/api/v1/desk/views"),
        ("put", "/api/v1/desk/views/{view_id}"),
        ("delete", "/api/v1/desk/views/{view_id}"),
        ("get", "/api/v1/desk/cases/{case_id}"),
        *(
            (("post", f"/api/v1/desk/cases/{{case_id}}/{act}"))
            for act in (*HANDLING, "hand-over", "accept", "return", "recall", "refer")
        ),
        *(("post", f"/api/v1/desk/cases/{{case_id}}/{act}") for act in ("publish", "protect", "uploads")),
        ("get", "/api/v1/desk/cases/{case_id}/uploads/{upload_id}"),
        *(("post", f"/api/v1/desk/cases/{{case_id}}/photos/{{photo_id}}/{act}") for act in ("mask", "hide", "show")),
        *((verb, "/api/v1/desk/cases/{case_id}/draft") for verb in ("get", "put", "delete")),
        ("delete", "/api/v1/desk/cases/{case_id}/sendings/{sending_id}"),
        *(("post", f"/api/v1/desk/cases/{{case_id}}/{act}") for act in ("link", "unlink")),
        ("get", "/api/v1/desk/templates"),
        *((verb, "/api/v1/desk/statuses") for verb in ("get", "put", "delete")),
        ("delete", "/api/v1/desk/statuses/unexplained/{case_id}"),
        *((verb, "/api/v1/desk/templates/{template_id}") for verb in ("put", "delete")),
        ("post", "/api/v1/desk/bulk"),
        ("post", "/api/v1/desk/bulk/{bulk_id}/undo"),
        ("get", "/api/v1/desk/incidents/{incident_id}"),
        ("post", "/api/v1/desk/incidents/{incident_id}/reply"),
        ("get", "/api/v1/desk/triage"),
        ("post", "/api/v1/desk/triage/{case_id}/take"),
        ("post", "/api/v1/desk/triage/{case_id}/resend"),
        ("post", "/api/v1/desk/triage/{case_id}/correct"),
        ("post", "/api/v1/desk/municipalities/{code}/address"),
    },
    "desk-contact-api": {
        ("get", "/api/v1/municipality/cases/{case_id}"),
        ("post", "/api/v1/desk/cases/{case_id}/preview"),
        ("get", "/api/v1/desk/register"),
        ("get", "/api/v1/desk/cases/{case_id}/contact"),
        ("get", "/api/v1/desk/cases/{case_id}/contact-reads"),
    },
    "desk-registry-api": {
        *JOINING,
        ("get", "/api/v1/desk/municipalities/{code}/registry"),
        ("put", "/api/v1/desk/municipalities/{code}/registry"),
        ("post", "/api/v1/desk/municipalities/{code}/registry/lint"),
        ("post", "/api/v1/desk/municipalities/{code}/registry/dry-run"),
        ("post", "/api/v1/desk/municipalities/{code}/registry/rollback"),
        ("get", "/api/v1/desk/municipalities/{code}/registry/history"),
        ("get", "/api/v1/desk/municipalities/{code}/areas"),
        ("put", "/api/v1/desk/municipalities/{code}/areas/{area}"),
        ("delete", "/api/v1/desk/municipalities/{code}/areas/{area}"),
        ("get", "/api/v1/desk/municipalities/{code}/evidence"),
        ("post", "/api/v1/desk/municipalities/{code}/evidence"),
        ("post", "/api/v1/desk/municipalities/{code}/invitations"),
        ("get", "/api/v1/desk/claims"),
        ("post", "/api/v1/desk/claims/{claim_id}/approve"),
        ("post", "/api/v1/desk/claims/{claim_id}/refuse"),
    },
}
# These ask for the link of a mail, in code; without it they say nothing, so mail scanners may look.
WITH_LINK = {
    "desk-api": {
        ("get", "/work/{reference}"),
        ("head", "/work/{reference}"),
        ("post", "/work/{reference}"),
        ("get", "/work/{reference}/photos/{photo_id}/{size}"),
        # The address itself is signed, for a few minutes: an <img> shows no key.
        ("get", "/api/v1/desk/cases/{case_id}/photos/{photo_id}/{name}"),
    },
    "desk-contact-api": {
        ("get", "/work/{reference}/contact"),
        ("post", "/work/{reference}/contact"),
    },
}


@pytest.fixture(scope="module")
def apis(app: Stack) -> dict[str, dict[str, Any]]:
    """The definitions of the two APIs by what their paths begin with: Open311's own, and everything else."""
    found = {each["Name"]: each["Body"] for each in app.of_type("AWS::ApiGateway::RestApi").values()}
    assert set(found) == {"synpunkt-prod", "synpunkt-prod-open311"}
    return {"/open311/": found["synpunkt-prod-open311"], "/": found["synpunkt-prod"]}


@pytest.fixture(scope="module")
def api(apis: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Both as one, as the edge shows them."""
    for prefix, body in apis.items():
        assert all(path.startswith("/open311/") == (prefix == "/open311/") for path in body["paths"])
    return {"paths": {path: methods for body in apis.values() for path, methods in body["paths"].items()}}


def test_every_method_has_an_auth_decision(api: dict[str, Any]) -> None:
    found: dict[str, set[tuple[str, str]]] = {}
    for path, methods in api["paths"].items():
        for verb, method in methods.items():
            assert "security" not in method, f"{verb} {path} asks for a key: list it apart from the public ones"
            function = method["x-amazon-apigateway-integration"]["uri"].rpartition(":function:")[2].split("/")[0]
            found.setdefault(function.removeprefix("synpunkt-prod-"), set()).add((verb, path))
    decided: dict[str, set[tuple[str, str]]] = {}
    for group in (PUBLIC, WITH_KEY, WITH_LINK):
        for function, routes in group.items():
            decided.setdefault(function, set()).update(routes)
    assert found == decided


def test_no_route_leans_on_a_wider_path_for_its_method(api: dict[str, Any]) -> None:
    """The gateway chooses the path first, and looks no further when that has no such method; the emulator does."""
    documented = json.loads((ROOT / "functions/cases/openapi.json").read_text())["paths"]
    asked = [(verb, path) for path, methods in documented.items() for verb in methods if verb in VERBS]
    georeport = ("discovery", "services", "services/pothole", "requests", "requests/1", "servicerequestupdates")
    asked += [(verb, f"/open311/v2/{each}.{kind}") for each in georeport for kind in ("json", "xml") for verb in READS]
    asked += [("options", path) for verb, path in PUBLIC["insight-api"] | PUBLIC["route-api"] if verb == "get"]
    leaning = [(verb, path) for verb, path in asked if verb not in api["paths"][_chosen(api["paths"], path)]]
    assert len(asked) > 150
    assert leaning == []


def _chosen(paths: Iterable[str], asked: str) -> str:
    """The path the gateway takes for a request: part by part what is written out, before a name, before the rest."""
    fitting = [each for each in paths if _fits(each.split("/"), asked.split("/"))]
    return min(fitting, key=lambda each: [part.startswith("{") + part.endswith("+}") for part in each.split("/")])


def _fits(path: list[str], asked: list[str]) -> bool:
    if path[-1].endswith("+}"):
        path, asked = path[:-1], asked[: len(path) - 1] if len(asked) >= len(path) else []
    same = len(path) == len(asked)
    return same and all(one.startswith("{") or one == other for one, other in zip(path, asked, strict=True))


_OWN = "x-amazon-apigateway-gateway-responses"
_ALL = {"DEFAULT_4XX", "DEFAULT_5XX", "MISSING_AUTHENTICATION_TOKEN", "THROTTLED", TOO_LARGE, TOO_SLOW}


def test_the_gateways_own_answers_are_problems(apis: dict[str, dict[str, Any]]) -> None:
    responses = apis["/"][_OWN]
    assert set(responses) == _ALL
    for name, response in responses.items():
        headers = response["responseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'", name
        problem = json.loads(response["responseTemplates"]["application/json"])
        assert {"type", "title", "code"} <= set(problem), name
    assert int(responses["MISSING_AUTHENTICATION_TOKEN"]["statusCode"]) == 404


def test_to_clients_of_open311_they_are_in_their_own_shape(apis: dict[str, dict[str, Any]]) -> None:
    responses = apis["/open311/"][_OWN]
    assert set(responses) == _ALL
    for name, response in responses.items():
        [error] = json.loads(response["responseTemplates"]["application/json"])
        assert set(error) == {"code", "description"}, name
        assert error["code"] == int(response["statusCode"]), name
        root = ElementTree.fromstring(response["responseTemplates"]["text/xml"])
        assert (root.tag, [each.tag for each in root]) == ("errors", ["error"]), name
        assert {each.tag: each.text for each in root[0]} == {name: str(value) for name, value in error.items()}, name


@pytest.mark.parametrize("name", [TOO_LARGE, TOO_SLOW, FAILED])
@pytest.mark.parametrize("path", ["/api/v1/reports", "/open311/v2/requests.json"])
def test_the_local_front_says_them_as_the_gateway_does(apis: dict[str, dict[str, Any]], name: str, path: str) -> None:
    response = apis["/open311/" if path.startswith("/open311/") else "/"][_OWN][name]
    said = gateways_own(name, path)
    assert json.loads(bytes(said.body)) == json.loads(response["responseTemplates"]["application/json"])
    assert said.status_code == int(response.get("statusCode", 502))


def test_photos_pass_through_unharmed(apis: dict[str, dict[str, Any]]) -> None:
    for body in apis.values():
        assert body["x-amazon-apigateway-binary-media-types"] == ["*/*"]


def test_a_storm_is_held_back_at_the_door(app: Stack) -> None:
    stages = app.of_type("AWS::ApiGateway::Stage").values()
    assert len(stages) == 2
    for stage in stages:
        [setting] = stage["MethodSettings"]
        assert (setting["ResourcePath"], setting["HttpMethod"]) == ("/*", "*")
        assert setting["ThrottlingRateLimit"] > 0
        assert setting["MetricsEnabled"] is True
        assert "DataTraceEnabled" not in setting, "would write request bodies, personal data among them, to the log"
