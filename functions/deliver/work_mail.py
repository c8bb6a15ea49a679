"""The mail a department works from: what it is about, where, and links to the rest. No contact data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from events import Envelope
from synpunkt import clock
from synpunkt.clock import localdate
from synpunkt.identity import Purpose, TokenMaker
from synpunkt.letters import category_name, errand_link, hand_over_errand, photo_link, private_link
from synpunkt.lifecycle import (
    HAND_OVER_LIMIT,
    WORK_LINK_LIMIT,
    Case,
    Entry,
    EventType,
    HandOver,
    Importance,
    Text,
    Visibility,
    photo_visibility,
)
from synpunkt.mail import Mail
from synpunkt.masking import mask
from synpunkt.names import municipality_name
from synpunkt.reply_address import ReplyAddresses, answerable
from synpunkt.responsibility import decided_department
from synpunkt.said import said_with
from synpunkt.stores.cases import CaseFile
from synpunkt.story import giver_name, handed_over_by, holder_name, story
from synpunkt.templates import render_text
from synpunkt.texts import text

TEMPLATES = Path(__file__).parent / "templates"
# Swedish municipalities work in Swedish.
WORK_LANGUAGE = "sv"
_PLACE_IN_SUBJECT = 80


def work_fact(case: Case) -> str:
    """What a work mail is about, in the claim of it: one sending of one case."""
    return f"work:{case.case_id}:{case.round}"


@dataclass(frozen=True, slots=True)
class WorkMail:
    """Composes work mails."""

    tokens: TokenMaker
    public_url: str
    addresses: ReplyAddresses

    def compose(self, file: CaseFile, recipient: str, unit: str, address: str) -> Mail:
        """The mail to one department or body, called `unit`, about one case."""
        entry = handed_over_by(file)
        if recipient.startswith("copy:"):
            # Whoever has a copy only reads: the link with which one answers is not theirs.
            subject = text("mail.copy.subject", WORK_LANGUAGE, subject=_subject(file))
            body = self._new(file, unit, has_it=_who_has_it(file))
        elif entry:
            subject, body = self._handed_over(file, entry, unit)
        else:
            subject, body = _subject(file), self._new(file, unit)
        # Once for each time the case is sent there: it may come back.
        return self.answerable(file.case, subject, body, work_fact(file.case), recipient, address)

    def _handed_over(self, file: CaseFile, entry: Entry, unit: str) -> tuple[str, str]:
        case = file.case
        before = giver_name(entry, file, WORK_LANGUAGE)
        by_rule = entry.type is EventType.CASE_ROUTED
        readable = case.visibility is Visibility.PUBLIC
        back = entry.type is EventType.HAND_OVER_RETURNED
        category = category_name(case.category, WORK_LANGUAGE, case.routing)
        body = render_text(
            TEMPLATES,
            "hand_over_mail",
            WORK_LANGUAGE,
            case=case,
            unit=unit,
            before=before,
            back=back,
            by_rule=by_rule,
            why=(case.routing or {}).get("sentences", {}).get(WORK_LANGUAGE) if readable else None,
            code=entry.data.get("code"),
            days=HAND_OVER_LIMIT.days,
            kind=text(f"kind.{case.kind}", WORK_LANGUAGE),
            category=category,
            reason=_readable(case, file.text_at(entry.sequence, "reason")),
            description=_readable(case, file.text("description")),
            place=_readable(case, file.text("place")),
            location=case.location if readable else None,
            history=[
                (localdate(line.entry.occurred_at), line.label)
                for line in story(file, WORK_LANGUAGE)
                if line.entry.importance is Importance.MAJOR or line.entry.type is EventType.HAND_OVER_ACCEPTED
            ],
            link=self._answering_link(file, entry),
            offered=case.hand_over is HandOver.OFFERED,
            reply_to=self.reply_to(case),
        )
        if by_rule:
            return _subject(file), body
        key = "mail.hand_over.subject.returned" if back else "mail.hand_over.subject"
        values = {"reference": case.reference, "before": before, "category": category.lower()}
        return text(key, WORK_LANGUAGE, **values), body

    def _answering_link(self, file: CaseFile, entry: Entry) -> str:
        """Where those who got it answer; those who have it back from everybody else read it as when it first came."""
        case = file.case
        if case.hand_over is None:
            return self.link(case)
        expires = entry.occurred_at + HAND_OVER_LIMIT
        errand = hand_over_errand(case.round)
        token = self.tokens.errand_token(case.case_id, case.token_version, errand, expires)
        return errand_link(self.public_url, case.reference, token)

    def _new(self, file: CaseFile, unit: str, *, has_it: str | None = None) -> str:
        case = file.case
        description = file.text("description")
        place = file.text("place")
        readable = case.visibility is Visibility.PUBLIC
        routing = case.routing or {}
        # Photos that are not public are seen on the page, behind the link.
        shown = [each for each in file.photos if photo_visibility(case, each) is Visibility.PUBLIC]
        return render_text(
            TEMPLATES,
            "work_mail",
            WORK_LANGUAGE,
            case=case,
            kind=text(f"kind.{case.kind}", WORK_LANGUAGE),
            category=category_name(case.category, WORK_LANGUAGE, case.routing),
            department=unit,
            has_it=has_it,
            municipality=municipality_name(case.municipality, WORK_LANGUAGE),
            # Masked, and what is not public only behind the link: a mail is forwarded too easily.
            description=_readable(case, description),
            place=_readable(case, place),
            location=case.location if readable else None,
            photos=[photo_link(self.public_url, case.reference, photo, "1600") for photo in shown],
            photos_pending=_photos_judged_later(file),
            why=routing.get("sentences", {}).get(WORK_LANGUAGE) if readable else None,
            # Who only has a copy reads, and answers nothing.
            link=self._reading_link(case) if has_it else self.link(case),
            reply_to=self.reply_to(case),
        )

    def link(self, case: Case) -> str:
        """The page on which those who have the case answer; a new link each time, which opens for a while."""
        expires = clock.now() + WORK_LINK_LIMIT
        token = self.tokens.errand_token(case.case_id, case.token_version, hand_over_errand(case.round), expires)
        return errand_link(self.public_url, case.reference, token)

    def _reading_link(self, case: Case) -> str:
        token = self.tokens.work_token(case.case_id, case.token_version, case.round)
        return private_link(self.public_url, case.reference, token)

    def compose_update(self, file: CaseFile, event: Envelope, recipient: str, unit: str, address: str) -> Mail:
        """The mail to whoever has the case when the reporter has written or taken it back, or it was opened again."""
        case = file.case
        entry = next(each for each in file.entries if each.sequence == event.sequence)
        body = render_text(
            TEMPLATES,
            "work_update",
            WORK_LANGUAGE,
            case=case,
            department=unit,
            reopened=entry.type is EventType.CASE_REOPENED,
            withdrawn=entry.type is EventType.CASE_RESOLVED,
            was_asked=bool(entry.data.get("was_asked")),
            silent=said_with(file, entry) is None,
            said=_mailable(case, said_with(file, entry)),
            link=self.link(case),
            reply_to=self.reply_to(case),
        )
        subject = text(f"mail.update.{entry.type}.subject", WORK_LANGUAGE, reference=case.reference)
        return self.answerable(case, subject, body, f"update:{event.event_id}", recipient, address)

    def answerable(self, case: Case, subject: str, body: str, fact: str, recipient: str, address: str) -> Mail:
        """A mail that can be answered to, and that mail programs show among the others about the case."""
        reply_to = self.reply_to(case)
        return Mail(
            to=address,
            subject=subject,
            body=answerable(body, WORK_LANGUAGE, reply_to),
            case_id=case.case_id,
            fact=fact,
            recipient=recipient,
            municipality=case.municipality,
            reply_to=reply_to,
            thread=self.addresses.thread(case),
        )

    def reply_to(self, case: Case) -> str | None:
        """Where an answer to a work mail about the case goes; `None` while nobody reads answers."""
        return self.addresses.of(case, Purpose.WORK)


def _who_has_it(file: CaseFile) -> str:
    case = file.case
    name = holder_name(file, case.holder, WORK_LANGUAGE)
    if case.body or not case.department:
        return name
    return f"{decided_department(case.department, (case.routing or {}).get('names'), WORK_LANGUAGE)}, {name}"


def _readable(case: Case, found: Text | None) -> str | None:
    """A text as everyone may read it; nothing of a case that is not public, whatever it was when that was written."""
    readable = found is not None and case.visibility is found.visibility is Visibility.PUBLIC
    return found.public if found and readable else None


def _mailable(case: Case, found: Text | None) -> str | None:
    """The reporter's later words as they may stand in a mail: masked, and only where masking is sure of itself.

    On the page they are for those concerned alone, which whoever has the case is.
    """
    if found is None or case.visibility is not Visibility.PUBLIC:
        return None
    masked = mask(found.full)
    return None if masked.doubtful else masked.text


def _photos_judged_later(file: CaseFile) -> int:
    judged = sum(entry.type in (EventType.PHOTO_ATTACHED, EventType.PHOTO_REJECTED) for entry in file.entries)
    return max(0, int(file.entries[0].data.get("photos_expected", 0)) - judged)


def _subject(file: CaseFile) -> str:
    case = file.case
    place = file.text("place")
    values = {
        "reference": case.reference,
        "kind": text(f"kind.{case.kind}", WORK_LANGUAGE),
        "category": category_name(case.category, WORK_LANGUAGE, case.routing).lower(),
    }
    where = _readable(case, place)
    if where is None:
        return text("mail.work.subject", WORK_LANGUAGE, **values)
    where = " ".join(where.split())[:_PLACE_IN_SUBJECT]
    return text("mail.work.subject.place", WORK_LANGUAGE, place=where, **values)
