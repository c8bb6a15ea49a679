"""Envelope and data of every event, as models. Ids and facts only: no names, addresses or free text.

Within a version only additions; receivers ignore fields they do not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SOURCE = "synpunkt"

Ulid = Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
Municipality = Annotated[str, Field(pattern=r"^\d{4}$", description="SCB code, four digits")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Place(_Model):
    """A point, degrees, WGS84. Absent for cases that are not public."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class ReportSubmittedData(_Model):
    """A report was accepted and stored."""

    channel: str
    location: Place | None = None
    has_contact: bool
    photos_expected: int = Field(ge=0, le=5)


class PhotoAttachedData(_Model):
    """A photo was made safe and belongs to the case. `width`, `height`: pixels of the large rendition.

    `by`: whose it is; `said_with`: the sequence of the entry it came with, absent for a photo of the report.
    """

    upload_id: Ulid
    width: int
    height: int
    by: Literal["citizen", "handler", "body"] = "citizen"
    said_with: int | None = None


class PhotoRejectedData(_Model):
    """A photo could not be used. `by`, `said_with`: as of one that was attached."""

    upload_id: Ulid
    by: Literal["citizen", "handler", "body"] = "citizen"
    said_with: int | None = None
    reason: Literal["not_an_image", "too_many_pixels", "too_large", "damaged", "lost"]


class Promise(_Model):
    """Within how many of its working hours the municipality answers and repairs, and when that is.

    Counted from the report. While the reporter is asked something the clock stands still, and the time moves. A time
    that was past when the municipality got the case is absent: nobody can promise that.
    """

    answer_hours: int | None = None
    repair_hours: int | None = None
    answer_due: str | None = Field(None, description="UTC, ISO 8601 with milliseconds and Z")
    repair_due: str | None = Field(None, description="UTC, ISO 8601 with milliseconds and Z")


class Routing(_Model):
    """Why the case went where it did. `border_m`: metres to the nearest border of the municipality the point is in."""

    data_version: str
    municipality_method: str
    border_m: float | None = None
    neighbour: Municipality | None = Field(None, description="the other municipality that may be meant, near a border")
    neighbour_m: float | None = Field(None, description="metres from the point to that border")
    uncertain: bool = False
    rule: str
    rejected: list[str] = []
    road_owner: str = "unknown"
    road_ambiguous: bool = Field(False, description="a road that somebody else keeps is nearly as near")
    sentences: dict[str, str] | None = Field(None, description="why here, one sentence per language")
    fallback_level: Literal["department", "registrar", "triage"]
    claimed: bool
    registry_version: int | None = Field(None, description="the version of the municipality's registry that decided")
    body: str | None = Field(None, description="the body outside the municipality that is responsible, if one is")
    copies: list[str] = Field([], description="who else is told, as recipients")
    names: dict[str, dict[str, str]] | None = Field(
        None, description="what department, category and body were called then, by language"
    )
    promise: Promise | None = Field(
        None, description="what the municipality promises; absent where it promises nothing"
    )


Because = Literal["claimed", "address_found", "resent", "corrected", "facts_corrected"]
Kind = Literal["fault", "question", "suggestion", "complaint", "praise"]
Priority = Literal["low", "normal", "high"]
Holder = Annotated[
    str, Field(pattern=r"^\d{4}(/[a-z][a-z0-9_-]{0,63})?$", description="municipality, or a body its registry names")
]


class CaseRoutedData(_Model):
    """Who is responsible was decided; municipality and department stand in the envelope, too."""

    because: Because | None = Field(None, description="why it was decided again; absent the first time")
    department: str
    claimed: bool
    location: Place | None = None
    photo_count: int = Field(0, ge=0, description="photos attached before routing; later ones have their own events")
    routing: Routing
    to: Holder | None = Field(None, description="the body that has it at once, as after a hand-over, if one does")
    names: dict[str, str] | None = Field(None, description="what that body is called, by language")


class Acceptance(_Model):
    """A recipient took the case. `recipient`: `topic:<code>`, `push:<subscription>`, `mail:<department>[:second]` or
    `mail:body:<body>`."""

    channel: Literal["topic", "push", "mail"]
    recipient: str
    message_id: str


class CaseDeliveredData(_Model):
    """At least one recipient has the case."""

    accepted: list[Acceptance]


