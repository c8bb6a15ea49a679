"""The mail a department works from: what it is about, where, and links to the rest. No contact data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from synpunkt.identity import Purpose, TokenMaker
from synpunkt.letters import category_name, private_link
from synpunkt.lifecycle import Case, EventType, Text, Visibility, photos_are_public
from synpunkt.mail import Mail
from synpunkt.names import municipality_name
from synpunkt.stores.cases import CaseFile
from synpunkt.templates import render_text
from synpunkt.texts import text

_TEMPLATES = Path(__file__).parent / "templates"
# Swedish municipalities work in Swedish.
WORK_LANGUAGE = "sv"
_PLACE_IN_SUBJECT = 80


@dataclass(frozen=True, slots=True)
class WorkMail:
    """Composes work mails. `reply_to`: the address whose mails are read, if there is one."""

    tokens: TokenMaker
    public_url: str
    reply_to: str | None

    def compose(self, file: CaseFile, recipient: str, unit: str, address: str) -> Mail:
        """The mail to one department or body, called `unit`, about one case."""
        case = file.case
        token = self.tokens.case_token(case.case_id, case.token_version, Purpose.WORK)
        description = file.text("description")
        place = file.text("place")
        readable = case.visibility is Visibility.PUBLIC
        routing = case.routing or {}
        # Photos that are not public are seen on the page, behind the link.
        shown = file.photos if photos_are_public(case.visibility, claimed=case.claimed) else ()
        body = render_text(
            _TEMPLATES,
            "work_mail",
            WORK_LANGUAGE,
            case=case,
            kind=text(f"kind.{case.kind}", WORK_LANGUAGE),
            category=category_name(case.category, WORK_LANGUAGE, case.routing),
            department=unit,
            municipality=municipality_name(case.municipality, WORK_LANGUAGE),
            # Masked, and what is not public only behind the link: a mail is forwarded too easily.
            description=_readable(description),
            place=_readable(place),
            location=case.location if readable else None,
            photos=[f"{self.public_url}/c/{case.reference}/photos/{photo.upload_id}/1600.jpg" for photo in shown],
            photos_pending=_photos_judged_later(file),
            why=routing.get("sentences", {}).get(WORK_LANGUAGE) if readable else None,
            link=private_link(self.public_url, case.reference, token),
            reply_to=self.reply_to,
        )
        return Mail(
            to=address,
            subject=_subject(file),
            body=body,
            case_id=case.case_id,
            fact=work_fact(case),
            recipient=recipient,
            reply_to=self.reply_to,
        )


def work_fact(case: Case) -> str:
    """What a work mail tells, once per address: that the case was sent here, this time."""
    return f"work:{case.case_id}:{case.round}"


def _readable(found: Text | None) -> str | None:
    return found.public if found and found.visibility is Visibility.PUBLIC else None


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
    where = _readable(place)
    if where is None:
        return text("mail.work.subject", WORK_LANGUAGE, **values)
    where = " ".join(where.split())[:_PLACE_IN_SUBJECT]
    return text("mail.work.subject.place", WORK_LANGUAGE, place=where, **values)
