"""What SES tells afterwards: a work mail that bounced, or was marked as unwanted, has not arrived."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from functions.deliver.settings import BounceSettings
from synpunkt import clock
from synpunkt.bus import queue_handler
from synpunkt.lifecycle import fail_delivery
from synpunkt.metrics import count
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.deliveries import DeliveryStore

logger = Logger()

_REASONS = {"Bounce": "bounced", "Complaint": "complained", "Reject": "refused"}


@cache
def settings() -> BounceSettings:
    """The settings of this process."""
    return BounceSettings.from_env()


def react(message: Mapping[str, Any]) -> None:
    """Writes down that a work mail did not arrive; the next recipient is tried because of that event."""
    notice = json.loads(message["Message"]) if "Message" in message else message
    kind = notice.get("eventType") or notice.get("notificationType")
    reason = _REASONS.get(str(kind))
    if reason is None or notice.get("bounce", {}).get("bounceType") == "Transient":
        return
    sent = DeliveryStore(settings().deliveries_table).sent_message(notice["mail"]["messageId"])
    if sent is None:
        logger.warning("bounce of an unknown message", message_id=notice["mail"]["messageId"])
        return
    count("DeliveryFailed")
    logger.warning("bounced", case_id=sent.case_id, recipient=sent.recipient, reason=reason)
    if sent.recipient.startswith("mail:"):
        event_id = clock.new_id()
        CaseStore(settings().cases_table).apply(
            sent.case_id,
            lambda file: fail_delivery(
                file.case,
                recipient=sent.recipient,
                channel="mail",
                reason=reason,
                event_id=event_id,
                now=clock.now(),
            ),
        )


handler = queue_handler(react)
