"""`{case_id, sending_id}` → what was said is sent; `{bulk_id, after}` → the next step of what is done to many."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from functions.desk.many.incidents import Incidents
from functions.desk.settings import SendingSettings
from functions.desk.words.sender import Sender
from functions.desk.words.together import bulks_on
from synpunkt.bus import queue_handler


@cache
def sender() -> Sender:
    """Sending, with its stores."""
    settings = SendingSettings.from_env()
    # Whoever keeps words says when they are sent; here nothing begins to wait.
    bulks = bulks_on(settings.cases_table, settings.registry_table, settings.sending_queue_url, 0)
    return Sender(bulks, Incidents(bulks.sendings.cases, bulks.incidents))


def react(message: Mapping[str, str]) -> None:
    """Sends one, or takes one step."""
    if "sending_id" in message:
        sender().one(message["case_id"], message["sending_id"])
    elif "case_id" in message:
        sender().one_of_many(message["bulk_id"], message["case_id"])
    else:
        sender().step(message["bulk_id"], message.get("after"))


handler = queue_handler(react)
