"""The words of the domain as types. Nothing here knows how it is stored or sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol


class Kind(StrEnum):
    """What the citizen is doing."""

    FAULT = "fault"
    QUESTION = "question"
    SUGGESTION = "suggestion"
    COMPLAINT = "complaint"
    PRAISE = "praise"


class Status(StrEnum):
    """Where a case stands. Outward Open311 says only open or closed."""

    SUBMITTED = "submitted"
    ROUTED = "routed"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    WAITING_FOR_CITIZEN = "waiting_for_citizen"
    PLANNED = "planned"
    WITH_OTHER_BODY = "with_other_body"
    RESOLVED = "resolved"
    REOPENED = "reopened"


class Outcome(StrEnum):
    """How a resolved case ended."""

    FIXED = "fixed"
    ANSWERED = "answered"
    NO_ACTION = "no_action"
    NOT_RESPONSIBLE = "not_responsible"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"


class Visibility(StrEnum):
    """Who may see a case, a text or a photo: everyone, nobody until reviewed, or only those concerned."""

    PUBLIC = "public"
    HELD = "held"
    PRIVATE = "private"


class Priority(StrEnum):
    """How soon those who have a case should look at it, among others that ask for the same."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Actor(StrEnum):
    """Who did something, without saying which person."""

    CITIZEN = "citizen"
    HANDLER = "handler"
    BODY = "body"
    SYSTEM = "system"


class Importance(StrEnum):
    """Whether a follower who wants only the most important hears of it."""

    MAJOR = "major"
    MINOR = "minor"


class EventType(StrEnum):
    """Past-tense facts, as they stand in the timeline and on the bus."""

    REPORT_SUBMITTED = "ReportSubmitted"
    PHOTO_ATTACHED = "PhotoAttached"
    PHOTO_REJECTED = "PhotoRejected"
    CASE_ROUTED = "CaseRouted"
    CASE_DELIVERED = "CaseDelivered"
    CASE_TRIAGED = "CaseTriaged"
    DELIVERY_FAILED = "DeliveryFailed"
    TRIAGE_ASSIGNED = "TriageAssigned"
    CASE_HANDED_OVER = "CaseHandedOver"
    HAND_OVER_ACCEPTED = "HandOverAccepted"
    HAND_OVER_RETURNED = "HandOverReturned"
    CASE_REFERRED = "CaseReferred"
    CASE_ACKNOWLEDGED = "CaseAcknowledged"
    CASE_ASSIGNED = "CaseAssigned"
    WORK_STARTED = "WorkStarted"
    REPLY_POSTED = "ReplyPosted"
    NOTE_ADDED = "NoteAdded"
    QUESTION_ASKED = "QuestionAsked"
    CITIZEN_REPLIED = "CitizenReplied"
    CASE_PLANNED = "CasePlanned"
    CASE_RESOLVED = "CaseResolved"
    CASE_REOPENED = "CaseReopened"
    FEEDBACK_GIVEN = "FeedbackGiven"
    CASE_HIDDEN = "CaseHidden"
    CASE_SHOWN = "CaseShown"
    CASE_NUMBERED = "CaseNumbered"
    CASES_LINKED = "CasesLinked"
    CASE_UNLINKED = "CaseUnlinked"
    CASE_NUDGED = "CaseNudged"
    CASE_OVERDUE = "CaseOverdue"
    CASE_REVIEWED = "CaseReviewed"
    PHOTO_MASK_ASKED = "PhotoMaskAsked"
    PHOTO_MASKED = "PhotoMasked"
    PHOTO_HIDDEN = "PhotoHidden"
    PHOTO_SHOWN = "PhotoShown"
    CASE_CORRECTED = "CaseCorrected"
    CASE_PRIORITISED = "CasePrioritised"
    CASE_REGISTERED = "CaseRegistered"


class Because(StrEnum):
    """Why a case is routed again."""

    CLAIMED = "claimed"
    ADDRESS_FOUND = "address_found"
    RESENT = "resent"
    CORRECTED = "corrected"
    FACTS_CORRECTED = "facts_corrected"


class Promised(StrEnum):
    """What a municipality can promise a time for."""

    ANSWER = "answer"
    REPAIR = "repair"


