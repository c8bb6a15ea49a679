"""The mail a department works from: what it is about, where, and links to the rest. No contact data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from synpunkt.identity import Purpose, TokenMaker
from synpunkt.letters import category_name, private_link
from synpunkt.lifecycle import Visibility
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
        readable = case.visibility is not Visibility.PRIVATE
        routing = case.routing or {}
        body = render_text(
            _TEMPLATES,
            "work_mail",
            WORK_LANGUAGE,
            case=case,
            kind=text(f"kind.{case.kind}", WORK_LANGUAGE),
            category=category_name(case.category, WORK_LANGUAGE, case.routing),
            department=unit,
            municipality=municipality_name(case.municipality, WORK_LANGUAGE),
            # What is private stays behind the link: a mail is forwarded too easily.
            description=description.full if description and readable else None,
            place=place.full if place and readable else None,
            location=case.location if readable else None,
            photos_expected=file.entries[0].data.get("photos_expected", 0),
            why=routing.get("sentences", {}).get(WORK_LANGUAGE) if readable else None,
            link=private_link(self.public_url, case.reference, token),
            reply_to=self.reply_to,
        )
        return Mail(
            to=address,
            subject=_subject(file),
            body=body,
            case_id=case.case_id,
            fact=f"work:{case.case_id}",
            recipient=recipient,
            reply_to=self.reply_to,
        )


def _subject(file: CaseFile) -> str:
    case = file.case
    place = file.text("place")
    values = {
        "reference": case.reference,
        "kind": text(f"kind.{case.kind}", WORK_LANGUAGE),
        "category": category_name(case.category, WORK_LANGUAGE, case.routing).lower(),
    }
    if place is None or case.visibility is Visibility.PRIVATE:
        return text("mail.work.subject", WORK_LANGUAGE, **values)
    where = " ".join(place.public.split())[:_PLACE_IN_SUBJECT]
    return text("mail.work.subject.place", WORK_LANGUAGE, place=where, **values)
