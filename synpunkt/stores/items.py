"""Case, entry, text and photo as items of the `cases` table, and back."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from synpunkt.clock import from_iso, localdate, to_iso
from synpunkt.lifecycle import (
    MEASURED,
    Actor,
    Attention,
    Box,
    Case,
    Change,
    Due,
    Entry,
    EventType,
    HandOver,
    Holder,
    Importance,
    Kind,
    Location,
    Outcome,
    Photo,
    Priority,
    Promise,
    Promised,
    Registration,
    Status,
    Text,
    Visibility,
    attention,
    is_late,
)
from synpunkt.promises import deadline, stands_still
from synpunkt.sandbox import LASTS, is_test

LIST_SHARDS = 4
JOURNAL_SHARDS = 16
DUE_SHARDS = 4
# Before the id of a case in the index of incidents, so that those whom everybody may read are found by themselves.
SEEN_BY_ALL, SEEN_INSIDE = "A", "B"


def case_key(case_id: str) -> str:
    """The partition of everything that belongs to one case."""
    return f"C#{case_id}"


def shard_of(identifier: str, shards: int) -> int:
    """A stable shard number for an id."""
    return zlib.crc32(identifier.encode()) % shards


def list_partition(municipality: str, shard: int) -> str:
    """A partition of a municipality's public list."""
    return f"{municipality}#{shard}"


def triage_partition(shard: int) -> str:
    """A partition of the triage list."""
    return f"TRIAGE#{shard}"


def waiting_partition(municipality: str, shard: int) -> str:
    """A partition of what waits for a municipality that has not joined."""
    return f"{municipality}#{shard}"


def inbox_partition(municipality: str, shard: int) -> str:
    """A partition of everything a municipality has."""
    return f"{municipality}#{shard}"


def unit_partition(municipality: str, unit: str, shard: int) -> str:
    """A partition of what one unit of a municipality has."""
    return f"{municipality}#{unit}#{shard}"


def mine_partition(municipality: str, person: str) -> str:
    """What one person of a municipality works on."""
    return f"{municipality}#{person}"


def incident_partition(municipality: str, incident_id: str) -> str:
    """The cases of one municipality that belong to one happening."""
    return f"{municipality}#{incident_id}"


def due_partition(shard: int) -> str:
    """A partition of what is to be looked at later."""
    return f"{shard:02d}"


def unpublished_partition(shard: int) -> str:
    """A partition of what has not reached the bus."""
    return f"{shard:02d}"


def head_item(case: Case) -> dict[str, Any]:
    """The head, with index keys only where it may be listed: a private case has no list key at all."""
    listed = case.visibility is Visibility.PUBLIC and case.municipality is not None and not case.hidden
    # Our own people have nothing to do with what is made up.
    in_triage = case.triage_reason is not None and not is_test(case)
    waits = case.municipality is not None and not case.claimed and case.status is not Status.RESOLVED
    shard = shard_of(case.case_id, LIST_SHARDS)
    location = case.location
    return {
        "pk": case_key(case.case_id),
        "sk": "HEAD",
        "case_id": case.case_id,
        "reference": case.reference,
        "version": case.version,
        "kind": case.kind.value,
        "category": case.category,
        "status": case.status.value,
        "outcome": case.outcome.value if case.outcome else None,
        "visibility": case.visibility.value,
        "created_at": to_iso(case.created_at),
        "updated_at": to_iso(case.updated_at),
        "language": case.language,
        "channel": case.channel,
        "token_version": case.token_version,
        "lat": location.lat if location else None,
        "lon": location.lon if location else None,
        "accuracy_m": location.accuracy_m if location else None,
        "method": location.method if location else None,
        "municipality_given": case.municipality_given,
        "municipality": case.municipality,
        "department": case.department,
        "claimed": case.claimed,
        "routing": dict(case.routing) if case.routing is not None else None,
        "recipients": list(case.recipients),
        "accepted_by": list(case.accepted_by),
        "round": case.round,
        "body": case.body,
        "came_from": [str(each) for each in case.came_from],
        "hand_over": case.hand_over.value if case.hand_over else None,
        "triage_reason": case.triage_reason,
        "triage_owner": case.triage_owner,
        "triage_due": _iso(case.triage_due),
        "team": case.team,
        "assignee": case.assignee,
        "planned_for": case.planned_for.isoformat() if case.planned_for else None,
        "waiting_since": _iso(case.waiting_since),
        "answered_at": _iso(case.answered_at),
        "citizen_answered": case.citizen_answered,
        "resolved_at": _iso(case.resolved_at),
        "duplicate_of": case.duplicate_of,
        "hidden": case.hidden,
        "incident": case.incident,
        "promises": [_promise_item(each) for each in case.promises],
        "pauses": [list(map(to_iso, each)) for each in case.pauses],
        "nudged": [each.value for each in case.nudged],
        "overdue": [each.value for each in case.overdue],
        "photo_count": case.photo_count,
        "first_photo": case.first_photo,
        "protected_by": case.protected_by,
        "before_protection": case.before_protection.value if case.before_protection else None,
        "reviewed": case.reviewed or None,
        "closed_by_category": case.closed_by_category or None,
        "priority": case.priority.value,
        "registrations": [_registration_item(each) for each in case.registrations],
        "list_pk": list_partition(case.municipality, shard) if listed and case.municipality else None,
        "list_sk": case.case_id if listed else None,
        "triage_pk": triage_partition(shard) if in_triage else None,
        "triage_sk": case.case_id if in_triage else None,
        "waiting_pk": waiting_partition(case.municipality, shard) if waits and case.municipality else None,
        "waiting_sk": case.case_id if waits else None,
        **_desk_keys(case, shard),
        **_closed_keys(case),
    }


