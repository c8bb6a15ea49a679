"""A case as a service request of Open311, and what was done about it as updates: what everyone may read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from functions.cases.models import CaseOut
from functions.cases.view import Reader, case_out, may_read
from synpunkt import clock
from synpunkt.clock import SWEDEN
from synpunkt.http.open311 import TELLS, to_utc, update_id
from synpunkt.letters import photo_link
from synpunkt.lifecycle import Case, EventType, Outcome, Promised, Status, Visibility, photo_visibility
from synpunkt.names import municipality_name
from synpunkt.promises import deadline, stands_still
from synpunkt.stores.cases import CaseFile
from synpunkt.story import Line, story
from synpunkt.texts import text

# What a system says in one go, step after step: an answer comes with how far it is.
_TOGETHER = frozenset(
    {
        (EventType.CASE_REOPENED, EventType.REPLY_POSTED),
        (EventType.REPLY_POSTED, EventType.CASE_ACKNOWLEDGED),
        (EventType.REPLY_POSTED, EventType.WORK_STARTED),
    }
)
_AT_ONCE = timedelta(milliseconds=200)
# As mySociety's extension names them; whatever else is closed is closed.
_CLOSED_AS = {
    Outcome.FIXED: "fixed",
    Outcome.NO_ACTION: "no_further_action",
    Outcome.NOT_RESPONSIBLE: "not_councils_responsibility",
    Outcome.DUPLICATE: "duplicate",
}
_OPEN_AS = {Status.IN_PROGRESS: "in_progress", Status.PLANNED: "action_scheduled"}


def is_public(case: Case) -> bool:
    """Whether everyone may know of the case."""
    return may_read(case, Reader("sv"))


def service_request(file: CaseFile, public_url: str, language: str) -> dict[str, Any]:
    """A public case as a service request; its `service_request_id` is our reference."""
    case = file.case
    seen = case_out(file, Reader(language), public_url)
    location = seen.location
    return {
        "service_request_id": case.reference,
        "status": "closed" if case.status is Status.RESOLVED else "open",
        "status_notes": seen.status_text,
        "service_name": seen.category_name,
        "service_code": case.category,
        "description": seen.description,
        "agency_responsible": _agency(case, seen, language),
        "service_notice": _notice(seen, language),
        "requested_datetime": to_utc(case.created_at),
        "updated_datetime": to_utc(case.updated_at),
        "expected_datetime": _expected(case),
        "address": location.text if location else None,
        "address_id": None,
        "zipcode": None,
        "lat": location.lat if location else None,
        "long": location.lon if location else None,
        "media_url": seen.photos[0].url if seen.photos else None,
        "extended_attributes": {
            "kind": seen.kind,
            "status": seen.status,
            "outcome": seen.outcome,
            "jurisdiction_id": case.municipality,
            "department": seen.department.id if seen.department else None,
            "status_url": f"{public_url}/c/{case.reference}",
            "photos": [each.url for each in seen.photos],
        },
    }


def _notice(seen: CaseOut, language: str) -> str | None:
    """That it is a test, if it is; and what is promised."""
    told = [text("notice.test_case", language)] if seen.test else []
    return " ".join([*told, *(seen.promise.sentences if seen.promise else ())]) or None


def updates(file: CaseFile, public_url: str, language: str) -> list[dict[str, Any]]:
    """What those who have a public case have said and done about it, oldest first."""
    return [_update(file, acts, public_url) for acts in _acts(file, language)]


def _update(file: CaseFile, acts: Sequence[tuple[Line, str, str | None]], public_url: str) -> dict[str, Any]:
    """One update for what was done in one go, so that whoever sent it knows it again as one."""
    case, (line, status, outcome) = file.case, acts[-1]
    words = [said.public for each, _, _ in acts if (said := each.reason) and said.visibility is Visibility.PUBLIC]
    sequences = {each.entry.sequence for each, _, _ in acts}
    photos = [
        photo_link(public_url, case.reference, photo, "1600")
        for photo in file.photos
        if photo.said_with in sequences and photo_visibility(case, photo) is Visibility.PUBLIC
    ]
    return {
        "update_id": update_id(case.reference, line.entry.sequence),
        "service_request_id": case.reference,
        "status": _outward(status, outcome),
        "updated_datetime": to_utc(line.entry.occurred_at),
        "description": "\n\n".join(words) or line.label,
        "media_url": photos[0] if photos else None,
        "extended_attributes": {"status": status, "outcome": outcome},
    }


def _acts(file: CaseFile, language: str) -> Iterator[list[tuple[Line, str, str | None]]]:
    """The lines that are updates, those of one go together, each with where the case stood after it."""
    status, outcome = Status.SUBMITTED.value, None
    acts: list[tuple[Line, str, str | None]] = []
    for line in story(file, language):
        if line.status is not None:
            status = line.status.value
            outcome = line.entry.data.get("outcome") if line.status is Status.RESOLVED else None
        if line.entry.type not in TELLS:
            continue
        if acts and not _belongs(acts[-1][0], line):
            yield acts
            acts = []
        acts.append((line, status, outcome))
    if acts:
        yield acts


def _belongs(before: Line, line: Line) -> bool:
    one, next_ = before.entry, line.entry
    follows = next_.sequence == one.sequence + 1 and (next_.actor, next_.by) == (one.actor, one.by)
    return follows and (one.type, next_.type) in _TOGETHER and next_.occurred_at - one.occurred_at <= _AT_ONCE


def _outward(status: str, outcome: str | None) -> str:
    if status == Status.RESOLVED:
        return _CLOSED_AS.get(Outcome(outcome), "closed") if outcome else "closed"
    return _OPEN_AS.get(Status(status), "open")


def _agency(case: Case, seen: CaseOut, language: str) -> str | None:
    if seen.body is not None:
        return seen.body.name
    department = seen.department.name if seen.department else ""
    municipality = municipality_name(case.municipality, language)
    return ", ".join(filter(None, (department, municipality))) or None


def _expected(case: Case) -> str | None:
    """By when it is to be done: as planned, or as promised while the clock runs."""
    if case.status is Status.PLANNED and case.planned_for:
        # By the end of that day in Sweden.
        return to_utc(datetime.combine(case.planned_for, time(23, 59, 59), SWEDEN))
    promised = deadline(case, Promised.REPAIR, clock.now())
    if promised is None or stands_still(case) or case.status is Status.RESOLVED:
        return None
    return to_utc(promised.at)
