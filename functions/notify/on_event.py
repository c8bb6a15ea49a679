"""What happened to a case, as a word to its reporter: received, on its way, there after all, handed over, a photo."""

from __future__ import annotations

from functools import cache

from events import Envelope
from functions.notify.reporter_mail import ReporterMail
from functions.notify.settings import EventSettings
from synpunkt.bus import event_handler
from synpunkt.mail import mailer_of
from synpunkt.reply_address import ReplyAddresses
from synpunkt.secret import token_maker
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.people import PeopleStore
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


def react(event: Envelope) -> None:
    """Tells the reporter of one event."""
    reporter_mail().tell(event)


handler = event_handler(react)
