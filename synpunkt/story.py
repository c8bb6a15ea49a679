"""What has happened to a case, in the words of those who read it: the same in pages, answers and mails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from synpunkt.letters import category_name
from synpunkt.lifecycle import Because, Case, Entry, EventType, Holder, Outcome, Status, Text
from synpunkt.names import municipality_name
from synpunkt.responsibility import decided_department
from synpunkt.said import LEAVES, said_with, told_as
from synpunkt.stores.cases import CaseFile
from synpunkt.texts import text

_HANDED = frozenset({EventType.CASE_HANDED_OVER, EventType.HAND_OVER_RETURNED})
_STATUS_AFTER = {
    EventType.REPORT_SUBMITTED: Status.SUBMITTED,
    EventType.CASE_ROUTED: Status.ROUTED,
    EventType.CASE_DELIVERED: Status.DELIVERED,
    EventType.CASE_REFERRED: Status.RESOLVED,
    **LEAVES,
}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in words. `status`: where the case stood after it, if the entry changed that; `reason`: why, if told."""

    entry: Entry
    label: str
    status: Status | None
    reason: Text | None


def story(file: CaseFile, language: str, *, inside: Callable[[str], bool] = lambda _: False) -> tuple[Line, ...]:
    """Every entry, oldest first, naming those who had the case then and not those who have it now.

    That it arrived is told once for each time it was sent, by however many ways it did. `inside`: whether the reader
    belongs to a municipality; its internal entries are for nobody else.
    """
    names = _names(file)
    holder: Holder | None = None
    arrived_at: Holder | None = None
    lines = []
    for entry in file.entries:
        before, holder = holder, _holder_after(holder, entry)
        if holder != before or entry.type is EventType.CASE_ROUTED:
            arrived_at = None
        if entry.internal and not inside(entry.municipality or ""):
            continue
        if entry.type is EventType.CASE_DELIVERED:
            if holder is not None and holder == arrived_at:
                continue
            arrived_at = holder
        reason = said_with(file, entry)
        label = _label(file, entry, holder, names, language)
        lines.append(Line(entry, label, _status_after(entry, holder), reason))
    return tuple(lines)


def holder_name(file: CaseFile, holder: Holder | None, language: str) -> str:
    """What a holder of the case is called: a body as it was called when it got the case."""
    return _name(holder, _names(file), language)


def status_text(file: CaseFile, language: str) -> str:
    """The status as a citizen reads it; "sent" never reads as received."""
    case = file.case
    if case.triage_reason is not None or (case.status is Status.ROUTED and not case.claimed):
        return text("status.not_arrived", language)
    if is_referred(case):
        name = referred_to(file, language)
        return text("status.referred", language, body=name) if name else text("status.referred_elsewhere", language)
    routed = case.status is Status.WITH_OTHER_BODY and any(
        each.sequence == case.round and each.type is EventType.CASE_ROUTED for each in file.entries
    )
    return text(
        "status.sent_to_body" if routed else f"status.{case.status}",
        language,
        municipality=municipality_name(case.municipality, language),
        holder=holder_name(file, case.holder, language),
    )


def is_referred(case: Case) -> bool:
    """Whether the reporter was told to turn to somebody who is not connected."""
    return case.status is Status.RESOLVED and case.outcome is Outcome.NOT_RESPONSIBLE


def referred_to(file: CaseFile, language: str) -> str | None:
    """Who the reporter was told to turn to, by name; `None` when no name may be told to everyone."""
    entry = next((each for each in reversed(file.entries) if each.type is EventType.CASE_REFERRED), None)
    if entry is None:
        return None
    if entry.data.get("names"):
        return str(entry.data["names"][language])
    name = file.text_at(entry.sequence, "name")
    return name.public if name else None


def where_to_turn(file: CaseFile) -> Text | None:
    """What the reporter was told about where to turn."""
    return next((each for each in reversed(file.texts) if each.name == "turn_to"), None)


def handed_over_by(file: CaseFile) -> Entry | None:
    """The entry by which whoever has the case got it from somebody else; `None` when nobody handed it to them.

    That may be the routing itself, when the municipality's rules give such a case to a body at once.
    """
    entry = next((each for each in file.entries if each.sequence == file.case.round), None)
    return entry if entry is not None and _is_handed(entry) else None


def giver_name(entry: Entry, file: CaseFile, language: str) -> str:
    """Who gave the case away by that entry of `handed_over_by`, or whose rules did."""
    giver = entry.data.get("from") or entry.municipality
    return holder_name(file, Holder.parse(giver) if giver else None, language)