def _desk_keys(case: Case, shard: int) -> dict[str, Any]:
    """Where those who have the case find it: among all of theirs, their unit's, and one person's own."""
    if case.municipality is None or not case.claimed:
        return {}
    seen = SEEN_BY_ALL if case.visibility is Visibility.PUBLIC and not case.hidden else SEEN_INSIDE
    # Closed cases newest first needs no second index: they are read backwards.
    order = f"{order_of(attention(case), case)}#{case.case_id}"
    return {
        "inbox_pk": inbox_partition(case.municipality, shard),
        "inbox_sk": order,
        "unit_pk": unit_partition(case.municipality, case.team or case.department or "", shard),
        "unit_sk": order,
        "mine_pk": mine_partition(case.municipality, case.assignee) if case.assignee else None,
        "mine_sk": order if case.assignee else None,
        "incident_pk": incident_partition(case.municipality, case.incident) if case.incident else None,
        "incident_sk": f"{seen}#{case.case_id}" if case.incident else None,
        # One attribute, since all indexes of a table may name a hundred between them.
        "desk": _beside(case) or None,
    }


def _beside(case: Case) -> dict[str, Any]:
    promised = {"late": is_late(case), "due_at": _due_at(case)} if case.promises else {}
    return promised | ({"photo": case.first_photo} if case.first_photo else {})


# A digit of the sort key, so that a list needs no attribute of its own to tell it.
_RANKS = (Priority.HIGH, Priority.NORMAL, Priority.LOW)


def order_of(asks: Attention, case: Case) -> str:
    """What stands first in a key of the desk's lists: what the case asks for, and how soon."""
    return f"{asks}{_RANKS.index(case.priority)}"


def priority_of(order: str) -> Priority:
    """The priority that a key of the desk's lists tells: the digit after the letter of what the case asks for."""
    return _RANKS[int(order[1])]


def closed_partition(municipality: str, category: str) -> str:
    """The partition of what a municipality has done about a category."""
    return f"{municipality}#{category}"


def _closed_keys(case: Case) -> dict[str, Any]:
    """Where the closed cases are found that tell how long it takes."""
    if case.outcome not in MEASURED or not (case.municipality and case.claimed and case.category and case.resolved_at):
        return {}
    return {
        "closed_pk": closed_partition(case.municipality, case.category),
        "closed_sk": f"{to_iso(case.resolved_at)}#{case.case_id}",
    }


def expiry_of(case: Case) -> int | None:
    """When what is kept of a case may be forgotten, in epoch seconds; `None` for one that is not made up."""
    return int((case.created_at + LASTS).timestamp()) if is_test(case) else None


def received_on(case: Case, municipality: str) -> str:
    """The day the case reached a municipality, Swedish time: as somebody said, or as it arrived, or was submitted."""
    registration = case.registration(municipality)
    if registration.received_on is not None:
        return registration.received_on.isoformat()
    return localdate(registration.received_at or case.created_at)


def register_partition(municipality: str, shard: int) -> str:
    """A partition of what has reached a municipality, whoever has it now."""
    return f"{municipality}#{shard}"


def register_item(case: Case) -> dict[str, Any] | None:
    """The line of a case in the register of whoever has it, which stays there; `None` where nobody has joined."""
    if case.municipality is None or not case.claimed:
        return None
    return {
        "pk": case_key(case.case_id),
        "sk": f"REG#{case.municipality}",
        "register_pk": register_partition(case.municipality, shard_of(case.case_id, LIST_SHARDS)),
        "register_sk": f"{received_on(case, case.municipality)}#{case.case_id}",
    }