class CaseTriagedData(_Model):
    """Nobody could be reached, or those triage sent it to say it is not theirs: Synpunkt's own triage has the case."""

    reason: Literal["unclaimed", "no_address", "exhausted", "timeout", "returned"]


class DeliveryFailedData(_Model):
    """A recipient turned out not to have the case; the next in the chain is tried."""

    recipient: str
    channel: Literal["topic", "push", "mail"]
    reason: Literal["bounced", "refused", "complained", "unknown", "unreachable"]


class TriageAssignedData(_Model):
    """Somebody of ours looks after a case in triage."""


class CaseHandedOverData(_Model):
    """The case is somebody else's from now on, under the same number; the clock runs on.

    `department`, `claimed`, `routing`: as in CaseRouted, when a municipality got it.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    from_: Holder = Field(alias="from")
    to: Holder
    names: dict[str, str] | None = Field(None, description="what the body is called, by language")
    location: Place | None = None
    department: str | None = None
    claimed: bool | None = None
    routing: Routing | None = None


class HandOverAcceptedData(_Model):
    """Whoever it was handed over to has said that they take it."""

    by: Holder


class HandOverReturnedData(_Model):
    """The case went back to whoever handed it over; the reason in words is read with the case."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    from_: Holder = Field(alias="from")
    to: Holder
    code: Literal["not_ours", "undelivered", "no_answer", "recalled"]
    names: dict[str, str] | None = Field(None, description="what the body is called that has it again, by language")
    department: str | None = None
    claimed: bool | None = None
    routing: Routing | None = None


class CaseReferredData(_Model):
    """Somebody who is not connected is responsible; the reporter was told where to turn, and the case is closed."""

    body: str | None = None
    names: dict[str, str] | None = None
    outcome: Literal["not_responsible"]


class CaseAcknowledgedData(_Model):
    """Somebody there has opened the case."""


class CaseAssignedData(_Model):
    """Who works on it. `person`: whether a person has it, who is not named."""

    team: str | None = None
    person: bool


class WorkStartedData(_Model):
    """The work has begun."""


class ReplyPostedData(_Model):
    """An answer was given; it is read with the case. `first`: it is the first one."""

    first: bool


class NoteAddedData(_Model):
    """A note among those who have the case; it is read with the case."""


class QuestionAskedData(_Model):
    """The reporter was asked something; the clock stands still until they answer."""


class CitizenRepliedData(_Model):
    """The reporter added something. `was_asked`: it answers a question."""

    was_asked: bool


class CasePlannedData(_Model):
    """It will be done by a day."""

    planned_for: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="a day, Swedish time")]


class CaseResolvedData(_Model):
    """The case is closed. `duplicate_of`: the reference of the case that goes on."""

    outcome: Literal["fixed", "answered", "no_action", "not_responsible", "duplicate", "withdrawn"]
    duplicate_of: str | None = None


class CaseReopenedData(_Model):
    """The case is open again."""

    outcome_before: str | None = None


class FeedbackGivenData(_Model):
    """The reporter said whether it is fixed."""

    fixed: bool


class CaseHiddenData(_Model):
    """The case is hidden from everyone but those concerned."""


class CaseShownData(_Model):
    """The case is not hidden any more."""


class CaseNumberedData(_Model):
    """The case has a number in the municipality's own system."""


class CasesLinkedData(_Model):
    """The case is about one happening with others, and one answer may reach all of them. It names none of them."""

    incident_id: Ulid


class CaseUnlinkedData(_Model):
    """The case is about something of its own after all."""

    incident_id: Ulid


class _PromiseData(_Model):
    which: Literal["answer", "repair"]
    due: str = Field(description="by when; UTC, ISO 8601 with milliseconds and Z")
    promised_by: Municipality


class CaseNudgedData(_PromiseData):
    """What was promised is due soon; told to whoever has the case, once."""


class CaseOverdueData(_PromiseData):
    """What was promised did not happen in time; told once."""


class CaseReviewedData(_Model):
    """Somebody who has the case decided who may see it; `location` is where everyone may know the place."""

    visibility: Literal["public", "held", "private"]
    location: Place | None = None


class _RedrawnData(_Model):
    upload_id: Ulid
    revision: int = Field(ge=1, description="which drawing of the photo, counted from its first change")


class PhotoMaskAskedData(_RedrawnData):
    """Parts of a photo are to be covered; it is shown to nobody outside until they are."""


