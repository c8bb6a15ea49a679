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
    "401": "A valid key is missing.",
    "403": "The key does not let you do this, or not in that municipality.",
    "404": "It does not exist, or it is not public and the token is missing.",
    "409": "The Idempotency-Key was used for another report.",
    "422": "Something in the request must be corrected; `errors` says what.",
    "503": "Too busy; send again with the same key.",
}
_CONFLICTS = "The case has changed since `version`, or is not in a state in which this can be done; `code` says which."
_WHICH = {
    ("post", "/api/v1/reports"): ("400", "409", "422", "503"),
    ("post", "/api/v1/uploads"): ("400", "422", "503"),
    ("get", "/api/v1/uploads/{upload_id}"): ("400", "404", "422"),
    ("get", "/api/v1/cases/{reference}"): ("404", "422"),
}


def document() -> dict[str, Any]:
    """The merged document."""
    from functions.cases.api import api as cases
    from functions.desk.api import api as desk
    from functions.desk.models import ChangedModel
    from functions.intake.api import api as intake
    from functions.route.api import api as route

    merged: dict[str, Any] = {"paths": {}, "components": {"schemas": {}}}
    for api in (intake, route, cases, desk):
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
    changed = ChangedModel.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}) | changed.pop("$defs", {}))
    schemas |= {"ProblemModel": problem, "ChangedModel": changed}
    merged["components"]["securitySchemes"] = {
        "caseToken": {"type": "http", "scheme": "bearer", "description": "the `token` of the case's receipt"},
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
    keyed = path.startswith("/api/v1/desk/")
    about_case = path.startswith("/api/v1/desk/cases/")
    usual = ("404", "422") if about_case and method == "get" else ("400", "404", "409", "422", "503")
    codes = _WHICH.get((method, path), usual if about_case else ("422",))
    for code in (*(("401", "403") if keyed else ()), *codes):
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
    if path.startswith("/api/v1/cases/"):
        operation["security"] = [{}, {"caseToken": []}]
    if keyed:
        operation["security"] = [{"apiKey": []}]


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