def _due_at(case: Case) -> str | None:
    """By when what was promised next is due; nobody knows while the clock stands still."""
    if stands_still(case):
        return None
    found = [each for each in (deadline(case, which, case.updated_at) for which in Promised) if each]
    return _iso(min((each.at for each in found), default=None))


def case_of(item: Mapping[str, Any]) -> Case:
    """The reverse of `head_item`."""
    location = None
    if "lat" in item:
        location = Location(float(item["lat"]), float(item["lon"]), item.get("accuracy_m"), item.get("method"))
    case = Case(
        case_id=item["case_id"],
        reference=item["reference"],
        version=item["version"],
        kind=Kind(item["kind"]),
        category=item.get("category"),
        status=Status(item["status"]),
        outcome=Outcome(item["outcome"]) if "outcome" in item else None,
        visibility=Visibility(item["visibility"]),
        created_at=from_iso(item["created_at"]),
        updated_at=from_iso(item["updated_at"]),
        language=item["language"],
        channel=item["channel"],
        token_version=item["token_version"],
        location=location,
        municipality_given=item.get("municipality_given"),
        municipality=item.get("municipality"),
        department=item.get("department"),
        claimed=item["claimed"],
        routing=item.get("routing"),
        recipients=tuple(item["recipients"]),
        accepted_by=tuple(item["accepted_by"]),
        round=item["round"],
        body=item.get("body"),
        came_from=tuple(map(Holder.parse, item["came_from"])),
        hand_over=HandOver(item["hand_over"]) if "hand_over" in item else None,
        triage_reason=item.get("triage_reason"),
        triage_owner=item.get("triage_owner"),
        triage_due=_moment(item, "triage_due"),
        team=item.get("team"),
        assignee=item.get("assignee"),
        planned_for=date.fromisoformat(item["planned_for"]) if "planned_for" in item else None,
        waiting_since=_moment(item, "waiting_since"),
        answered_at=_moment(item, "answered_at"),
        citizen_answered=item["citizen_answered"],
        resolved_at=_moment(item, "resolved_at"),
        duplicate_of=item.get("duplicate_of"),
        hidden=item["hidden"],
        promises=tuple(map(_promise_of, item["promises"])),
        pauses=tuple((from_iso(since), from_iso(until)) for since, until in item["pauses"]),
        nudged=tuple(map(Promised, item["nudged"])),
        overdue=tuple(map(Promised, item["overdue"])),
        photo_count=item["photo_count"],
        first_photo=item.get("first_photo"),
        protected_by=item.get("protected_by"),
        before_protection=Visibility(item["before_protection"]) if "before_protection" in item else None,
        reviewed=bool(item.get("reviewed")),
        closed_by_category=bool(item.get("closed_by_category")),
        # Heads written before there were priorities and registrations have none.
        priority=Priority(item.get("priority", Priority.NORMAL)),
        registrations=tuple(map(_registration_of, item.get("registrations", ()))),
    )
    # Heads written before each municipality kept its own name what was of whoever had the case.
    own = case.registration(case.municipality or "")
    kept = {name: item[name] for name in ("foreign_number", "incident") if name in item and not getattr(own, name)}
    return replace(case, registrations=case.registered(replace(own, **kept))) if kept else case


def _registration_item(registration: Registration) -> dict[str, Any]:
    return {
        "municipality": registration.municipality,
        "received_at": _iso(registration.received_at),
        "received_on": registration.received_on.isoformat() if registration.received_on else None,
        "diary_number": registration.diary_number,
        "foreign_number": registration.foreign_number,
        "incident": registration.incident,
    }


def _registration_of(item: Mapping[str, Any]) -> Registration:
    at, on = item.get("received_at"), item.get("received_on")
    return Registration(
        municipality=item["municipality"],
        received_at=from_iso(at) if at else None,
        received_on=date.fromisoformat(on) if on else None,
        diary_number=item.get("diary_number"),
        foreign_number=item.get("foreign_number"),
        incident=item.get("incident"),
    )


def _promise_item(promise: Promise) -> dict[str, Any]:
    return {
        "municipality": promise.municipality,
        "registry_version": promise.registry_version,
        "given_at": to_iso(promise.given_at),
        "working_hours": dict(promise.working_hours),
        "answer_hours": promise.answer_hours,
        "repair_hours": promise.repair_hours,
    }


def _promise_of(item: Mapping[str, Any]) -> Promise:
    return Promise(
        municipality=item["municipality"],
        registry_version=item["registry_version"],
        given_at=from_iso(item["given_at"]),
        working_hours=item["working_hours"],
        answer_hours=item.get("answer_hours"),
        repair_hours=item.get("repair_hours"),
    )