def _is_handed(entry: Entry) -> bool:
    return entry.type in _HANDED or (entry.type is EventType.CASE_ROUTED and bool(entry.data.get("to")))


def _holder_after(before: Holder | None, entry: Entry) -> Holder | None:
    if _is_handed(entry):
        return Holder.parse(entry.data["to"])
    if entry.municipality is None:
        return before
    if entry.type is EventType.CASE_ROUTED or before is None:
        return Holder(entry.municipality)
    return before


def _names(file: CaseFile) -> Mapping[str, Mapping[str, str]]:
    """What each body that had the case was called, by the holder as text."""
    return {
        str(entry.data["to"]): entry.data["names"]
        for entry in file.entries
        if _is_handed(entry) and entry.data.get("names")
    }


def _name(holder: Holder | None, names: Mapping[str, Mapping[str, str]], language: str) -> str:
    if holder is None:
        return ""
    if holder.body is None:
        return municipality_name(holder.municipality, language)
    return names.get(str(holder), {}).get(language, holder.body)


def _status_after(entry: Entry, holder: Holder | None) -> Status | None:
    at_body = holder is not None and holder.body is not None
    if _is_handed(entry):
        return Status.WITH_OTHER_BODY if at_body else Status.ROUTED
    if entry.type is EventType.HAND_OVER_ACCEPTED:
        return Status.WITH_OTHER_BODY if at_body else Status.ACKNOWLEDGED
    if entry.type is EventType.CASE_DELIVERED and at_body:
        return Status.WITH_OTHER_BODY
    return _STATUS_AFTER.get(entry.type)


def _label(
    file: CaseFile, entry: Entry, holder: Holder | None, names: Mapping[str, Mapping[str, str]], language: str
) -> str:
    key = f"timeline.{entry.type}"
    values = {"municipality": municipality_name(entry.municipality, language), "holder": _name(holder, names, language)}
    match entry.type:
        case EventType.PHOTO_REJECTED:
            values["reason"] = text(f"photo.{entry.data['reason']}", language)
        case EventType.CASE_OVERDUE:
            key += f".{entry.data['which']}"
        case EventType.CASE_TRIAGED:
            key += f".{entry.data['reason']}"
        case EventType.CASE_ROUTED:
            values["department"] = decided_department(entry.data["department"], _decided(file.case, entry), language)
            if _is_handed(entry):
                key += ".body"
            elif entry.data.get("because"):
                key += f".{entry.data['because']}"
                key += ".unclaimed" if entry.data["because"] == Because.CORRECTED and not entry.data["claimed"] else ""
            elif not entry.data["claimed"]:
                key += ".unclaimed"
        case EventType.CASE_HANDED_OVER:
            values["before"] = _name(Holder.parse(entry.data["from"]), names, language)
        case EventType.HAND_OVER_RETURNED:
            key += f".{entry.data['code']}"
            values["before"] = _name(Holder.parse(entry.data["from"]), names, language)
        case EventType.CASE_CORRECTED:
            values["what"] = _corrected(file, entry, language)
        case EventType.CASE_REFERRED:
            name = referred_to(file, language)
            key += "" if name else ".elsewhere"
            values["body"] = name or ""
        case _:
            more, needed = told_as(entry, language)
            key, values = key + more, values | needed
    return text(key, language, **values)


def _corrected(file: CaseFile, entry: Entry, language: str) -> str:
    """What is right now; names as they were when the case was decided anew because of it."""
    data, parts = entry.data, []
    if data["category"] != data["category_before"]:
        follows = next((each for each in file.entries if each.sequence == entry.sequence + 1), None)
        routing = follows.data.get("routing") if follows else None
        if routing is None and data["category"] == file.case.category:
            routing = file.case.routing
        parts.append(text("corrected.category", language, category=category_name(data["category"], language, routing)))
    if data["kind"] != data["kind_before"]:
        parts.append(text("corrected.kind", language, kind=text(f"kind.{data['kind']}", language).lower()))
    if data["moved"]:
        parts.append(text("corrected.place", language))
    return ", ".join(parts)


def _decided(case: Case, entry: Entry) -> Mapping[str, Mapping[str, str]] | None:
    """The names of that decision. They do not travel with a case that is not public, but its head knows its own."""
    names: Mapping[str, Mapping[str, str]] | None = entry.data["routing"].get("names")
    return names or ((case.routing or {}).get("names") if entry.sequence == case.round else None)
