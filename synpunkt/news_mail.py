"""The mails by which the reporter hears what those who have the case said and did: the desk shows them before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from synpunkt.lifecycle import Entry, EventType
from synpunkt.names import municipality_name
from synpunkt.reply_address import answerable
from synpunkt.said import said_with, told_as
from synpunkt.stores.cases import CaseFile
from synpunkt.templates import render_text
from synpunkt.texts import text

TEMPLATES = Path(__file__).parent / "mails"
# What those who have the case say and do, and the template that tells it.
NEWS: Mapping[EventType, str] = {
    EventType.REPLY_POSTED: "replied",
    EventType.QUESTION_ASKED: "asked",
    EventType.CASE_PLANNED: "planned",
    EventType.CASE_RESOLVED: "resolved",
    EventType.CASE_REOPENED: "reopened",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A mail without its envelope."""

    subject: str
    body: str


def news_mail(
    file: CaseFile, entry: Entry, *, language: str, greeting: str | None, link: str, reply_to: str | None
) -> Told | None:
    """The mail about that entry, with the words in full: they are meant for the reporter. `None` for one not mailed.

    `greeting`: their name; `link`: what opens the case for them; `reply_to`: where the mail can be answered to.
    """
    template = NEWS.get(entry.type)
    if template is None:
        return None
    said = said_with(file, entry)
    municipality = municipality_name(entry.municipality, language)
    more, values = told_as(entry, language)
    body = render_text(
        TEMPLATES,
        template,
        language,
        case=file.case,
        greeting=greeting,
        link=link,
        reply_to=reply_to,
        municipality=municipality,
        what=text(f"timeline.{entry.type}{more}", language, municipality=municipality, **values),
        said=said.full if said else None,
    )
    reference = file.case.reference
    # Subjects are read on locked screens and over shoulders.
    about = "protected" if file.case.protected else template
    subject = text(f"mail.{about}.subject", language, reference=reference, municipality=municipality)
    return Told(subject, answerable(body, language, reply_to))
