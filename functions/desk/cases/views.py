"""A case as its holder sees it: everything but contact data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from functions.desk.cases.models import DeskCase, DeskEntry, DeskLocation, HolderOut, WhyHere
from synpunkt.asked import answered
from synpunkt.clock import to_iso
from synpunkt.http.models import AnswerOut, DepartmentOut, MunicipalityOut
from synpunkt.letters import category_name
from synpunkt.lifecycle import HAND_OVER_LIMIT, Actor, Case, HandOver, Holder, Text, returnable
from synpunkt.said import PROTECTION
from synpunkt.stores.cases import CaseFile
from synpunkt.stores.items import received_on
from synpunkt.story import Line, handed_over_by, holder_name, is_referred, status_text, story, where_to_turn


def desk_case(
    file: CaseFile, language: str, *, inside: Callable[[str], bool] = lambda _: False, named: bool = False
) -> DeskCase:
    """The case for somebody who has it, or handed it over. `inside`: as for the story.

    `named`: for those who may know who is protected; for others the reporter's words are masked then.
    """
    case = file.case
    description, turn_to = file.text("description"), where_to_turn(file)
    names = (case.routing or {}).get("names")
    return DeskCase(
        case_id=case.case_id,
        reference=case.reference,
        version=case.version,
        kind=case.kind.value,
        category=case.category,
        category_name=category_name(case.category, language, case.routing),
        status=case.status.value,
        status_text=status_text(file, language),
        outcome=case.outcome.value if case.outcome else None,
        visibility=case.visibility.value,
        municipality=MunicipalityOut.of(case.municipality, language) if case.municipality else None,
        department=DepartmentOut.of(case.department, language, names) if case.department else None,
        holder=_holder(file, case.holder, language) if case.holder else None,
        came_from=[_holder(file, each, language) for each in case.came_from],
        hand_over=case.hand_over.value if case.hand_over else None,
        answer_by=answer_by(file),
        returnable=returnable(case),
        in_triage=case.triage_reason is not None,
        location=_location(file, named=named),
        description=_words(file, description, named=named),
        description_public=description.public if description else None,
        answers=[AnswerOut.of(each) for each in answered(file, language, lambda each: _words(file, each, named=named))],
        team=case.team,
        assignee=case.assignee,
        planned_for=case.planned_for.isoformat() if case.planned_for else None,
        hidden=case.hidden,
        turn_to=turn_to.full if turn_to and is_referred(case) else None,
        photo_count=case.photo_count,
        **_registered(case, inside),
        priority=case.priority.value,
        routing=WhyHere(sentences=[case.routing["sentences"][language]]) if case.routing else None,
        timeline=desk_entries(file, language, inside=inside, named=named),
        created_at=to_iso(case.created_at),
        updated_at=to_iso(case.updated_at),
    )


def desk_entries(
    file: CaseFile,
    language: str,
    *,
    after: int = 0,
    inside: Callable[[str], bool] = lambda _: False,
    named: bool = False,
) -> list[DeskEntry]:
    """What has happened, in words, after the entry with that sequence. `named`: as for the case."""
    return [
        DeskEntry(
            sequence=line.entry.sequence,
            at=to_iso(line.entry.occurred_at),
            type=line.entry.type.value,
            actor=line.entry.actor.value,
            label=line.label,
            reason=_reason(file, line, named=named),
            data=dict(line.entry.data),
        )
        for line in story(file, language, inside=inside)
        if line.entry.sequence > after
    ]


def _registered(case: Case, inside: Callable[[str], bool]) -> dict[str, Any]:
    """What the reader's municipality keeps about the case: the one that has it, or else the last that had it."""
    codes = [*(each.municipality for each in case.came_from), *([case.municipality] if case.municipality else [])]
    code = next((each for each in reversed(codes) if inside(each)), None)
    if code is None:
        return {}
    own = case.registration(code)
    return {
        "received_on": received_on(case, code),
        "diary_number": own.diary_number,
        "foreign_number": own.foreign_number,
    }


def answer_by(file: CaseFile) -> str | None:
    """When a hand-over that nobody has answered goes back by itself."""
    entry = handed_over_by(file)
    if entry is None or file.case.hand_over is not HandOver.OFFERED:
        return None
    return to_iso(entry.occurred_at + HAND_OVER_LIMIT)


def _holder(file: CaseFile, holder: Holder, language: str) -> HolderOut:
    return HolderOut(
        id=str(holder), name=holder_name(file, holder, language), municipality=holder.municipality, body=holder.body
    )


def _words(file: CaseFile, found: Text | None, *, named: bool) -> str | None:
    """What the reporter wrote. How to reach them may stand in it, and is taken out while they are protected."""
    if found is None:
        return None
    return found.public if file.case.protected and not named else found.full


def _reason(file: CaseFile, line: Line, *, named: bool) -> str | None:
    if line.entry.actor is Actor.CITIZEN:
        return _words(file, line.reason, named=named)
    # Why somebody is protected says what they are protected from.
    why = file.text_at(line.entry.sequence, PROTECTION) if named else None
    said = line.reason or why
    return said.full if said else None


def _location(file: CaseFile, *, named: bool) -> DeskLocation | None:
    point, place = file.case.location, file.text("place")
    if point is None and place is None:
        return None
    return DeskLocation(
        lat=point.lat if point else None,
        lon=point.lon if point else None,
        accuracy_m=point.accuracy_m if point else None,
        text=_words(file, place, named=named),
    )
