"""What happened to a case, as a word to its reporter, and to whoever works on it."""

from __future__ import annotations

from functools import cache

from events import Envelope
from functions.notify.reporter_mail import ReporterMail
from functions.notify.settings import EventSettings
from functions.notify.staff_mail import StaffMail
from synpunkt.bus import event_handler
from synpunkt.mail import mailer_of
from synpunkt.reply_address import ReplyAddresses
from synpunkt.secret import token_maker
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.people import PeopleStore
from synpunkt.stores.preferences import PreferenceStore
from synpunkt.stores.staff import StaffStore
from synpunkt.stores.usual import UsualStore


@cache
def reporter_mail() -> ReporterMail:
    """Mails to reporters, with their stores."""
    settings = EventSettings.from_env()
    tokens = token_maker(settings.token_secret_id)
    mailer = mailer_of(settings, tokens)
    cases, people = CaseStore(settings.cases_table), PeopleStore(settings.people_table)
    usual = UsualStore(settings.cases_table)
    addresses = ReplyAddresses(tokens, settings.reply_to)
    return ReporterMail(cases, people, mailer, tokens, settings.public_url, addresses, usual)


@cache
def staff_mail() -> StaffMail:
    """Mails to those who work on cases, with their stores."""
    settings = EventSettings.from_env()
    mailer = mailer_of(settings, token_maker(settings.token_secret_id))
    staff, preferences = StaffStore(settings.registry_table), PreferenceStore(settings.registry_table)
    return StaffMail(CaseStore(settings.cases_table), staff, preferences, mailer, settings.public_url)


def react(event: Envelope) -> None:
    """Tells of one event: the reporter first, since they wait; a second try repeats no mail."""
    reporter_mail().tell(event)
    staff_mail().tell(event)


handler = event_handler(react)
