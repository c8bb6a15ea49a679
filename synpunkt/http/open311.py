"""What every room shares that speaks Open311 GeoReport v2: JSON and XML, dates, and errors in its shape.

XML is only ever written here; what comes in are forms.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from aws_lambda_powertools.event_handler import Response

from synpunkt.http.forms import Form
from synpunkt.http.problem import Problem, not_found
from synpunkt.http.tokens import bearer_token
from synpunkt.lifecycle import EventType
from synpunkt.texts import text

if TYPE_CHECKING:
    from synpunkt.http.app import Api

FORMATS = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
TELLS = frozenset(
    {
        EventType.CASE_ACKNOWLEDGED,
        EventType.WORK_STARTED,
        EventType.QUESTION_ASKED,
        EventType.CASE_PLANNED,
        EventType.CASE_RESOLVED,
        EventType.CASE_REFERRED,
        EventType.CASE_REOPENED,
        EventType.REPLY_POSTED,
    }
)
"""What is an update outward: what those who have a case say and do about it."""
SAME_WITHIN_SECONDS = 600
"""The same sent again by a client without keys of its own counts as the same for so long."""
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_LINK = re.compile(r"https?://[^\s<>\"]{1,1000}")
_MOST_LINKS = 5
# What XML 1.0 cannot say, however it is escaped.
_UNSAYABLE = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
# What each member of a list is called in XML.
_MEMBERS = {
    "attributes": "attribute",
    "endpoints": "endpoint",
    "errors": "error",
    "formats": "format",
    "photos": "photo",
    "service_request_updates": "request_update",
    "service_requests": "request",
    "service_requests_updates": "request_update",
    "services": "service",
    "values": "value",
}
# Our names of fields, as their senders know them.
_FIELDS = {
    "category": "service_code",
    "location": "lat",
    "location.lat": "lat",
    "location.lon": "long",
    "location.text": "address_string",
    "municipality": "jurisdiction_id",
    "reporter.name": "first_name",
    "reporter.email": "email",
    "reporter.phone": "phone",
    "answers": "attribute",
    "reply": "description",
    "reason": "description",
}


def decimal(written: str) -> float:
    """A number as everybody writes it. Raises `ValueError` for what Python would read besides."""
    if not _DECIMAL.fullmatch(written.strip()):
        raise ValueError("not a decimal number")
    return float(written)


def split_format(name: str) -> tuple[str, str]:
    """`7KQ-4M2X.xml` as `7KQ-4M2X` and `xml`. Raises `Problem` (404) without one of our formats."""
    stem, _, wanted = name.rpartition(".")
    if not stem or wanted not in FORMATS:
        raise not_found()
    return stem, wanted


def answer(
    wanted: str, root: str, content: Any, *, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response[str]:
    """The answer in the format that was asked for. `root`: what XML calls the whole."""
    body = json.dumps(content, ensure_ascii=False) if wanted == "json" else to_xml(root, content)
    kept = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})}
    return Response(int(status), FORMATS[wanted], body, headers=kept)


def to_xml(root: str, content: Any) -> str:
    """Plain data as XML: names as elements, members of a list under one name, nothing for what is absent."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_element(root, content)}'


def size_of(content: Any) -> int:
    """How many bytes of an answer a member of its list takes at most, written as text within JSON, as Lambda does."""
    written = (json.dumps(content, ensure_ascii=False), _element("request", content))
    return max(len(json.dumps(each, ensure_ascii=False).encode()) for each in written)


def problem_answer(api: Api, problem: Problem) -> Response[str]:
    """A problem as Open311 tells it: a list of codes and descriptions, in the format of the address."""
    model, status = problem.model(api.language), status_of(problem)
    told = [f"{_FIELDS.get(each.field, each.field)}: {each.message}" for each in model.errors]
    description = " ".join([model.detail, *told])
    wanted = "xml" if _wants_xml(api) else "json"
    headers = {"Content-Language": api.language, **problem.headers}
    return answer(wanted, "errors", [{"code": int(status), "description": description}], status=status, headers=headers)


def status_of(problem: Problem) -> HTTPStatus:
    """The status as GeoReport has it: 400 for what is wrong, 403 for a key."""
    as_open311 = {
        HTTPStatus.UNAUTHORIZED: HTTPStatus.FORBIDDEN,
        HTTPStatus.UNPROCESSABLE_ENTITY: HTTPStatus.BAD_REQUEST,
    }
    return as_open311.get(problem.status, problem.status)


def key_shown(api: Api, form: Form) -> str | None:
    """The key of whoever sends: a field of the form, or of the address, or a bearer's."""
    return form.get("api_key") or api.current_event.get_query_string_value("api_key", "") or bearer_token(api)


def jurisdiction_shown(api: Api, form: Form) -> str | None:
    """The jurisdiction that is meant, as it was written: a field of the form, or of the address."""
    asked = api.current_event.get_query_string_value("jurisdiction_id", "")
    return form.get("jurisdiction_id") or asked.strip() or None


def with_links(words: str, addresses: Sequence[str], language: str) -> str:
    """Words, and under them the addresses of pictures elsewhere: nobody's address makes us fetch anything."""
    links = [each.strip() for each in addresses if _LINK.fullmatch(each.strip())]
    return "\n\n".join((words, *(text("georeport.media", language, url=each) for each in links[:_MOST_LINKS])))


def moment(written: str, field: str) -> datetime:
    """A date or time of W3C's profile of ISO 8601, in UTC where no zone is named. Raises `Problem` (400) for others."""
    # Without a pattern the standard library would read week dates and times without colons, too.
    if _DATE.fullmatch(written):
        try:
            found = datetime.fromisoformat(written.replace(" ", "+"))
            found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            found = datetime.min
        # Far enough from both ends of time to be reckoned with.
        if 1970 < found.year < 9000:
            return found
    raise Problem(HTTPStatus.BAD_REQUEST, "invalid_date", [(field, "invalid", {})])


# A plus sign that nobody encoded arrives as a blank.
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+ -]\d\d:\d\d)?)?")


def update_id(reference: str, sequence: int) -> str:
    """What an update is called: the case's reference and the sequence of the (last) entry it is told from."""
    return f"{reference}.{sequence}"


def to_utc(at: datetime) -> str:
    """`2026-11-22T10:05:00Z`: whole seconds, always UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _wants_xml(api: Api) -> bool:
    path = str(api.current_event.path)
    return path.endswith(".xml") or (not path.endswith(".json") and "xml" in (api.header("accept") or ""))


def _element(name: str, content: Any) -> str:
    if isinstance(content, Mapping):
        inside = "".join(_element(each, value) for each, value in content.items())
    elif isinstance(content, Sequence) and not isinstance(content, str):
        member = _MEMBERS.get(name, "item")
        inside = "".join(_element(member, each) for each in content)
    elif content is None:
        inside = ""
    elif isinstance(content, bool):
        inside = str(content).lower()
    else:
        inside = escape(_UNSAYABLE.sub("", str(content)))
    return f"<{name}>{inside}</{name}>" if inside else f"<{name}/>"
