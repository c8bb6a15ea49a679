"""PhotoMaskAsked → the photo drawn anew with parts of it covered."""

from __future__ import annotations

from functools import cache

from events import Envelope
from functions.photo.masking import Masker
from functions.photo.settings import MaskSettings
from synpunkt.bus import event_handler
from synpunkt.stores.cases import CaseStore


@cache
def masker() -> Masker:
    """The masker with its stores."""
    settings = MaskSettings.from_env()
    return Masker(CaseStore(settings.cases_table), settings.photos_bucket)


def react(event: Envelope) -> None:
    """Covers what one event asks for, and whatever else was asked for meanwhile."""
    masker().mask(event.case_id, str(event.data["upload_id"]))


handler = event_handler(react)
