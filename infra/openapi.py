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
    "409": "The Idempotency-Key was used for another report; or somebody has access already, or is the last admin.",
    "422": "Something in the request must be corrected; `errors` says what.",
    "503": "Too busy; send again with the same key.",
}
_WHICH = {
    ("post", "/api/v1/reports"): ("400", "409", "422", "503"),
    ("post", "/api/v1/uploads"): ("400", "422", "503"),
    ("get", "/api/v1/uploads/{upload_id}"): ("400", "404", "422"),
    ("get", "/api/v1/cases/{reference}"): ("404", "422"),
    ("get", "/api/v1/desk/me"): ("422", "503"),
    ("post", "/api/v1/desk/staff"): ("400", "409", "422", "503"),
    ("patch", "/api/v1/desk/staff/{staff_id}"): ("400", "404", "409", "422", "503"),
    ("post", "/api/v1/desk/keys"): ("400", "404", "422", "503"),
    ("delete", "/api/v1/desk/keys/{key_id}"): ("404", "422", "503"),
}


def document() -> dict[str, Any]:
    """The merged document."""
    from functions.cases.api import api as cases
    from functions.desk.api import api as desk
    from functions.desk.staff_api import api as staff
    from functions.intake.api import api as intake
    from functions.route.api import api as route

    merged: dict[str, Any] = {"paths": {}, "components": {"schemas": {}}}
    for api in (intake, route, cases, desk, staff):
        part = json.loads(api.get_openapi_json_schema(title="Synpunkt", version="1.0.0", openapi_version="3.1.0"))
        merged["paths"].update(part["paths"])
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
    schemas.update(problem.pop("$defs", {}))
    schemas["ProblemModel"] = problem
    merged["components"]["securitySchemes"] = {
        "caseToken": {"type": "http", "scheme": "bearer", "description": "the `token` of the case's receipt"},
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
    keyed = path.startswith("/api/v1/desk/") and path != "/api/v1/desk/login"
    for code in (*(("401", "403") if keyed else ()), *_WHICH.get((method, path), ("422",))):
        responses[code] = {
            "description": _PROBLEMS[code],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemModel"}}},
        }
    operation["responses"] = responses
    if path.startswith("/api/v1/cases/"):
        operation["security"] = [{}, {"caseToken": []}]
    if keyed:
        operation["security"] = [{"apiKey": []}, {"staffLogin": []}]


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
