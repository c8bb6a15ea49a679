"""What was said with an entry of the timeline, and how the entry is told in words: one table for pages and mails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from synpunkt.clock import SWEDEN
from synpunkt.lifecycle import Entry, EventType, Status, Text
from synpunkt.promises import day_text
from synpunkt.stores.cases import CaseFile

# Why somebody is, or is no longer, protected: for those alone who may know whom.
PROTECTION = "protection"
# The names of the texts that may come with an entry, those that matter most first.
SAYS: Mapping[EventType, tuple[str, ...]] = {
    EventType.CASE_ROUTED: ("reason",),
    EventType.CASE_TRIAGED: ("reason",),
    EventType.CASE_HANDED_OVER: ("reason",),
    EventType.HAND_OVER_RETURNED: ("reason",),
    EventType.CASE_REFERRED: ("turn_to",),
    EventType.REPLY_POSTED: ("reply",),
    EventType.QUESTION_ASKED: ("question",),
    EventType.CITIZEN_REPLIED: ("answer",),
    EventType.CASE_PLANNED: ("reply", "plan", "reason"),
    EventType.CASE_RESOLVED: ("reply", "reason", "turn_to"),
    EventType.CASE_REOPENED: ("answer", "reason", "reply"),
    EventType.NOTE_ADDED: ("note",),
    EventType.CASE_HIDDEN: ("reason",),
    EventType.CASE_REVIEWED: ("reason",),
    EventType.PHOTO_HIDDEN: ("reason",),
    EventType.CASE_CORRECTED: ("reason",),
}
# Where the case stood after an entry that always has that effect.
LEAVES: Mapping[EventType, Status] = {
    EventType.CASE_ACKNOWLEDGED: Status.ACKNOWLEDGED,
    EventType.WORK_STARTED: Status.IN_PROGRESS,
    EventType.QUESTION_ASKED: Status.WAITING_FOR_CITIZEN,
    EventType.CASE_PLANNED: Status.PLANNED,
    EventType.CASE_RESOLVED: Status.RESOLVED,
    EventType.CASE_REOPENED: Status.REOPENED,
}


def said_with(file: CaseFile, entry: Entry) -> Text | None:
    """The text that came with an entry; `None` when it says nothing. Of internal entries it is for insiders alone."""
    found = (file.text_at(entry.sequence, name) for name in SAYS.get(entry.type, ()))
    return next((each for each in found if each is not None), None)


def told_as(entry: Entry, language: str) -> tuple[str, dict[str, str]]:
    """What to add to `timeline.<type>` for the key of the entry's sentence, and the values the sentence needs."""
    match entry.type:
        case EventType.CASE_RESOLVED:
            return f".{entry.data['outcome']}", {"reference": str(entry.data.get("duplicate_of") or "")}
        case EventType.CASE_PLANNED:
            until = date.fromisoformat(entry.data["planned_for"])
            return "", {"day": day_text(until, language, entry.occurred_at.astimezone(SWEDEN).date())}
        case EventType.CASE_NUDGED:
            return f".{entry.data['which']}", {}
        case EventType.CASE_REVIEWED:
            return f".{entry.data['visibility']}", {}
        case EventType.CASE_PRIORITISED:
            return f".{entry.data['priority']}", {}
        case EventType.FEEDBACK_GIVEN:
            return ".fixed" if entry.data["fixed"] else ".not_fixed", {}
    return "", {}
