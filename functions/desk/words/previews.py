"""What would be read, and by whom, if it were said now: made by what says it, and kept nowhere.

Of contact data it asks only whether there is an address to write to, and in which language; it reads no name and no
address, so none can be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.desk.cases.checks import Check
from functions.desk.cases.commands import Commands, tried
from functions.desk.cases.models import IncidentBrief
from functions.desk.many.incidents import Incidents
from functions.desk.words.words_models import PreviewedMail, PreviewOut
from synpunkt import clock
from synpunkt.letters import private_link
from synpunkt.lifecycle import Actor, By, Case, Text, Visibility
from synpunkt.news_mail import news_mail
from synpunkt.said import said_with
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.people import PeopleStore
from synpunkt.story import holder_name
from synpunkt.texts import text

# In place of what opens the case for its reporter.
_NOT_SHOWN = "…"


@dataclass(frozen=True, slots=True)
class Previews:
    """Shows what would be read. `reply_to`: the address that mails are answered at, if any are read."""

    cases: CaseStore
    people: PeopleStore
    incidents: Incidents
    public_url: str
    reply_to: str

    def of(
        self,
        case_id: str,
        act: str,
        fields: Mapping[str, Any],
        check: Check,
        language: str,
        known: Callable[[Case], bool],
    ) -> PreviewOut:
        """The mail, who reads, and what everybody sees. Raises `Problem` where it could not be said.

        `known`: as for the brief of an incident.
        """
        file = self.cases.load(case_id)
        if file is None:
            raise KeyError(case_id)
        check(file)
        by = By(Actor.HANDLER, None, clock.new_id(), clock.now())
        change = tried(Commands(self.cases).of(act, fields), file, by)
        if change is None:
            return PreviewOut(readers=[])
        [entry] = change.entries
        after = file.after(change)
        if entry.internal:
            return PreviewOut(readers=[text("preview.inside", language)])
        mail_language = self.people.mail_language(case_id)
        told = news_mail(
            after,
            entry,
            language=mail_language or language,
            greeting=None,
            link=private_link(self.public_url, file.case.reference, _NOT_SHOWN),
            reply_to=self.reply_to or None,
        )
        said, incident = said_with(after, entry), self.incidents.brief(file.case, language, known)
        return PreviewOut(
            mail=PreviewedMail(subject=told.subject, text=told.body) if told and mail_language else None,
            readers=_readers(after, said, incident, language, mailed=mail_language is not None),
            public_text=said.public if said and said.visibility is Visibility.PUBLIC and _is_public(after) else None,
        )


def _is_public(file: CaseFile) -> bool:
    return file.case.visibility is Visibility.PUBLIC and not file.case.hidden


def _readers(
    file: CaseFile, said: Text | None, incident: IncidentBrief | None, language: str, *, mailed: bool
) -> list[str]:
    case = file.case
    found = [text("preview.mail" if mailed else "preview.no_mail", language)]
    if not _is_public(file):
        found.append(text("preview.not_public", language))
    elif said is None or (said.full == said.public and said.visibility is Visibility.PUBLIC):
        found.append(text("preview.everybody", language))
    elif said.visibility is Visibility.PUBLIC:
        found.append(text("preview.everybody_masked", language))
    else:
        found.append(text("preview.everybody_no_words", language))
    found += [text("preview.gave_it", language, holder=holder_name(file, each, language)) for each in case.came_from]
    if incident is not None and incident.cases > 1:
        others = [each for each in incident.references if each != case.reference]
        values = {"n": incident.cases - 1, "references": ", ".join(others)}
        found.append(text("preview.incident", language, **values))
        if incident.followers:
            found.append(text("preview.followers", language, n=incident.followers))
    return found
