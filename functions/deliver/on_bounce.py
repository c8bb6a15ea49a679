"""What SES tells afterwards: a work mail that bounced, or was marked as unwanted, has not arrived."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from functions.deliver.settings import BounceSettings
from functions.deliver.work_mail import work_fact
from synpunkt import clock
from synpunkt.bus import queue_handler
from synpunkt.lifecycle import Change, fail_delivery
from synpunkt.metrics import count
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.deliveries import DeliveryStore, SentMessage

logger = Logger()

_REASONS = {"Bounce": "bounced", "Complaint": "complained", "Reject": "refused"}


@cache
def settings() -> BounceSettings:
    """The settings of this process."""
    return BounceSettings.from_env()


def react(message: Mapping[str, Any]) -> None:
    """Writes down that a work mail did not arrive; the next recipient is tried because of that event.

    Raises `LookupError` for a message we do not know (yet): the queue tries again, and keeps it in the end.
    """
    notice = json.loads(message["Message"]) if "Message" in message else message
    reason = _REASONS.get(str(notice.get("eventType") or notice.get("notificationType")))
    if reason is None or _is_out_of_office(notice):
        return
    deliveries = DeliveryStore(settings().deliveries_table)
    sent = deliveries.sent_message(notice["mail"]["messageId"])
    if sent is None:
        raise LookupError("a notice about a message that is not known")
    count("DeliveryFailed")
    logger.warning("not arrived", case_id=sent.case_id, recipient=sent.recipient, reason=reason)
    deliveries.take_back(sent.key)
    if sent.recipient.startswith("mail:"):
        _fail(sent, reason)


def _is_out_of_office(notice: Mapping[str, Any]) -> bool:
    bounce = notice.get("bounce", {})
    return (bounce.get("bounceType"), bounce.get("bounceSubType")) == ("Transient", "General")


def _fail(sent: SentMessage, reason: str) -> None:
    event_id = clock.new_id()
    facts = {"recipient": sent.recipient, "channel": "mail", "reason": reason, "event_id": event_id}

    def command(file: CaseFile) -> Change | None:
        # The case was sent anew since, perhaps to another address of the same unit: that one has not failed.
        if sent.fact != work_fact(file.case):
            return None
        return fail_delivery(file.case, now=clock.now(), **facts)

    CaseStore(settings().cases_table).apply(sent.case_id, command)


handler = queue_handler(react)
