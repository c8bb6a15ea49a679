"""Validation errors as problems: which field, which of our own codes; what was sent is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from inspect import isclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from synpunkt.http.problem import Problem

Model = TypeVar("Model", bound=BaseModel)
IDEMPOTENCY_HEADER = "idempotency-key"

# What pydantic calls too long or too short of text once a validator has stood before it, as of lists.
_OF_TEXT = {"too_long": "too_long", "too_short": "too_short"}
# pydantic's error type → our code of a field. Our own validators raise PydanticCustomError with our code as type.
_CODES = {
    "missing": "missing",
    "extra_forbidden": "extra_forbidden",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_many",
    "float_type": "number",
    "float_parsing": "number",
    "bool_type": "choice",
    "int_type": "number",
    "int_parsing": "number",
    "finite_number": "number",
    "greater_than": "range",
    "greater_than_equal": "range",
    "less_than": "range",
    "less_than_equal": "range",
    "literal_error": "choice",
    "enum": "choice",
}
_OWN = frozenset(
    {
        "null",
        "email",
        "phone",
        "both_coordinates",
        "one_of",
        "web_source",
        "told_source",
        "plain_words",
        "domain",
        "outside",
        "variable",
        "not_of_this_act",
        "target",
    }
)


def validated(model: type[Model], given: Any) -> Model:
    """What was given, as the model has it. Raises `Problem` (422) that names what is wrong with it."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise problem_of(error.errors(include_url=False), model) from error


def problem_of(errors: Sequence[Mapping[str, Any]], expected: Any = None) -> Problem:
    """The problem for pydantic's (or Powertools') list of errors. `expected`: the body's type, where there is one."""
    for error in errors:
        path = [str(part).lower() for part in error["loc"]]
        if IDEMPOTENCY_HEADER in (part.replace("_", "-") for part in path):
            missing = error["type"] == "missing"
            code = "idempotency_key_missing" if missing else "idempotency_key_invalid"
            return Problem(HTTPStatus.BAD_REQUEST, code)
        if error["type"] == "json_invalid":
            return malformed_json()
    fields = {(path, code): (path, code, values) for path, code, values in (_field(e, expected) for e in errors)}
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", list(fields.values()))


def malformed_json() -> Problem:
    """The body is not JSON at all."""
    return Problem(HTTPStatus.BAD_REQUEST, "malformed_json")


def _field(error: Mapping[str, Any], expected: Any) -> tuple[str, str, Mapping[str, Any]]:
    kind = str(error["type"])
    codes = {**_CODES, **_OF_TEXT} if isinstance(error.get("input"), str) else _CODES
    code = kind if kind in _OWN else codes.get(kind, "invalid")
    context = error.get("ctx") or {}
    limit = context.get("max_length", context.get("limit", ""))
    path = [str(part) for part in error["loc"] if part not in ("body", "query", "path", "header")]
    if path[:1] == ["answers"]:
        # The names of answers are input, too.
        return "answers", "invalid", {}
    if "field" in context:
        path.append(str(context["field"]))
    if code == "extra_forbidden":
        # The name of an unknown field is input, so only where it stood is told, and which there are.
        known = ", ".join(_names(expected, path[:-1])) or "–"
        return ".".join([*path[:-1], "?"]), code, {"known": known}
    return ".".join(path), code, {"limit": limit}


def _names(expected: Any, path: Sequence[str]) -> list[str]:
    """The fields there are at a place in a body. Places of a list, and names of alternatives, lead no deeper."""
    models = _models(expected)
    for part in path:
        deeper = [each.model_fields[part].annotation for each in models if part in each.model_fields]
        if deeper:
            models = [model for annotation in deeper for model in _models(annotation)]
    return list(dict.fromkeys(field.alias or name for each in models for name, field in each.model_fields.items()))


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isclass(annotation) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for each in get_args(annotation) for model in _models(each)]