class PhotoMaskedData(_RedrawnData):
    """Parts of a photo were covered; earlier drawings of it are gone."""


class PhotoHiddenData(_Model):
    """A photo is shown to nobody outside any more."""

    upload_id: Ulid


class PhotoShownData(_Model):
    """A photo may be shown wherever its case may."""

    upload_id: Ulid


class CaseCorrectedData(_Model):
    """The case is about something else than its reporter said. `moved`: it is somewhere else; `location`: where.

    When it is somebody else's because of that, CaseRouted or CaseHandedOver follows.
    """

    kind_before: Kind
    kind: Kind
    category_before: str | None = None
    category: str | None = None
    moved: bool
    location: Place | None = None


class CasePrioritisedData(_Model):
    """How soon those who have the case should look at it."""

    priority: Priority
    before: Priority


class CaseRegisteredData(_Model):
    """How the case is registered. `numbered`: whether it has a number in the diary, which is read with the case."""

    received_on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="a day, Swedish time")] | None = None
    numbered: bool


DATA: Mapping[str, type[_Model]] = {
    "ReportSubmitted": ReportSubmittedData,
    "PhotoAttached": PhotoAttachedData,
    "PhotoRejected": PhotoRejectedData,
    "CaseRouted": CaseRoutedData,
    "CaseDelivered": CaseDeliveredData,
    "CaseTriaged": CaseTriagedData,
    "DeliveryFailed": DeliveryFailedData,
    "TriageAssigned": TriageAssignedData,
    "CaseHandedOver": CaseHandedOverData,
    "HandOverAccepted": HandOverAcceptedData,
    "HandOverReturned": HandOverReturnedData,
    "CaseReferred": CaseReferredData,
    "CaseAcknowledged": CaseAcknowledgedData,
    "CaseAssigned": CaseAssignedData,
    "WorkStarted": WorkStartedData,
    "ReplyPosted": ReplyPostedData,
    "NoteAdded": NoteAddedData,
    "QuestionAsked": QuestionAskedData,
    "CitizenReplied": CitizenRepliedData,
    "CasePlanned": CasePlannedData,
    "CaseResolved": CaseResolvedData,
    "CaseReopened": CaseReopenedData,
    "FeedbackGiven": FeedbackGivenData,
    "CaseHidden": CaseHiddenData,
    "CaseShown": CaseShownData,
    "CaseNumbered": CaseNumberedData,
    "CasesLinked": CasesLinkedData,
    "CaseUnlinked": CaseUnlinkedData,
    "CaseNudged": CaseNudgedData,
    "CaseOverdue": CaseOverdueData,
    "CaseReviewed": CaseReviewedData,
    "PhotoMaskAsked": PhotoMaskAskedData,
    "PhotoMasked": PhotoMaskedData,
    "PhotoHidden": PhotoHiddenData,
    "PhotoShown": PhotoShownData,
    "CaseCorrected": CaseCorrectedData,
    "CasePrioritised": CasePrioritisedData,
    "CaseRegistered": CaseRegisteredData,
}


class Envelope(_Model):
    """What every event carries around its data.

    Use `event_id` to drop duplicates and `sequence` to sort within a case; gaps are legitimate.
    """

    type: str
    event_id: Ulid
    case_id: Ulid
    reference: str
    sequence: int = Field(ge=1)
    occurred_at: str = Field(description="UTC, ISO 8601 with milliseconds and Z")
    version: Literal[1] = 1
    kind: Literal["fault", "question", "suggestion", "complaint", "praise"]
    category: str | None = None
    municipality: Municipality | None = None
    department: str | None = None
    visibility: Literal["public", "held", "private"]
    audience: list[Municipality] = Field(description="municipalities concerned")
    importance: Literal["major", "minor"]
    actor: Literal["citizen", "handler", "body", "system"]
    data: dict[str, Any]

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Envelope:
        """The envelope of one timeline entry; whatever the contract does not name is left out.

        Raises `pydantic.ValidationError` when the facts do not meet the contract.
        """
        data = DATA[facts["type"]].model_validate(facts["data"])
        return cls.model_validate({**facts, "data": data.model_dump(mode="json", by_alias=True)})

    def as_json(self) -> str:
        """The envelope as it is sent."""
        return self.model_dump_json()


def parse(detail: Mapping[str, Any]) -> Envelope:
    """The envelope of a received event; unknown extra fields are ignored."""
    return Envelope.model_validate(detail)
