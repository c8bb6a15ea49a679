"""Every event → the municipality's systems; CaseRouted and DeliveryFailed → a department's mail, or triage;
CitizenReplied and CaseReopened → a mail to whoever has it."""

from __future__ import annotations

from functools import cache

from events import Envelope
from functions.deliver.delivery import Delivery
from functions.deliver.settings import EventSettings
from functions.deliver.work_mail import WorkMail
from synpunkt.bus import event_handler
from synpunkt.mail import mailer_of
from synpunkt.reply_address import ReplyAddresses
from synpunkt.secret import token_maker
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.subscriptions import SubscriptionStore


@cache
def delivery() -> Delivery:
    """Delivery with its stores."""
    settings = EventSettings.from_env()
    tokens = token_maker(settings.token_secret_id)
    mailer = mailer_of(settings, tokens)
    return Delivery(
        CaseStore(settings.cases_table),
        RegistryStore(settings.registry_table),
        mailer,
        WorkMail(tokens, settings.public_url, ReplyAddresses(tokens, settings.reply_to)),
        SubscriptionStore(settings.registry_table),
    )


def react(event: Envelope) -> None:
    """Delivers one event."""
    delivery().deliver(event)


handler = event_handler(react)