class Returned(StrEnum):
    """Why a hand-over came back."""

    NOT_OURS = "not_ours"
    UNDELIVERED = "undelivered"
    NO_ANSWER = "no_answer"
    RECALLED = "recalled"


class HandOver(StrEnum):
    """How far the latest hand-over has come."""

    OFFERED = "offered"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a case: a municipality, or a `body` outside it that its registry names."""

    municipality: str
    body: str | None = None

    def __str__(self) -> str:
        return f"{self.municipality}/{self.body}" if self.body else self.municipality

    @classmethod
    def parse(cls, text: str) -> Holder:
        """The reverse of `str`."""
        municipality, _, body = text.partition("/")
        return cls(municipality, body or None)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a municipality promised when it got a case: within how many working hours, counted from the report.

    `registry_version`: whose targets they are; `working_hours`: when it works, as its registry said then.
    """

    municipality: str
    registry_version: int
    given_at: datetime
    working_hours: Mapping[str, Any]
    answer_hours: int | None = None
    repair_hours: int | None = None

    def hours(self, which: Promised) -> int | None:
        """Within how many working hours; `None` when that was not promised."""
        return self.answer_hours if which is Promised.ANSWER else self.repair_hours


@dataclass(frozen=True, slots=True)
class Registration:
    """What a municipality keeps of its own about the case. `received_at`: when it first arrived there.

    `received_on`: the day on which somebody said it had, Swedish time; it counts before the other. `foreign_number`:
    its number in the municipality's own system. `incident`: the id of the happening that it is about there, with other
    cases. It stays with the municipality when the case goes, and is there again when it comes back.
    """

    municipality: str
    received_at: datetime | None = None
    received_on: date | None = None
    diary_number: str | None = None
    foreign_number: str | None = None
    incident: str | None = None


