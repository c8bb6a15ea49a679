"""Who sends each event and who listens; a test holds this against the code and the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One event type. `senders`, `listeners`: rooms; municipalities' systems hear whatever concerns them."""

    meaning: str
    senders: tuple[str, ...]
    listeners: tuple[str, ...]


CATALOGUE: Mapping[str, Entry] = {
    "ReportSubmitted": Entry("A report was accepted and stored.", ("intake",), ("route", "deliver")),
    "PhotoAttached": Entry(
        "A photo was made safe and belongs to the case.", ("cases", "desk", "intake", "photo"), ("deliver", "insight")
    ),
    "PhotoRejected": Entry("A photo could not be used.", ("cases", "desk", "intake", "photo"), ("deliver", "notify")),
    "CaseRouted": Entry(
        "Who is responsible was decided, with the reasons.", ("desk", "route"), ("deliver", "notify", "insight")
    ),
    "CaseDelivered": Entry("At least one recipient has the case.", ("deliver",), ("deliver", "notify", "insight")),
    "CaseTriaged": Entry(
        "Nobody could be reached; our triage has the case.",
        ("deliver", "desk", "upkeep"),
        ("deliver", "notify", "insight"),
    ),
    "DeliveryFailed": Entry("A recipient turned out not to have the case.", ("deliver",), ("deliver", "insight")),
    "TriageAssigned": Entry("Somebody of ours looks after a case in triage.", ("desk",), ("deliver",)),
    "CaseHandedOver": Entry("The case is somebody else's from now on.", ("desk",), ("deliver", "notify", "insight")),
    "HandOverAccepted": Entry("Those it was handed over to take it.", ("desk",), ("deliver", "insight")),
    "HandOverReturned": Entry(
        "The case went back to whoever handed it over.", ("deliver", "desk", "upkeep"), ("deliver", "notify", "insight")
    ),
    "CaseReferred": Entry("Somebody who is not connected is responsible.", ("desk",), ("deliver", "notify", "insight")),
    "CaseAcknowledged": Entry("Somebody there has opened the case.", ("desk",), ("deliver", "insight")),
    "CaseAssigned": Entry(
        "Who works on the case was decided; told to whoever has it.", ("desk",), ("deliver", "notify")
    ),
    "WorkStarted": Entry("The work has begun.", ("desk", "intake"), ("deliver", "insight")),
    "ReplyPosted": Entry("An answer was given.", ("desk", "intake"), ("deliver", "notify", "insight")),
    "NoteAdded": Entry("A note was made; told to whoever has the case.", ("desk",), ("deliver",)),
    "QuestionAsked": Entry("The reporter was asked something.", ("desk", "intake"), ("deliver", "notify", "insight")),
    "CitizenReplied": Entry(
        "The reporter added something or answered.", ("cases", "intake"), ("deliver", "notify", "insight")
    ),
    "CasePlanned": Entry("It will be done by a day.", ("desk", "intake"), ("deliver", "notify", "insight")),
    "CaseResolved": Entry(
        "The case is closed, in one of six ways.", ("cases", "desk", "intake"), ("deliver", "notify", "insight")
    ),
    "CaseReopened": Entry("The case is open again.", ("cases", "desk", "intake"), ("deliver", "notify", "insight")),
    "FeedbackGiven": Entry("The reporter said whether it is fixed.", ("cases", "intake"), ("deliver",)),
    "CaseHidden": Entry("The case is hidden; told to whoever has it.", ("desk",), ("deliver", "insight")),
    "CaseShown": Entry("The case is not hidden any more; told to whoever has it.", ("desk",), ("deliver", "insight")),
    "CaseNumbered": Entry("The case has a number in the municipality's own system.", ("desk",), ("deliver", "insight")),
    "CasesLinked": Entry("The case is about one happening with others.", ("desk",), ("deliver",)),
    "CaseUnlinked": Entry("The case is about something of its own after all.", ("desk",), ("deliver",)),
    "CaseNudged": Entry("What was promised is due soon; told to whoever has the case.", ("upkeep",), ("deliver",)),
    "CaseOverdue": Entry("What was promised did not happen in time.", ("upkeep",), ("deliver",)),
    "CaseReviewed": Entry(
        "Who may see the case was decided; told to whoever has it.", ("desk",), ("deliver", "insight")
    ),
    "PhotoMaskAsked": Entry(
        "Parts of a photo are to be covered; told to whoever has the case.", ("desk",), ("deliver", "photo", "insight")
    ),
    "PhotoMasked": Entry(
        "Parts of a photo were covered; told to whoever has the case.", ("photo",), ("deliver", "insight")
    ),
    "PhotoHidden": Entry("A photo was taken away; told to whoever has the case.", ("desk",), ("deliver", "insight")),
    "PhotoShown": Entry("A photo may be shown; told to whoever has the case.", ("desk",), ("deliver", "insight")),
    "CaseCorrected": Entry(
        "The case is about something else than its reporter said.", ("desk",), ("deliver", "insight")
    ),
    "CasePrioritised": Entry(
        "How soon to look at the case was decided; told to whoever has it.", ("desk",), ("deliver",)
    ),
    "CaseRegistered": Entry("How the case is registered; told to whoever has it.", ("desk",), ("deliver", "insight")),
}
