"""What a reader sees of a case: everything visible is decided here, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.cases.models import (
    CaseOut,
    CaseRow,
    LocationOut,
    PhotoOut,
    RejectedPhoto,
    TimelineEntry,
)
from synpunkt.clock import to_iso
from synpunkt.http.models import DepartmentOut, MunicipalityOut
from synpunkt.identity import Purpose
from synpunkt.letters import category_name, ready_text
from synpunkt.lifecycle import (
    Case,
    Entry,
    EventType,
    Status,
    Text,
    Visibility,
    photos_are_public,
)
from synpunkt.names import municipality_name
from synpunkt.responsibility import decided_department
from synpunkt.said import LEAVES, said_with, told_as
from synpunkt.stores.cases import CaseFile
from synpunkt.texts import text


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: `purpose` is what their token opened, `None` for everyone else."""

    language: str
    purpose: Purpose | None = None


def may_read(case: Case, reader: Reader) -> bool:
    """Whether the reader may know that the case exists."""
    return reader.purpose is not None or case.visibility is Visibility.PUBLIC


def may_see_photos(case: Case, reader: Reader) -> bool:
    """Whether the reader may see the case's photos."""
    return reader.purpose is not None or photos_are_public(case.visibility, claimed=case.claimed)


def case_out(file: CaseFile, reader: Reader, public_url: str) -> CaseOut:
    """The case for a reader who may read it."""
    case, language = file.case, reader.language
    description, description_state = _read(file.text("description"), reader)
    seen = may_see_photos(case, reader)
    return CaseOut(
        case_id=case.case_id,
        reference=case.reference,
        kind=case.kind.value,
        kind_name=text(f"kind.{case.kind}", language),
        category=case.category,
        category_name=category_name(case.category, language, case.routing),
        status=case.status.value,
        status_text=status_text(case, language),
        outcome=case.outcome.value if case.outcome else None,
        visibility=case.visibility.value,
        municipality=MunicipalityOut.of(case.municipality, language) if case.municipality else None,
        department=DepartmentOut.of(case.department, language, _names(case)) if case.department else None,
        routing=_routing(case, language),
        claimed=case.claimed,
        in_triage=case.triage_reason is not None,
        location=_location(file, reader),
        description=description,
        description_state=description_state,
        photos=[
            PhotoOut(
                photo_id=photo.upload_id,
                url=f"{public_url}/c/{case.reference}/photos/{photo.upload_id}/1600.jpg",
                thumbnail_url=f"{public_url}/c/{case.reference}/photos/{photo.upload_id}/320.jpg",
                width=photo.width,
                height=photo.height,
            )
            for photo in (file.photos if seen else ())
        ],
        photos_held=0 if seen else len(file.photos),
        rejected_photos=[
            RejectedPhoto(
                upload_id=entry.data["upload_id"],
                reason=entry.data["reason"],
                detail=text(f"photo.{entry.data['reason']}", language),
            )
            for entry in file.entries
            if entry.type is EventType.PHOTO_REJECTED
        ],
        timeline=_timeline(file, reader),
        created_at=to_iso(case.created_at),
        updated_at=to_iso(case.updated_at),
    )


def case_row(row: Mapping[str, Any], language: str, public_url: str) -> CaseRow:
    """A row of the public list; only public cases have one."""
    return CaseRow(
        case_id=row["case_id"],
        reference=row["reference"],
        kind=row["kind"],
        category=row.get("category"),
        category_name=category_name(row.get("category"), language),
        status=row["status"],
        outcome=row.get("outcome"),
        municipality=MunicipalityOut.of(row["municipality"], language),
        department=row.get("department"),
        location=LocationOut(lat=row["lat"], lon=row["lon"]) if "lat" in row else None,
        photo_count=row["photo_count"],
        created_at=row["created_at"],
        status_url=f"{public_url}/c/{row['reference']}",
    )


def status_text(case: Case, language: str) -> str:
    """The status as a citizen reads it; "sent" never reads as received."""
    if case.status is Status.ROUTED and (case.triage_reason is not None or not case.claimed):
        return text("status.not_arrived", language)
    return text(f"status.{case.status}", language, municipality=municipality_name(case.municipality, language))


def own_letter(file: CaseFile, reader: Reader, public_url: str) -> str | None:
    """The text to send oneself, for the reporter of a case whose municipality is not here yet."""
    case = file.case
    if case.claimed or case.municipality is None or reader.purpose is not Purpose.REPORTER:
        return None
    description, place = file.text("description"), file.text("place")
    return ready_text(
        case,
        description=description.full if description else "",
        place=place.full if place else None,
        public_url=public_url,
        language=reader.language,
    )


def _read(found: Text | None, reader: Reader) -> tuple[str | None, Any]:
    if found is None:
        return None, "public"
    if reader.purpose is not None:
        return found.full, "public"
    if found.visibility is not Visibility.PUBLIC:
        return None, "held"
    return found.public, "public" if found.public == found.full else "masked"


def _names(case: Case) -> Mapping[str, Mapping[str, str]] | None:
    return case.routing.get("names") if case.routing else None


def _routing(case: Case, language: str) -> dict[str, Any] | None:
    if case.routing is None:
        return None
    return {**case.routing, "sentence": case.routing["sentences"][language]}


def _location(file: CaseFile, reader: Reader) -> LocationOut | None:
    place, _ = _read(file.text("place"), reader)
    point = file.case.location
    if point is None and place is None:
        return None
    return LocationOut(
        lat=point.lat if point else None,
        lon=point.lon if point else None,
        accuracy_m=point.accuracy_m if point else None,
        method=point.method if point else None,
        text=place,
    )


# What an event made of the status, for the timeline.
_STATUS_AFTER = {
    EventType.REPORT_SUBMITTED: Status.SUBMITTED,
    EventType.CASE_ROUTED: Status.ROUTED,
    EventType.CASE_DELIVERED: Status.DELIVERED,
    **LEAVES,
}


def _timeline(file: CaseFile, reader: Reader) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            sequence=entry.sequence,
            at=to_iso(entry.occurred_at),
            type=entry.type.value,
            actor=entry.actor.value,
            label=_label(file.case, entry, reader.language),
            status=_STATUS_AFTER[entry.type].value if entry.type in _STATUS_AFTER else None,
            text=_read(said_with(file, entry), reader)[0],
        )
        for entry in file.entries
        # For whoever has the case, in the desk; on the page for nobody.
        if not entry.internal
    ]


def _label(case: Case, entry: Entry, language: str) -> str:
    key = f"timeline.{entry.type}"
    values = {"municipality": municipality_name(case.municipality, language)}
    match entry.type:
        case EventType.PHOTO_REJECTED:
            values["reason"] = text(f"photo.{entry.data['reason']}", language)
        case EventType.CASE_TRIAGED:
            key += f".{entry.data['reason']}"
        case EventType.CASE_ROUTED:
            values["department"] = decided_department(entry.data["department"], _names(case), language)
            key += "" if entry.data["claimed"] else ".unclaimed"
        case _:
            more, needed = told_as(entry)
            key, values = key + more, values | needed
    return text(key, language, **values)
