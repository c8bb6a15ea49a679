"""Registry documents in requests and answers: JSON, or the YAML that people keep."""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from aws_lambda_powertools.event_handler import Response

from functions.desk.registry.registry import SentShape, loaded_from
from synpunkt.http import Api, Problem
from synpunkt.http.validation import malformed_json
from synpunkt.responsibility.document import Document
from synpunkt.responsibility.yaml_file import MAX_BYTES, Loaded, dump

YAML = "application/yaml"
_YAML = frozenset({YAML, "application/x-yaml", "text/yaml", "text/x-yaml"})
_JSON = "application/json"
_AROUND = 10_000
_LONGEST_NOTE = 500


def posted_document(api: Api, *, with_note: bool = False) -> tuple[Loaded, str]:
    """The document in the request, and the note beside it: `{document, note}`, or YAML with the note in the query."""
    kind = (api.header("content-type") or "").partition(";")[0].strip().lower()
    body = _raw(api)
    if len(body) > MAX_BYTES + _AROUND:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "document_too_large")
    if kind in _YAML:
        note = api.current_event.get_query_string_value("note", "")
        return loaded_from(body, yaml=True), _note(note) if with_note else ""
    if kind != _JSON:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_document_type")
    posted = _posted_json(body)
    note = _note(posted.get("note")) if with_note else ""
    return loaded_from(json.dumps(posted["document"]).encode(), yaml=False), note


def document_answer(api: Api, document: Document, tag: str) -> Response[str]:
    """The document as the caller asked for it, with a tag that names this content."""
    yaml = any(each in (api.header("accept") or "") for each in _YAML)
    # The same content in another form is another entity.
    tag = tag[:-1] + ('.yaml"' if yaml else '.json"')
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept, Authorization"}
    if tag in [each.strip() for each in (api.header("if-none-match") or "").split(",")]:
        return Response(HTTPStatus.NOT_MODIFIED, YAML if yaml else _JSON, "", headers=headers)
    return Response(HTTPStatus.OK, YAML if yaml else _JSON, dump(document) if yaml else document.as_json(), headers)


def posted_shape(api: Api) -> SentShape:
    """The GeoJSON file in the request; `?file=` is its name, for the history."""
    kind = (api.header("content-type") or "").partition(";")[0].strip().lower()
    if kind not in ("application/geo+json", _JSON):
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_shape_type")
    return SentShape(_raw(api), api.current_event.get_query_string_value("file", "") or "shape.geojson")


def posted_fields(api: Api) -> dict[str, str]:
    """The last value of each field of a form that was filled in."""
    try:
        parsed = parse_qs(api.current_event.decoded_body or "", keep_blank_values=False, max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[-1].strip() for name, values in parsed.items() if values[-1].strip()}


def _raw(api: Api) -> bytes:
    event = api.current_event
    body = event.body or ""
    return base64.b64decode(body) if event.is_base64_encoded else body.encode("utf-8", "surrogatepass")


def _posted_json(body: bytes) -> dict[str, Any]:
    try:
        posted = json.loads(body)
    except ValueError as error:
        raise malformed_json() from error
    if not isinstance(posted, dict) or "document" not in posted:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", [("document", "missing", {})])
    return posted


def _note(value: object) -> str:
    note = " ".join(value.split()) if isinstance(value, str) else ""
    if not note:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", [("note", "missing", {})])
    if len(note) > _LONGEST_NOTE:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", [("note", "too_long", {"limit": 500})])
    return note
