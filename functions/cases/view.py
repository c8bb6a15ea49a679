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
from functions.cases.promise import promise_out
from synpunkt import clock
from synpunkt.asked import answered
from synpunkt.clock import to_iso
from synpunkt.http.models import AnswerOut, BodyOut, DepartmentOut, MunicipalityOut
from synpunkt.identity import Purpose
from synpunkt.letters import category_name, photo_link, ready_text
from synpunkt.lifecycle import (
    Actor,
    Case,
    EventType,
    Photo,
    Text,
    Visibility,
    comes_with_words,
    goes_along,
    in_confidence,
    photo_visibility,
)
from synpunkt.sandbox import is_sandbox, is_test
from synpunkt.stores.cases import CaseFile
from synpunkt.story import holder_name, is_referred, referred_to, status_text, story, where_to_turn
from synpunkt.texts import text


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: `purpose` is what their token opened, `None` for everyone else."""

    language: str
    purpose: Purpose | None = None


def may_read(case: Case, reader: Reader) -> bool:
    """Whether the reader may know that the case exists."""
    return reader.purpose is not None or (case.visibility is Visibility.PUBLIC and not case.hidden)


def may_see_photo(case: Case, photo: Photo, reader: Reader) -> bool:
    """Whether the reader may see one of the case's photos."""
    if reader.purpose is Purpose.REPORTER:
        # Their own; but what is to be covered in it is covered for everybody.
        return not photo.being_masked
    return photo_visibility(case, photo) is Visibility.PUBLIC or (reader.purpose is not None and goes_along(photo))


def case_out(file: CaseFile, reader: Reader, public_url: str, *, usual: str | None = None, related: int = 0) -> CaseOut:
    """The case for a reader who may read it. `usual`, `related`: as in `CaseOut`."""
    case, language = file.case, reader.language
    description, description_state = _read(file, file.text("description"), reader)
    photos = [photo for photo in file.photos if may_see_photo(case, photo, reader)]
    masked = sum(photo.being_masked for photo in file.photos)
    held = sum(goes_along(photo) and not in_confidence(photo) for photo in file.photos if photo not in photos)
    return CaseOut(
        case_id=case.case_id,
        reference=case.reference,
        kind=case.kind.value,
        kind_name=text(f"kind.{case.kind}", language),
        category=case.category,
        category_name=category_name(case.category, language, case.routing),
        status=case.status.value,
        status_text=status_text(file, language),
        outcome=case.outcome.value if case.outcome else None,
        visibility=case.visibility.value,
        municipality=MunicipalityOut.of(case.municipality, language) if case.municipality else None,
        department=DepartmentOut.of(case.department, language, _names(case)) if case.department else None,
        body=_body(file, language),
        hand_over=case.hand_over.value if case.hand_over else None,
        turn_to=_read(file, where_to_turn(file), reader)[0] if is_referred(case) else None,
        routing=_routing(case, language),
        claimed=case.claimed,
        in_triage=case.triage_reason is not None,
        promise=promise_out(case, clock.now(), language),
        usual=usual,
        # Their own word, in a free form: for whoever may have to ask them about it.
        foreign_number=case.foreign_number if reader.purpose is not None else None,
        location=_location(file, reader),
        description=description,
        description_state=description_state,
        answers=_answers(file, reader),
        photos=[
            PhotoOut(
                photo_id=photo.upload_id,
                url=photo_link(public_url, case.reference, photo, "1600"),
                thumbnail_url=photo_link(public_url, case.reference, photo, "320"),
                width=photo.width,
                height=photo.height,
                by=photo.by,
                said_with=photo.said_with,
            )
            for photo in photos
        ],
        photos_held=held,
        photos_being_masked=masked,
        rejected_photos=[
            RejectedPhoto(
                upload_id=entry.data["upload_id"],
                reason=entry.data["reason"],
                detail=text(f"photo.{entry.data['reason']}", language),
            )
            for entry in file.entries
            if entry.type is EventType.PHOTO_REJECTED
            and entry.data.get("by", Actor.CITIZEN) == Actor.CITIZEN
            and (reader.purpose is not None or not comes_with_words(entry))
        ],
        related=related,
        test=is_test(case),
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
        test=is_sandbox(row["municipality"]),
    )


def own_letter(file: CaseFile, reader: Reader, public_url: str) -> str | None:
    """The text to send oneself, for the reporter of a case that somebody who is not connected is responsible for."""
    case = file.case
    mine = reader.purpose is Purpose.REPORTER and case.municipality is not None
    if not mine or (case.claimed and not is_referred(case)):
        return None
    description, place = file.text("description"), file.text("place")
    return ready_text(
        case,
        description=description.full if description else "",
        place=place.full if place else None,
        public_url=public_url,
        language=reader.language,
        to=referred_to(file, reader.language) if is_referred(case) else None,
    )


def _body(file: CaseFile, language: str) -> BodyOut | None:
    case = file.case
    if case.body is None:
        return None
    return BodyOut(id=case.body, name=holder_name(file, case.holder, language))


def _read(file: CaseFile, found: Text | None, reader: Reader) -> tuple[str | None, Any]:
    if found is None:
        return None, "public"
    if reader.purpose is Purpose.WORK and file.case.protected:
        # How to reach them is not for everybody who works on it; people write it into what they write.
        return found.public, "public" if found.public == found.full else "masked"
    if reader.purpose is not None:
        return found.full, "public"
    if found.visibility is not Visibility.PUBLIC:
        return None, "held"
    return found.public, "public" if found.public == found.full else "masked"


def _answers(file: CaseFile, reader: Reader) -> list[AnswerOut]:
    if reader.purpose is None:
        return []
    found = answered(file, reader.language, lambda each: _read(file, each, reader)[0])
    return [AnswerOut.of(each) for each in found]


def _names(case: Case) -> Mapping[str, Mapping[str, str]] | None:
    return case.routing.get("names") if case.routing else None


def _routing(case: Case, language: str) -> dict[str, Any] | None:
    if case.routing is None:
        return None
    # What was promised at first says nothing of how the clock stands now.
    # Nor is it for everybody which questions were answered.
    told = {name: value for name, value in case.routing.items() if name not in ("promise", "asked")}
    return {**told, "sentence": case.routing["sentences"][language]}


def _location(file: CaseFile, reader: Reader) -> LocationOut | None:
    place, _ = _read(file, file.text("place"), reader)
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


def _timeline(file: CaseFile, reader: Reader) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            sequence=line.entry.sequence,
            at=to_iso(line.entry.occurred_at),
            type=line.entry.type.value,
            actor=line.entry.actor.value,
            label=line.label,
            status=line.status.value if line.status else None,
            text=_read(file, line.reason, reader)[0],
        )
        for line in story(file, reader.language)
        if not comes_with_words(line.entry)
    ]
