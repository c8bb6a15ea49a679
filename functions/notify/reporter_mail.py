"""What the reporter is told by mail: who has the case and why, where else to turn, and what could not be used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from events import Envelope
from synpunkt.identity import Purpose, TokenMaker
from synpunkt.letters import category_name, private_link, ready_text
from synpunkt.lifecycle import Actor, Because, Case, EventType, Holder
from synpunkt.mail import Mail, Mailer
from synpunkt.names import municipality_name
from synpunkt.news_mail import NEWS, Told, news_mail
from synpunkt.reply_address import ReplyAddresses, answerable
from synpunkt.responsibility import FallbackLevel, decided_department
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.people import PeopleStore, Reporter
from synpunkt.stores.usual import UsualStore
from synpunkt.story import holder_name, referred_to, story
from synpunkt.templates import render_text
from synpunkt.texts import text
from synpunkt.usual import usual_time

_TEMPLATES = Path(__file__).parent / "templates"

# What they said themselves, or is nobody's business but that of whoever has the case.
_NOT_FOR_REPORTERS = frozenset({EventType.CASE_ASSIGNED.value, EventType.CITIZEN_REPLIED.value})

# A name as people have it. Anybody may have a mail sent to any address, so nothing more stands in the greeting.
_NAME = re.compile(r"[^\W\d_][^\W\d_ '’.-]*(?:[ '’-][^\W\d_]+){0,4}")
_LONGEST_NAME = 40


# For the other reasons the receipt has said so already.
_UNEXPECTED = frozenset({"exhausted", "timeout"})
_WHETHER_ARRIVED = frozenset({EventType.CASE_TRIAGED, EventType.CASE_DELIVERED})


def _told_before(file: CaseFile, event: Envelope) -> EventType | None:
    """The last that was known before the event of whether the case has arrived."""
    before = [each.type for each in file.entries if each.sequence < event.sequence and each.type in _WHETHER_ARRIVED]
    return before[-1] if before else None


def _routed_because(file: CaseFile, event: Envelope) -> str | None:
    """Why the case was last routed before the event, when it was not the first time."""
    before = [each for each in file.entries if each.sequence < event.sequence and each.type is EventType.CASE_ROUTED]
    return before[-1].data.get("because") if before else None


def _is_sent_on(file: CaseFile, event: Envelope) -> bool:
    """Whether our triage has sent the case somewhere and said why; otherwise it is told when it has arrived."""
    corrected = event.data.get("because") == Because.CORRECTED.value
    return corrected and file.text_at(event.sequence, "reason") is not None


def _greeted(name: str | None) -> str | None:
    return name if name and len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) else None


@dataclass(frozen=True, slots=True)
class ReporterMail:
    """Writes to reporters who left an e-mail address and did not say "none"."""

    cases: CaseStore
    people: PeopleStore
    mailer: Mailer
    tokens: TokenMaker
    public_url: str
    addresses: ReplyAddresses
    usual: UsualStore

    def tell(self, event: Envelope) -> None:
        """Tells the reporter what happened, once per fact."""
        if event.type in _NOT_FOR_REPORTERS:
            return
        reporter = self.people.reporter(event.case_id)
        if reporter is None or reporter.email is None or reporter.contact_by == "none":
            return
        file = self.cases.load(event.case_id)
        if file is None:
            raise KeyError(event.case_id)
        if event.type == EventType.CASE_ROUTED.value and event.data.get("because") == Because.CLAIMED.value:
            self._now_receives(file, reporter, reporter.email)
        elif event.type == EventType.CASE_ROUTED.value and _is_sent_on(file, event):
            self._moved(file, reporter, reporter.email, event, "corrected")
        elif event.type == EventType.CASE_ROUTED.value:
            self._receipt(file, reporter, reporter.email)
        elif event.type == EventType.CASE_TRIAGED.value and event.data["reason"] in _UNEXPECTED:
            self._not_arrived(file, reporter, reporter.email, event)
        elif event.type == EventType.CASE_DELIVERED.value:
            self._arrived(file, reporter, reporter.email, event)
        elif event.type == EventType.PHOTO_REJECTED.value and event.data.get("by", Actor.CITIZEN) == Actor.CITIZEN:
            self._photo_rejected(file, reporter, reporter.email, event)
        elif event.type == EventType.CASE_HANDED_OVER.value:
            self._moved(file, reporter, reporter.email, event, "handed_over")
        elif event.type == EventType.HAND_OVER_RETURNED.value:
            self._moved(file, reporter, reporter.email, event, "returned")
        elif event.type == EventType.CASE_REFERRED.value:
            self._referred(file, reporter, reporter.email, event)
        elif event.type in NEWS:
            self._news(file, reporter, reporter.email, event)

    def _news(self, file: CaseFile, reporter: Reporter, email: str, event: Envelope) -> None:
        entry = next(each for each in file.entries if each.sequence == event.sequence)
        reply_to = self.addresses.of(file.case, Purpose.REPORTER)
        told = news_mail(
            file,
            entry,
            language=reporter.language,
            greeting=_greeted(reporter.name),
            link=self._link(file.case),
            reply_to=reply_to,
        )
        if told:
            self._post(file.case, email, told, f"{NEWS[entry.type]}:{event.event_id}", reply_to)

    def _moved(self, file: CaseFile, reporter: Reporter, email: str, event: Envelope, template: str) -> None:
        """To whom the case went by this event, and why; it may have moved on since."""
        holder = event.data.get("to") or event.municipality
        reason = file.text_at(event.sequence, "reason")
        line = next(each for each in story(file, reporter.language) if each.entry.sequence == event.sequence)
        self._send(
            file,
            reporter,
            email,
            template=template,
            fact=f"{template}:{event.case_id}:{event.sequence}",
            subject={"holder": holder_name(file, Holder.parse(holder) if holder else None, reporter.language)},
            what=line.label,
            reason=reason.full if reason else None,
        )

    def _referred(self, file: CaseFile, reporter: Reporter, email: str, event: Envelope) -> None:
        turn_to = file.text_at(event.sequence, "turn_to")
        to = referred_to(file, reporter.language)
        self._send(
            file,
            reporter,
            email,
            template="referred",
            fact=f"referred:{event.case_id}:{event.sequence}",
            municipality=municipality_name(file.case.municipality, reporter.language),
            to=to,
            turn_to=turn_to.full if turn_to else "",
            ready_text=self._ready_text(file, reporter.language, to=to),
        )

    def _not_arrived(self, file: CaseFile, reporter: Reporter, email: str, event: Envelope) -> None:
        case, language = file.case, reporter.language
        if case.accepted_by or _told_before(file, event) is EventType.CASE_TRIAGED:
            # It has arrived meanwhile, or the reporter knows already.
            return
        self._send(
            file,
            reporter,
            email,
            template="not_arrived",
            fact=f"not_arrived:{case.case_id}:{event.sequence}",
            holder=holder_name(file, case.holder, language),
            timed_out=event.data["reason"] == "timeout",
            ready_text=self._ready_text(file, language),
        )

    def _arrived(self, file: CaseFile, reporter: Reporter, email: str, event: Envelope) -> None:
        """After all: only a reporter who was told that it had not arrived is told that it has."""
        case = file.case
        if case.triage_reason is not None or _told_before(file, event) is not EventType.CASE_TRIAGED:
            return
        if _routed_because(file, event) == Because.CLAIMED.value:
            # Told a moment ago that it has been sent, now that the municipality receives cases.
            return
        self._send(
            file,
            reporter,
            email,
            template="arrived",
            fact=f"arrived:{case.case_id}:{event.sequence}",
            holder=holder_name(file, case.holder, reporter.language),
        )

    def _receipt(self, file: CaseFile, reporter: Reporter, email: str) -> None:
        case, language = file.case, reporter.language
        description = file.text("description")
        place = file.text("place")
        written = description.full if description else ""
        self._send(
            file,
            reporter,
            email,
            template="receipt",
            fact=f"receipt:{case.case_id}",
            municipality=municipality_name(case.municipality, language),
            department=decided_department(case.department, (case.routing or {}).get("names"), language)
            if case.department
            else "",
            body=holder_name(file, case.holder, language) if case.body else None,
            kind=text(f"kind.{case.kind}", language),
            category=category_name(case.category, language, case.routing),
            description=written,
            place=place.full if place else None,
            why=(case.routing or {}).get("sentences", {}).get(language, ""),
            usual=usual_time(self.usual, case, language),
            on_its_way=(case.routing or {}).get("fallback_level") != FallbackLevel.TRIAGE,
            ready_text=self._ready_text(file, language),
        )

    def _now_receives(self, file: CaseFile, reporter: Reporter, email: str) -> None:
        case, language = file.case, reporter.language
        names = (case.routing or {}).get("names")
        municipality = municipality_name(case.municipality, language)
        self._send(
            file,
            reporter,
            email,
            template="now_receives",
            fact=f"now_receives:{case.case_id}",
            subject={"municipality": municipality},
            municipality=municipality,
            department=decided_department(case.department, names, language) if case.department else "",
            body=holder_name(file, case.holder, language) if case.body else None,
        )

    def _ready_text(self, file: CaseFile, language: str, *, to: str | None = None) -> str:
        description, place = file.text("description"), file.text("place")
        return ready_text(
            file.case,
            description=description.full if description else "",
            place=place.full if place else None,
            public_url=self.public_url,
            language=language,
            to=to,
        )

    def _photo_rejected(self, file: CaseFile, reporter: Reporter, email: str, event: Envelope) -> None:
        reason = text(f"photo.{event.data['reason']}", reporter.language)
        fact = f"photo_rejected:{event.data['upload_id']}"
        self._send(file, reporter, email, template="photo_rejected", fact=fact, reason=reason)

    def _send(
        self,
        file: CaseFile,
        reporter: Reporter,
        email: str,
        *,
        template: str,
        fact: str,
        subject: Mapping[str, str] | None = None,
        **context: Any,
    ) -> None:
        case, language = file.case, reporter.language
        reply_to = self.addresses.of(case, Purpose.REPORTER)
        body = render_text(
            _TEMPLATES,
            template,
            language,
            case=case,
            greeting=_greeted(reporter.name),
            link=self._link(case),
            reply_to=reply_to,
            **context,
        )
        # Subjects are read on locked screens and over shoulders.
        about = "protected" if case.protected else template
        about = text(f"mail.{about}.subject", language, reference=case.reference, **(subject or {}))
        self._post(case, email, Told(about, answerable(body, language, reply_to)), fact, reply_to)

    def _link(self, case: Case) -> str:
        return private_link(self.public_url, case.reference, self.tokens.case_token(case.case_id, case.token_version))

    def _post(self, case: Case, email: str, told: Told, fact: str, reply_to: str | None) -> None:
        self.mailer.send_once(
            Mail(
                to=email,
                subject=told.subject,
                body=told.body,
                case_id=case.case_id,
                fact=fact,
                recipient="reporter",
                municipality=case.municipality or case.municipality_given,
                reply_to=reply_to,
                thread=self.addresses.thread(case),
            )
        )
