"""`{municipality, staff_id, day}` → that person's digest of that day."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from functions.notify.digest import Digests
from functions.notify.settings import DigestSettings
from synpunkt.bus import queue_handler
from synpunkt.mail import mailer_of
from synpunkt.secret import token_maker
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.preferences import PreferenceStore
from synpunkt.stores.staff import StaffStore


@cache
def digests() -> Digests:
    """Digests with their stores."""
    settings = DigestSettings.from_env()
    mailer = mailer_of(settings, token_maker(settings.token_secret_id))
    staff, preferences = StaffStore(settings.registry_table), PreferenceStore(settings.registry_table)
    return Digests(CaseStore(settings.cases_table), staff, preferences, mailer, settings.public_url)


def react(message: Mapping[str, str]) -> None:
    """Writes to one person."""
    digests().send(message["municipality"], message["staff_id"], message["day"])


handler = queue_handler(react)