class Destination(Protocol):
    """Where a decision sends a case. `recipients`: whom to try, in order, ending with `triage`."""

    @property
    def municipality(self) -> str:
        """SCB code."""

    @property
    def department(self) -> str:
        """The unit there that owns it."""

    @property
    def claimed(self) -> bool:
        """Whether the municipality has joined."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """As in `Case.recipients`."""

    @property
    def routing(self) -> Mapping[str, Any]:
        """The reasons, and under `promise` what the municipality promises, if it does."""


@dataclass(frozen=True, slots=True)
class Location:
    """A point and how it was found. `lat`, `lon`: degrees, WGS84; `accuracy_m`: metres, as the device said."""

    lat: float
    lon: float
    accuracy_m: float | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Free text beside the timeline: `full` for those concerned, `public` (masked) for everyone else."""

    sequence: int
    name: str
    full: str
    public: str
    visibility: Visibility


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a photo that is to be covered, in fractions of its width and height from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that was made safe. Sizes are the pixels of the large rendition.

    `shown`: what somebody there decided about it, `None` while nobody has. `revision`: how often it was drawn anew,
    which is part of its address; `wanted`: which drawing was asked for, with `boxes` covered that are not yet.
    `by`: who took it; `said_with`: the sequence of the entry it came with, `None` for a photo of the report.
    """

    upload_id: str
    width: int
    height: int
    shown: bool | None = None
    revision: int = 0
    wanted: int = 0
    boxes: tuple[Box, ...] = ()
    by: Actor = Actor.CITIZEN
    said_with: int | None = None

    @property
    def being_masked(self) -> bool:
        """Whether something was to be covered and is not yet; nobody outside sees the photo until then."""
        return self.wanted > self.revision


@dataclass(frozen=True, slots=True)
class Case:
    """The head: a case as it stands now. `version` equals the sequence of its last timeline entry.

    `recipients`: whom to reach, in order, decided by the entry with the sequence `round`; `accepted_by`: who has it.
    `body`: the body outside `municipality` that has the case, while one has. `came_from`: those it was handed over
    by, the first one first. `triage_owner`: the id of whoever looks after it in triage, until `triage_due`; both
    stand until somebody has the case. `team`, `assignee`: ids of the unit and person that work on it.
    `waiting_since`: since when the reporter is asked. `answered_at`: the first reply. `citizen_answered`: the reporter
    has said something that nobody has acted on.
    `promises`: what each municipality promised that ever got it; `pauses`: when their clock stood still, from and
    until; `nudged`, `overdue`: of which promises its holder was reminded, and which were not kept in time.
    `first_photo`: the id of the photo that stands for the case in lists, one that nobody took away.
    `protected_by`: the municipality that protects who reported it, `before_protection` what the case's visibility was
    then. `reviewed`: somebody there decided the visibility, for what the case is about. `closed_by_category`: it is
    private because it turned out to be about something that always is, and may be shown if that was a mistake.
    `registrations`: one for each municipality that keeps something of its own about it.
    """

    case_id: str
    reference: str
    version: int
    kind: Kind
    category: str | None
    status: Status
    visibility: Visibility
    created_at: datetime
    updated_at: datetime
    language: str
    channel: str
    token_version: int = 1
    outcome: Outcome | None = None
    location: Location | None = None
    municipality_given: str | None = None
    municipality: str | None = None
    department: str | None = None
    claimed: bool = False
    routing: Mapping[str, Any] | None = None
    recipients: tuple[str, ...] = ()
    accepted_by: tuple[str, ...] = ()
    round: int = 0
    body: str | None = None
    came_from: tuple[Holder, ...] = ()
    hand_over: HandOver | None = None
    triage_reason: str | None = None
    triage_owner: str | None = None
    triage_due: datetime | None = None
    team: str | None = None
    assignee: str | None = None
    planned_for: date | None = None
    waiting_since: datetime | None = None
    answered_at: datetime | None = None
    citizen_answered: bool = False
    resolved_at: datetime | None = None
    duplicate_of: str | None = None
    hidden: bool = False
    promises: tuple[Promise, ...] = ()
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    nudged: tuple[Promised, ...] = ()
    overdue: tuple[Promised, ...] = ()
    photo_count: int = 0
    first_photo: str | None = None
    protected_by: str | None = None
    before_protection: Visibility | None = None
    reviewed: bool = False
    closed_by_category: bool = False
    priority: Priority = Priority.NORMAL
    registrations: tuple[Registration, ...] = ()

    @property
    def protected(self) -> bool:
        """Whether the identity of whoever reported it is protected."""
        return self.protected_by is not None

    def registration(self, municipality: str) -> Registration:
        """How that municipality has registered the case; an empty one where it has not."""
        found = (each for each in self.registrations if each.municipality == municipality)
        return next(found, Registration(municipality))

    def registered(self, registration: Registration) -> tuple[Registration, ...]:
        """The registrations with that one in place of its municipality's."""
        others = (each for each in self.registrations if each.municipality != registration.municipality)
        return (*others, registration)

    @property
    def foreign_number(self) -> str | None:
        """The case's number in the system of the municipality that has it."""
        return self.registration(self.municipality or "").foreign_number

    @property
    def incident(self) -> str | None:
        """The happening that the case is about for the municipality that has it."""
        return self.registration(self.municipality or "").incident

    @property
    def holder(self) -> Holder | None:
        """Who has the case; `None` before it is routed."""
        return Holder(self.municipality, self.body) if self.municipality else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One immutable line of the timeline, which is also the event sent to others. `data`: ids and facts only.

    `by`: the id of the key or person who did it, for the municipality's own log; it is in no event.
    `municipality`: whose the case was after it. `internal`: for whoever has the case, and for nobody else.
    """

    event_id: str
    type: EventType
    sequence: int
    occurred_at: datetime
    actor: Actor
    importance: Importance
    audience: tuple[str, ...]
    data: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None
    municipality: str | None = None
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """Something to look at later: what, and when. A new one replaces the old.

    `what`: `delivery`, `triage`, `hand_over`, or the clock of a promise: `answer`, `repair`.
    """

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What one command wants written, all or nothing: the new head, the new entries, and what hangs on them.

    `altered`: texts and photos that were there before, as they are from now on.
    """

    before: Case | None
    case: Case
    entries: tuple[Entry, ...]
    texts: tuple[Text, ...] = ()
    photos: tuple[Photo, ...] = ()
    due: tuple[Due, ...] = ()
    altered: tuple[Text | Photo, ...] = ()


class IllegalTransition(Exception):
    """The case is not in a state in which this can happen, or not by that actor. `reason`: a stable code."""

    def __init__(self, event: EventType, status: Status, reason: str = "status") -> None:
        super().__init__(f"{event} cannot happen to a case that is {status} ({reason})")
        self.event = event
        self.status = status
        self.reason = reason
