"""What the staff are told by mail: a case is theirs now, or the citizen has answered. Nothing about the citizen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from events import Envelope
from synpunkt import clock
from synpunkt.identity import Member, State
from synpunkt.letters import category_name, desk_link
from synpunkt.lifecycle import Actor, Case, EventType, Text, Visibility
from synpunkt.mail import Mail, Mailer
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.preferences import PreferenceStore
from synpunkt.stores.staff import StaffStore
from synpunkt.templates import render_text
from synpunkt.texts import text

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class StaffMail:
    """Writes to those who work on a case, unless they chose not to be told; each fact once."""

    cases: CaseStore
    staff: StaffStore
    preferences: PreferenceStore
    mailer: Mailer
    public_url: str

    def tell(self, event: Envelope) -> None:
        """Tells whoever works on the case what happened to it, if that concerns them."""
        if event.type == EventType.CASE_ASSIGNED.value and event.data["person"]:
            self._assigned(event)
        elif event.type == EventType.CITIZEN_REPLIED.value or _opened_by_citizen(event):
            self._answered(event)

    def _assigned(self, event: Envelope) -> None:
        file = self._file(event)
        latest = [entry for entry in file.entries if entry.type is EventType.CASE_ASSIGNED][-1]
        if latest.sequence != event.sequence:
            # Somebody else's by now: the later event tells that.
            return
        member = self._at_work(file.case)
        # Nobody needs to be told what they have just done themselves.
        if member is None or latest.by == member.staff_id or not self.preferences.notices(member.staff_id).assigned:
            return
        self._send(member, file, "staff_assigned", f"staff_assigned:{event.case_id}:{event.sequence}")

    def _answered(self, event: Envelope) -> None:
        file = self._file(event)
        member = self._at_work(file.case)
        if member is not None and self.preferences.notices(member.staff_id).answered:
            self._send(member, file, "staff_answered", f"staff_answered:{event.event_id}")

    def _file(self, event: Envelope) -> CaseFile:
        file = self.cases.load(event.case_id)
        if file is None:
            raise KeyError(event.case_id)
        return file

    def _at_work(self, case: Case) -> Member | None:
        """Whoever works on the case; while they are away, whoever takes their cases. `None` for a system."""
        if case.assignee is None or case.municipality is None:
            return None
        member = self.staff.member(case.municipality, case.assignee)
        if member is not None and member.cover is not None and member.cover.holds(clock.now().date()):
            member = self.staff.member(case.municipality, member.cover.by)
        return member if member is not None and member.state is State.ACTIVE else None

    def _send(self, member: Member, file: CaseFile, template: str, fact: str) -> None:
        case, language = file.case, self.preferences.notices(member.staff_id).language
        body = render_text(
            _TEMPLATES,
            template,
            language,
            person=member.name,
            reference=case.reference,
            about=about(case, file.text("place"), language),
            link=desk_link(self.public_url, case.case_id),
        )
        subject = text(f"mail.{template}.subject", language, reference=case.reference)
        self.mailer.send_once(Mail(member.email, subject, body, case.case_id, fact, "staff", case.municipality))


def about(case: Case, place: Text | None, language: str) -> str | None:
    """What the case is about and where, as anybody may know it; `None` of one that is not public."""
    if case.visibility is not Visibility.PUBLIC or case.hidden:
        return None
    where = place.public if place is not None and place.visibility is Visibility.PUBLIC else None
    return ", ".join(filter(None, (category_name(case.category, language, case.routing), where)))


def _opened_by_citizen(event: Envelope) -> bool:
    return event.type == EventType.CASE_REOPENED.value and event.actor == Actor.CITIZEN.value
