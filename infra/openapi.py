"""The OpenAPI 3.1 document of the whole API, made from the rooms' resolvers: `python -m infra.openapi`.

The result is committed beside the room that serves it; a test tells when it has drifted from the code.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from synpunkt.http.problem import MEDIA_TYPE, ProblemModel

TARGET = Path(__file__).parents[1] / "functions" / "cases" / "openapi.json"
_DESCRIPTION = """
Civic reports for all of Sweden: post a report without knowing who is responsible, follow the case, find out who
would be responsible for a point.

Errors are `application/problem+json` (RFC 9457) with a stable `code` and a sentence in the language of
`Accept-Language` (or `?lang=sv|en`).
""".strip()
_PROBLEMS = {
    "400": "The request cannot be understood: malformed JSON, or no usable Idempotency-Key.",
    "401": "A valid key or login is missing.",
    "403": "The key or the login does not let you do this, or not in that municipality.",
    "404": "It does not exist, or it is not public and the token is missing.",
    "409": "The Idempotency-Key was used for another report, or what was asked for is not possible as things stand.",
    "410": "The link is too old, used, or replaced by a newer one.",
    "413": "The document is larger than 1 MB.",
    "415": "The document is neither JSON nor YAML.",
    "429": "As many as there may be for now; where `Retry-After` stands, it says in how many seconds to try again.",
    "422": "Something in the request must be corrected; `errors` says what.",
    "503": "Too busy; send again with the same key.",
}
_CONFLICTS = "The case has changed since `version`, or is not in a state in which this can be done; `code` says which."
_OF_A_MUNICIPALITY = "/api/v1/desk/municipalities/{code}"
_REGISTRY = f"{_OF_A_MUNICIPALITY}/registry"
_AREAS = f"{_OF_A_MUNICIPALITY}/areas"
_SUBSCRIPTION = "/api/v1/desk/subscriptions/{subscription_id}"
_SHAPE = {"application/geo+json": {"schema": {"type": "object", "description": "GeoJSON, one or more surfaces"}}}
_DOCUMENT = {"type": "object", "description": "a registry document: docs/registry.schema.json"}
_YAML = {"application/yaml": {"schema": {"type": "string", "description": "a registry document as YAML"}}}
_TAKES_A_DOCUMENT = {("put", _REGISTRY): ["document", "note"], ("post", f"{_REGISTRY}/lint"): ["document"]}
_TAKES_A_DOCUMENT["post", f"{_REGISTRY}/dry-run"] = ["document"]
_OPEN_FILES: dict[str, dict[str, Any]] = {
    "/api/v1/open/cases.geojson": {
        "application/geo+json": {"schema": {"type": "object", "description": "a FeatureCollection, RFC 7946"}}
    },
    "/api/v1/open/cases.csv": {"text/csv": {"schema": {"type": "string"}}},
    "/api/v1/open/days/{name}": {"application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}}},
}
_WHICH = {
    ("post", "/api/v1/reports"): ("400", "409", "422", "503"),
    ("post", "/api/v1/uploads"): ("400", "422", "503"),
    ("get", "/api/v1/uploads/{upload_id}"): ("400", "404", "422"),
    ("get", "/api/v1/cases/{reference}"): ("404", "422"),
    **{
        ("post", f"/api/v1/cases/{{reference}}/{act}"): ("400", "403", "404", "409", "422", "503")
        for act in ("answer", "feedback", "withdraw")
    },
    ("post", "/api/v1/claims"): ("400", "409", "422", "429"),
    ("get", "/api/v1/claims/{claim_id}"): ("404", "422"),
    ("post", "/api/v1/claims/{claim_id}/mail"): ("404", "409", "410", "422", "429"),
    ("post", "/api/v1/claims/{claim_id}/confirm"): ("400", "409", "410", "422"),
    ("post", "/api/v1/claims/{claim_id}/dns"): ("404", "409", "410", "422", "503"),
    ("post", "/api/v1/claims/{claim_id}/agreement"): ("400", "404", "409", "410", "422"),
    ("post", "/api/v1/sandboxes"): ("400", "409", "422", "429"),
    ("post", "/api/v1/municipality/sandbox/cases"): ("400", "409", "422", "503"),
    ("post", "/api/v1/invitations/key"): ("400", "410", "422"),
    ("post", "/api/v1/desk/claims/{claim_id}/approve"): ("400", "404", "409", "410", "422"),
    ("post", "/api/v1/desk/claims/{claim_id}/refuse"): ("400", "404", "409", "422"),
    ("get", f"{_OF_A_MUNICIPALITY}/evidence"): ("404", "422"),
    ("post", f"{_OF_A_MUNICIPALITY}/evidence"): ("400", "404", "422"),
    ("post", f"{_OF_A_MUNICIPALITY}/invitations"): ("400", "404", "409", "422", "429"),
    ("get", _REGISTRY): ("404", "422"),
    ("put", _REGISTRY): ("400", "404", "409", "413", "415", "422"),
    ("post", f"{_REGISTRY}/lint"): ("400", "404", "413", "415", "422"),
    ("post", f"{_REGISTRY}/dry-run"): ("400", "404", "413", "415", "422"),
    ("post", f"{_REGISTRY}/rollback"): ("400", "404", "409", "422"),
    ("get", f"{_REGISTRY}/history"): ("404", "422"),
    ("get", _AREAS): ("404", "422"),
    ("put", f"{_AREAS}/{{area}}"): ("404", "413", "415", "422"),
    ("delete", f"{_AREAS}/{{area}}"): ("404", "422"),
    ("post", "/api/v1/desk/triage/{case_id}/take"): ("404", "409", "422"),
    ("post", "/api/v1/desk/triage/{case_id}/resend"): ("404", "409", "422"),
    ("post", "/api/v1/desk/triage/{case_id}/correct"): ("400", "404", "409", "422"),
    ("post", "/api/v1/desk/municipalities/{code}/address"): ("400", "409", "422"),
    ("get", "/api/v1/desk/templates"): ("404", "422"),
    ("put", "/api/v1/desk/templates/{template_id}"): ("400", "409", "422"),
    ("delete", "/api/v1/desk/templates/{template_id}"): ("404", "422"),
    ("put", "/api/v1/desk/statuses"): ("400", "409", "422"),
    ("delete", "/api/v1/desk/statuses"): ("404", "422"),
    ("post", "/api/v1/desk/bulk"): ("400", "409", "422"),
    ("post", "/api/v1/desk/bulk/{bulk_id}/undo"): ("404", "409", "422"),
    ("get", "/api/v1/desk/incidents/{incident_id}"): ("404", "422"),
    ("post", "/api/v1/desk/incidents/{incident_id}/reply"): ("400", "404", "409", "422"),
    ("post", "/api/v1/desk/staff"): ("400", "409", "422"),
    ("patch", "/api/v1/desk/staff/{staff_id}"): ("400", "404", "409", "422"),
    ("post", "/api/v1/desk/keys"): ("400", "404", "422"),
    ("delete", "/api/v1/desk/keys/{key_id}"): ("404", "422"),
    ("post", "/api/v1/desk/subscriptions"): ("400", "409", "422"),
    ("get", _SUBSCRIPTION): ("404", "422"),
    ("patch", _SUBSCRIPTION): ("400", "404", "409", "422"),
    ("delete", _SUBSCRIPTION): ("404", "409", "422"),
    **{
        ("post", f"{_SUBSCRIPTION}/{act}"): ("404", "409", "422") for act in ("secret", "verify", "test", "conformance")
    },
    ("post", f"{_SUBSCRIPTION}/replay"): ("400", "404", "409", "422"),
    ("get", "/api/v1/open/days/{name}"): ("404", "422"),
    **{("get", f"{_SUBSCRIPTION}/{part}"): ("404", "422") for part in ("deliveries", "conformance")},
    ("put", "/api/v1/desk/me/notices"): ("400", "422"),
    ("put", "/api/v1/desk/views/{view_id}"): ("400", "409", "422"),
    ("delete", "/api/v1/desk/views/{view_id}"): ("404", "422"),
}


def document() -> dict[str, Any]:
    """The merged document."""
    from functions.cases.api import api as cases
    from functions.deliver.api import api as deliver
    from functions.desk.api import api as desk
    from functions.desk.cases.models import ChangedModel
    from functions.desk.contact_api import api as contact
    from functions.desk.registry_api import api as registry
    from functions.desk.staff_api import api as staff
    from functions.insight.api import api as insight
    from functions.intake.api import api as intake
    from functions.route.api import api as route

    merged: dict[str, Any] = {"paths": {}, "components": {"schemas": {}}}
    for api in (intake, route, cases, desk, contact, registry, staff, deliver, insight):
        part = json.loads(api.get_openapi_json_schema(title="Synpunkt", version="1.0.0", openapi_version="3.1.0"))
        # A dot that is nothing but a dot is written so for the router alone.
        merged["paths"].update({path.replace("[.]", "."): each for path, each in part["paths"].items()})
        for name, schema in part["components"]["schemas"].items():
            if merged["components"]["schemas"].setdefault(name, schema) != schema:
                raise ValueError(f"two rooms mean different things by {name}")
    for path, methods in merged["paths"].items():
        for method, operation in methods.items():
            _describe(method, path, operation)
    schemas = merged["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(name, None)
    for name, schema in schemas.items():
        if name.endswith("In"):
            _refuse_null(schema)
    problem = ProblemModel.model_json_schema(ref_template="#/components/schemas/{model}")
    changed = ChangedModel.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}) | changed.pop("$defs", {}))
    schemas |= {"ProblemModel": problem, "ChangedModel": changed}
    merged["components"]["securitySchemes"] = {
        "caseToken": {"type": "http", "scheme": "bearer", "description": "the `token` of the case's receipt"},
        "claimToken": {"type": "http", "scheme": "bearer", "description": "the `token` told when the claim was begun"},
        "staffLogin": {"type": "http", "scheme": "bearer", "description": "the ID token of somebody who logged in"},
        "apiKey": {"type": "http", "scheme": "bearer", "description": "a key of a municipality or an operator"},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Synpunkt", "version": "1.0.0", "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        **merged,
    }


def _describe(method: str, path: str, operation: dict[str, Any]) -> None:
    responses = {code: each for code, each in operation["responses"].items() if code.startswith("2")}
    # The framework gives every answer a type; this one has nothing in it.
    responses.get("204", {}).pop("content", None)
    staffed = path.startswith("/api/v1/desk/") and path != "/api/v1/desk/login"
    keyed = staffed or path.startswith(("/api/v1/events", "/api/v1/municipality/"))
    about_case = path.startswith(("/api/v1/desk/cases/", "/api/v1/municipality/cases/"))
    usual = ("404", "422") if about_case and method == "get" else ("400", "404", "409", "422", "503")
    codes = _WHICH.get((method, path), usual if about_case else ("422",))
    # Whether a login holds is asked of the pool, which may not answer.
    usually = ("401", "403", "429", "503") if staffed or about_case else ("401", "403", "429") if keyed else ()
    for code in (*usually, *codes):
        changed = about_case and code == "409"
        responses[code] = {
            "description": _CONFLICTS if changed else _PROBLEMS[code],
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": f"#/components/schemas/{'ChangedModel' if changed else 'ProblemModel'}"}
                }
            },
        }
    operation["responses"] = responses
    if required := _TAKES_A_DOCUMENT.get((method, path)):
        names = {"document": _DOCUMENT, "note": {"type": "string", "minLength": 1, "maxLength": 500}}
        body = {"type": "object", "required": required, "properties": {name: names[name] for name in required}}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}, **_YAML}}
    if (method, path) == ("put", _REGISTRY):
        note = {"name": "note", "in": "query", "schema": {"type": "string"}, "description": "beside YAML: why"}
        operation["parameters"] = [*operation["parameters"], note]
    if (method, path) == ("put", f"{_AREAS}/{{area}}"):
        file = {"name": "file", "in": "query", "schema": {"type": "string"}, "description": "the file's name"}
        operation["parameters"] = [*operation["parameters"], file]
        operation["requestBody"] = {"required": True, "content": _SHAPE}
    if (method, path) == ("get", _REGISTRY):
        responses["200"]["content"] = {"application/json": {"schema": _DOCUMENT}, **_YAML}
    if (method, path) == ("get", "/api/v1/desk/register"):
        page = {"schema": {"$ref": "#/components/schemas/RegisterPage"}}
        responses["200"]["content"] = {"application/json": page, "text/csv": {"schema": {"type": "string"}}}
    if path in _OPEN_FILES:
        responses["200"]["content"] = _OPEN_FILES[path]
    if path.startswith("/api/v1/cases/"):
        operation["security"] = [{}, {"caseToken": []}]
    if path.startswith("/api/v1/claims/") and not path.endswith("/confirm"):
        operation["security"] = [{"claimToken": []}]
    if keyed:
        operation["security"] = [{"apiKey": []}, *([{"staffLogin": []}] if staffed or about_case else [])]


def _refuse_null(schema: dict[str, Any]) -> None:
    """Says of an incoming model what its validator does: a field may be absent, but never null."""
    for name, field in schema.get("properties", {}).items():
        kinds = [each for each in field.get("anyOf", []) if each != {"type": "null"}]
        if len(kinds) == 1:
            rest = {key: value for key, value in field.items() if key not in ("anyOf", "default")}
            schema["properties"][name] = {**rest, **kinds[0]}


def text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