def entry_item(case: Case, entry: Entry) -> dict[str, Any]:
    """A timeline entry with what its event says of the case at that moment, and its place in the journal."""
    shard = shard_of(entry.event_id, JOURNAL_SHARDS)
    at = to_iso(entry.occurred_at)
    return {
        "pk": case_key(case.case_id),
        "sk": f"E#{entry.sequence:06d}",
        "type": entry.type.value,
        "event_id": entry.event_id,
        "case_id": case.case_id,
        "reference": case.reference,
        "sequence": entry.sequence,
        "occurred_at": at,
        "kind": case.kind.value,
        "category": case.category,
        "municipality": case.municipality,
        "department": case.department,
        "visibility": case.visibility.value,
        "audience": list(entry.audience),
        "importance": entry.importance.value,
        "actor": entry.actor.value,
        "data": dict(entry.data),
        "by": entry.by,
        "internal": entry.internal,
        "journal_pk": f"{at[:13]}#{shard:02d}",
        "journal_sk": entry.event_id,
        "unpublished_pk": unpublished_partition(shard),
        "unpublished_sk": entry.event_id,
    }


def entry_of(item: Mapping[str, Any]) -> Entry:
    """The reverse of `entry_item`."""
    return Entry(
        event_id=item["event_id"],
        type=EventType(item["type"]),
        sequence=item["sequence"],
        occurred_at=from_iso(item["occurred_at"]),
        actor=Actor(item["actor"]),
        importance=Importance(item["importance"]),
        audience=tuple(item["audience"]),
        data=item["data"],
        by=item.get("by"),
        internal=item["internal"],
        municipality=item.get("municipality"),
    )


def history_item(change: Change) -> dict[str, Any]:
    """What a change made of the head, kept beside the timeline so that any earlier head can be had again."""
    before = _present(head_item(change.before)) if change.before else {}
    after = _present(head_item(change.case))
    return {
        "pk": case_key(change.case.case_id),
        "sk": f"H#{change.case.version:06d}",
        "set": {name: value for name, value in after.items() if before.get(name, _ABSENT) != value},
        "removed": sorted(before.keys() - after.keys()),
    }


def replayed(history: Iterable[Mapping[str, Any]]) -> Case | None:
    """The head that a history makes, oldest first; `None` of an empty one."""
    head: dict[str, Any] = {}
    for item in history:
        head |= item["set"]
        for name in item["removed"]:
            del head[name]
    return case_of(head) if head else None


_ABSENT = object()


def _present(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None}


def _iso(moment: datetime | None) -> str | None:
    return to_iso(moment) if moment else None


def _moment(item: Mapping[str, Any], name: str) -> datetime | None:
    return from_iso(item[name]) if name in item else None


def text_item(case_id: str, text: Text) -> dict[str, Any]:
    """A text beside the timeline."""
    return {
        "pk": case_key(case_id),
        "sk": f"T#{text.sequence:06d}#{text.name}",
        "sequence": text.sequence,
        "name": text.name,
        "full": text.full,
        "public": text.public,
        "visibility": text.visibility.value,
    }


def text_of(item: Mapping[str, Any]) -> Text:
    """The reverse of `text_item`."""
    return Text(item["sequence"], item["name"], item["full"], item["public"], Visibility(item["visibility"]))


def photo_item(case_id: str, photo: Photo) -> dict[str, Any]:
    """A photo that belongs to a case."""
    return {
        "pk": case_key(case_id),
        "sk": f"P#{photo.upload_id}",
        "upload_id": photo.upload_id,
        "width": photo.width,
        "height": photo.height,
        "shown": photo.shown,
        "revision": photo.revision or None,
        "wanted": photo.wanted or None,
        "boxes": [[each.x, each.y, each.width, each.height] for each in photo.boxes] or None,
        "by": photo.by.value,
        "said_with": photo.said_with,
    }


def photo_of(item: Mapping[str, Any]) -> Photo:
    """The reverse of `photo_item`."""
    return Photo(
        item["upload_id"],
        item["width"],
        item["height"],
        shown=item.get("shown"),
        revision=item.get("revision", 0),
        wanted=item.get("wanted", 0),
        boxes=tuple(Box(*map(float, each)) for each in item.get("boxes", [])),
        by=Actor(item.get("by", Actor.CITIZEN)),
        said_with=item.get("said_with"),
    )


def due_item(case: Case, due: Due) -> dict[str, Any]:
    """Something to look at later; a case has at most one of each sort. `round`: which sending it is about."""
    return {
        "pk": case_key(case.case_id),
        "sk": f"DUE#{due.what}",
        "case_id": case.case_id,
        "what": due.what,
        "round": case.round,
        "due_pk": due_partition(shard_of(case.case_id, DUE_SHARDS)),
        "due_sk": f"{to_iso(due.at)}#{case.case_id}#{due.what}",
    }
