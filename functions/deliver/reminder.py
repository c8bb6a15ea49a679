"""The mail that reminds a department of what its municipality promised, or tells it that the time is up."""

from __future__ import annotations

from datetime import datetime

from events import Envelope
from functions.deliver.work_mail import TEMPLATES, WORK_LANGUAGE, WorkMail
from synpunkt.clock import from_iso
from synpunkt.letters import category_name
from synpunkt.lifecycle import EventType
from synpunkt.mail import Mail
from synpunkt.names import municipality_name
from synpunkt.promises import when_text
from synpunkt.stores.cases import CaseFile
from synpunkt.templates import render_text
from synpunkt.texts import text


def reminder(
    work: WorkMail, file: CaseFile, event: Envelope, unit: str, name: str, address: str, now: datetime
) -> Mail:
    """The mail about `event` (CaseNudged or CaseOverdue) to a unit, called `name`, that has the case.

    Its recipient is `reminder:…`: a bounce of it takes the case from nobody.
    """
    case = file.case
    late = event.type == EventType.CASE_OVERDUE.value
    body = render_text(
        TEMPLATES,
        "reminder",
        WORK_LANGUAGE,
        department=name,
        promised_by=municipality_name(event.data["promised_by"], WORK_LANGUAGE),
        reference=case.reference,
        category=category_name(case.category, WORK_LANGUAGE, case.routing),
        which=event.data["which"],
        late=late,
        when=when_text(from_iso(event.data["due"]), WORK_LANGUAGE, now),
        link=work.link(case),
    )
    subject = text(f"mail.reminder.{'overdue' if late else 'nudge'}.subject", WORK_LANGUAGE, reference=case.reference)
    return work.answerable(case, subject, body, event.event_id, f"reminder:{unit}", address)
