"""Contact data under /api/v1/desk and /work, in a function of its own: no other of the desk's may read it.

It changes no case.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.desk.cases.acting import Acting
from functions.desk.cases.departments import knows
from functions.desk.door import CaseId, caller_by, cases, doing, enclosures, has, seen, told
from functions.desk.hand_over.errands import Errands, LinkState
from functions.desk.hand_over.handing import Handing
from functions.desk.hand_over.work_page import closed_page, locked_page, work_page
from functions.desk.many.incidents import Incidents
from functions.desk.privacy.contacts import Contacts
from functions.desk.privacy.privacy_models import Contact, ContactReads
from functions.desk.register import register
from functions.desk.settings import ContactApiSettings
from functions.desk.systems.system_models import MunicipalityCase
from functions.desk.words.previews import Previews
from functions.desk.words.words_models import PreviewIn, PreviewOut
from synpunkt.http import make_api
from synpunkt.http.app import lambda_handler
from synpunkt.http.tokens import cookie_token, see_other
from synpunkt.identity import Caller, Scope
from synpunkt.secret import token_maker
from synpunkt.stores.incidents import IncidentStore
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.people import PeopleStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.staff import StaffStore

api = make_api()
api.include_router(register.router)
_TAG = ["Desk"]


@cache
def settings() -> ContactApiSettings:
    """The settings of this process."""
    return ContactApiSettings.from_env()


@cache
def contacts() -> Contacts:
    """Contact data, with its stores."""
    registry = settings().registry_table
    return Contacts(PeopleStore(settings().people_table), StaffStore(registry), KeyStore(registry))


@cache
def previews() -> Previews:
    """Previews, with their stores."""
    config = settings()
    known = Incidents(cases(), IncidentStore(config.cases_table))
    return Previews(cases(), PeopleStore(config.people_table), known, config.public_url, config.reply_to)


@cache
def errands() -> Errands:
    """Links of mails, with their stores."""
    handing = Handing(cases(), RegistryStore(settings().registry_table))
    return Errands(cases(), token_maker(settings().token_secret_id), handing, Acting(cases(), enclosures()))


@api.get("/api/v1/desk/cases/<case_id>/contact", tags=_TAG, summary="Who reported the case, and how to reach them")
def get_contact(case_id: CaseId) -> Contact:
    """For those who have the case; each showing is written down first. Of the protected for registrars and admins."""
    caller = _caller()
    return contacts().of_case(seen(case_id, caller, Scope.CONTACT), caller)


@api.get("/api/v1/desk/cases/<case_id>/contact-reads", tags=_TAG, summary="Who saw the case's contact data")
def get_contact_reads(case_id: CaseId) -> ContactReads:
    """For those who may see it themselves: when, who of theirs, and by which way."""
    caller = _caller()
    return contacts().reads(seen(case_id, caller, Scope.CONTACT), caller, api.language)


@api.get("/api/v1/municipality/cases/<case_id>", tags=["Municipalities' systems"], summary="A case in full")
def get_municipality_case(case_id: CaseId) -> MunicipalityCase:
    """What an event only points at: the words, the photos, the whole story, and who reported it where that is let."""
    caller = _caller()
    file = seen(case_id, caller, Scope.READ)
    reporter = contacts().for_system(file, caller)
    return MunicipalityCase(**told(file, caller, api.language).model_dump(), reporter=reporter)


@api.post("/api/v1/desk/cases/<case_id>/preview", tags=_TAG, summary="See what would be read, and by whom")
def post_preview(case_id: CaseId, asked: Annotated[PreviewIn, Body()]) -> PreviewOut:
    """The mail as the reporter would get it, what everybody would see, and who reads it. Nothing is kept or sent."""
    caller = _caller()
    _, check = doing(caller, case_id, None, lambda case: has(caller, case))
    fields = asked.model_dump(mode="json", exclude_none=True, exclude={"act"})
    return previews().of(case_id, asked.act, fields, check, api.language, partial(knows, caller))


@api.get("/work/<reference>/contact", include_in_schema=False)
def get_page(reference: str) -> Response[str]:
    """Whoever loads the page again is asked again: looking shows nothing."""
    return see_other(f"/work/{reference[:20]}")


@api.post("/work/<reference>/contact", include_in_schema=False)
def post_page(reference: str) -> Response[str]:
    """The page of a hand-over with contact data, for those who took the case, where the reporter allowed it."""
    errand = errands().find(reference, cookie_token(api, "work", reference))
    if errand is None:
        return locked_page(settings(), api.language, reference, tried=True)
    if errand.state is not LinkState.OPEN:
        return closed_page(settings(), api.language, errand)
    return work_page(
        settings(),
        api.language,
        errand,
        joined=errands().handing.registry,
        mistakes={},
        values={},
        contact=contacts().for_link(errand),
        asked_contact=True,
        tokens=errands().tokens,
    )


def _caller() -> Caller:
    return caller_by(api, contacts().keys)


handler = lambda_handler(api)
