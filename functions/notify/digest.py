"""What is on somebody's list this morning, as one mail: where the citizen answered, overdue, due today, new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.notify.staff_mail import about
from synpunkt import clock
from synpunkt.clock import from_iso, localdate
from synpunkt.identity import Member, State
from synpunkt.lifecycle import Attention
from synpunkt.mail import Mail, Mailer
from synpunkt.stores import items
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.preferences import PreferenceStore
from synpunkt.stores.staff import StaffStore
from synpunkt.templates import render_text
from synpunkt.texts import text

_TEMPLATES = Path(__file__).parent / "templates"
# The most pressing ones; a list with more is not read in a mail.
_LOOKED_AT = 100
_NAMED = 10
_COVERED = 10


@dataclass(frozen=True, slots=True)
class Digests:
    """Writes digests, each at most once a day and person."""

    cases: CaseStore
    staff: StaffStore
    preferences: PreferenceStore
    mailer: Mailer
    public_url: str

    def send(self, municipality: str, staff_id: str, day: str) -> None:
        """Tells the person what there is to do on that day, unless it is past, they are away, or there is nothing."""
        member = self.staff.member(municipality, staff_id)
        now = clock.now()
        if member is None or member.state is not State.ACTIVE or localdate(now) != day:
            return
        if member.cover is not None and member.cover.holds(now.date()):
            return
        chosen = self.preferences.notices(staff_id)
        if not chosen.digest:
            return
        groups = self._groups(municipality, member, day)
        if groups:
            self._mail(member, groups, day, chosen.language)

    def _groups(self, municipality: str, member: Member, day: str) -> Mapping[str, Sequence[str]]:
        """Case ids by what they ask for, the most pressing first."""
        people = [member.staff_id, *self.staff.covered_by(municipality, member.staff_id, clock.now().date())[:_COVERED]]
        partitions = [items.mine_partition(municipality, person) for person in people]
        page = self.cases.list_desk("mine", partitions, only="", after=None, limit=_LOOKED_AT)
        groups: dict[str, list[str]] = {}
        for row in page.rows:
            order, _, case_id = str(row["mine_sk"]).partition("#")
            if group := _group(row, order[:1], day):
                groups.setdefault(group, []).append(case_id)
        return groups

    def _mail(self, member: Member, groups: Mapping[str, Sequence[str]], day: str, language: str) -> None:
        body = render_text(
            _TEMPLATES,
            "staff_digest",
            language,
            person=member.name,
            groups=self._told(groups, language),
            link=f"{self.public_url}/desk/",
        )
        count = sum(map(len, groups.values()))
        subject = text("mail.staff_digest.subject", language, count=str(count))
        fact = f"staff_digest:{day}"
        self.mailer.send_once(Mail(member.email, subject, body, "", fact, "staff", member.municipality))

    def _told(self, groups: Mapping[str, Sequence[str]], language: str) -> list[Mapping[str, Any]]:
        """The groups in words, in the order they are looked at."""
        named = [each for found in groups.values() for each in found[:_NAMED]]
        heads = {case.case_id: case for case in self.cases.heads(named)}
        places = self.cases.places(named)
        return [
            {
                "title": text(f"digest.{group}", language, count=str(len(groups[group]))),
                "lines": [
                    (heads[each].reference, about(heads[each], places.get(each), language))
                    for each in groups[group][:_NAMED]
                    if each in heads
                ],
                "more": max(len(groups[group]) - _NAMED, 0),
            }
            for group in ("answered", "overdue", "today", "new")
            if group in groups
        ]


def _group(row: Mapping[str, Any], asks: str, day: str) -> str | None:
    desk = row.get("desk") or {}
    due_at = desk.get("due_at")
    if asks == Attention.CITIZEN_ANSWERED.value:
        return "answered"
    if asks in (Attention.CLOSED.value, Attention.WAITING.value):
        return None
    if desk.get("late") or (due_at and localdate(from_iso(due_at)) < day):
        return "overdue"
    if due_at and localdate(from_iso(due_at)) == day:
        return "today"
    return "new" if asks in (Attention.NEW.value, Attention.OFFERED.value, Attention.UNDELIVERED.value) else None
