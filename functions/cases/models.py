"""A case as it is read from outside."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from synpunkt.http.incoming import Reason, Strict
from synpunkt.http.models import AnswerOut, BodyOut, DepartmentOut, MunicipalityOut
from synpunkt.http.uploads import UploadIds
from synpunkt.lifecycle import Actor


class AnswerIn(Strict):
    """What you want to tell those who have the case. `photos`: ids of uploads granted to this Idempotency-Key."""

    text: Reason
    photos: UploadIds = []


class FeedbackIn(Strict):
    """Whether it is fixed; if not, what is still wrong, with `photos` as in an answer."""

    fixed: bool
    text: Reason | None = None
    photos: UploadIds = []


class WithdrawIn(Strict):
    """Nothing more to say."""


class LocationOut(BaseModel):
    """A place: degrees, WGS84; `accuracy_m` in metres; `text`: the place in words."""

    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    method: str | None = None
    text: str | None = None


class PhotoOut(BaseModel):
    """A photo without metadata. Of a private case, the addresses answer only to its token.

    `by`: whose it is; `said_with`: the sequence of the entry it came with, absent for a photo of the report.
    """

    photo_id: str
    url: str
    thumbnail_url: str
    width: int
    height: int
    by: Actor
    said_with: int | None = None


class RejectedPhoto(BaseModel):
    """A photo that could not be used, with the reason as a code and in words."""

    upload_id: str
    reason: str
    detail: str


class TimelineEntry(BaseModel):
    """Something that happened. `label`: the same as a sentence; `status`: where the case stood after it."""

    sequence: int
    at: str
    type: str
    actor: str
    label: str
    status: str | None = None
    text: str | None = None


class PromiseOut(BaseModel):
    """What is promised and not done yet. `paused`: the clock waits for the reporter, so there is no time.

    `answer_due`, `repair_due`: UTC; `overdue`: which of `answer` and `repair` are late; `sentences`: the same in words.
    """

    answer_due: str | None = None
    repair_due: str | None = None
    paused: bool
    overdue: list[str]
    sentences: list[str]


class CaseOut(BaseModel):
    """A case. What the reader may not see is absent.

    `body`: who has it, while somebody outside the municipality has. `hand_over`: how far the latest hand-over has
    come. `turn_to`: where to turn, when nobody who is connected is responsible. `photos_held`: not shown until somebody
    has looked; `photos_being_masked`: not shown until parts of them are covered. `usual`: how long such a case usually
    takes, in words; it is measured, where nothing is promised. `related`: how many other public cases are about the
    same, 100 for all from there on. `foreign_number`: its number with the municipality, for its reporter. `answers`: to
    what was asked beside the description, for those who have the case and its reporter. `test`: made up, in a sandbox.
    """

    case_id: str
    reference: str
    kind: str
    kind_name: str
    category: str | None = None
    category_name: str
    status: str
    status_text: str
    outcome: str | None = None
    visibility: Literal["public", "held", "private"]
    municipality: MunicipalityOut | None = None
    department: DepartmentOut | None = None
    body: BodyOut | None = None
    hand_over: Literal["offered", "accepted"] | None = None
    turn_to: str | None = None
    routing: dict[str, Any] | None = None
    claimed: bool
    in_triage: bool
    promise: PromiseOut | None = None
    usual: str | None = None
    foreign_number: str | None = None
    location: LocationOut | None = None
    description: str | None = None
    description_state: Literal["public", "masked", "held"]
    answers: list[AnswerOut] = []
    photos: list[PhotoOut]
    photos_held: int
    photos_being_masked: int = 0
    rejected_photos: list[RejectedPhoto]
    related: int = 0
    test: bool = False
    timeline: list[TimelineEntry]
    created_at: str
    updated_at: str


class CaseRow(BaseModel):
    """A case in a list. `test`: made up, in a sandbox."""

    case_id: str
    reference: str
    kind: str
    category: str | None = None
    category_name: str
    status: str
    outcome: str | None = None
    municipality: MunicipalityOut
    department: str | None = None
    location: LocationOut | None = None
    photo_count: int
    created_at: str
    status_url: str
    test: bool = False


class CaseList(BaseModel):
    """A page of cases, newest first. `next`: the value of `after` for the following page; null at the end."""

    cases: list[CaseRow]
    next: str | None
