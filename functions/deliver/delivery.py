"""Reaching somebody: the municipality's systems, then its departments' mail, one after the other, then triage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger

from events import Envelope
from functions.deliver import topics
from functions.deliver.work_mail import WORK_LANGUAGE, WorkMail
from synpunkt import clock
from synpunkt.lifecycle import (
    Accepted,
    Case,
    Change,
    EventType,
    fail_delivery,
    send_to_triage,
    succeed_delivery,
)
from synpunkt.mail import Mailer
from synpunkt.metrics import count
from synpunkt.responsibility import MunicipalityProfile
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.deliveries import ClaimState
from synpunkt.stores.registry import RegistryStore

logger = Logger()

# The events after which somebody has to be reached.
_REACH = frozenset({EventType.CASE_ROUTED.value, EventType.DELIVERY_FAILED.value})
# What whoever works from a mailbox has to hear of a case they have.
_UPDATE = frozenset({EventType.CITIZEN_REPLIED.value, EventType.CASE_REOPENED.value})


@dataclass(frozen=True, slots=True)
class Delivery:
    """Delivers events and cases. Safe to repeat: mails are claimed, and the case knows who has it."""

    cases: CaseStore
    registry: RegistryStore
    mailer: Mailer
    work_mail: WorkMail

    def deliver(self, event: Envelope) -> None:
        """Tells the systems of every municipality concerned, and reaches a department when it is time to."""
        accepted = [each for code in event.audience if (each := self._tell_systems(code, event))]
        routed = event.type == EventType.CASE_ROUTED.value
        if event.type in _REACH:
            self._reach(event.case_id, accepted if routed else [])
        if routed:
            self._send_copies(event.case_id)
        if event.type in _UPDATE:
            self._update_department(event)

    def _tell_systems(self, code: str, event: Envelope) -> Accepted | None:
        profile = self.registry.profile(code)
        if profile is None or profile.topic_arn is None:
            return None
        recipient = f"topic:{code}"
        try:
            return Accepted("topic", recipient, topics.publish(profile.topic_arn, event))
        except topics.TopicRefused:
            self._failed(event.case_id, recipient, "topic", "refused")
            return None

    def _reach(self, case_id: str, accepted: Sequence[Accepted]) -> None:
        file = self.cases.load(case_id)
        if file is None:
            raise KeyError(case_id)
        taken = [each for each in accepted if each.recipient in file.case.recipients]
        if mailed := self._mail_department(file):
            taken.append(mailed)
        if taken:
            self._apply(case_id, succeed_delivery, accepted=taken)
        else:
            self.cases.apply(case_id, _to_triage_if_nobody_has_it)

    def _mail_department(self, file: CaseFile) -> Accepted | None:
        """The first department in the chain that takes the mail; those that refuse it are written down."""
        case = file.case
        if any(recipient.startswith("mail:") for recipient in case.accepted_by):
            return None
        profile = self.registry.profile(case.municipality) if case.municipality else None
        for recipient in case.recipients:
            if not recipient.startswith("mail:"):
                continue
            outcome = self._mail(file, recipient, profile)
            if isinstance(outcome, Accepted):
                return outcome
            self._failed(case.case_id, recipient, "mail", outcome)
        return None

    def _send_copies(self, case_id: str) -> None:
        """Mails those who only want to know. Whether a copy arrives changes nothing about who has the case.

        Its recipient is `copy:…`, so a bounce of it is logged and never taken for a delivery that failed.
        """
        file = self.cases.load(case_id)
        copies = ((file.case.routing or {}).get("copies") or []) if file else []
        if file is None or not copies or file.case.municipality is None:
            return
        profile = self.registry.profile(file.case.municipality)
        for recipient in copies:
            outcome = self._mail(file, recipient, profile)
            if not isinstance(outcome, Accepted):
                logger.warning("copy not sent", case_id=case_id, recipient=recipient, reason=outcome)
                count("DeliveryFailed")

    def _update_department(self, event: Envelope) -> None:
        """Mails those who took the case by mail; where nobody did, the first department in the chain."""
        file = self.cases.load(event.case_id)
        if file is None:
            raise KeyError(event.case_id)
        case = file.case
        profile = self.registry.profile(case.municipality) if case.municipality else None
        mailed = [each for each in case.accepted_by if each.startswith("mail:")]
        for recipient in mailed or [each for each in case.recipients if each.startswith("mail:")][:1]:
            unit = recipient.partition(":")[2]
            address = profile.mails.get(unit) if profile else None
            if profile is None or address is None:
                continue
            name = profile.unit_name(unit, WORK_LANGUAGE)
            mail = self.work_mail.compose_update(file, event, f"update:{unit}", name, address)
            if self.mailer.send_once(mail).state is not ClaimState.SENT:
                logger.warning("update not sent", case_id=case.case_id, recipient=recipient)
                count("DeliveryFailed")

    def _failed(self, case_id: str, recipient: str, channel: str, reason: str) -> None:
        logger.warning("recipient not reached", case_id=case_id, recipient=recipient, reason=reason)
        count("DeliveryFailed")
        self._apply(case_id, fail_delivery, recipient=recipient, channel=channel, reason=reason)

    def _mail(self, file: CaseFile, recipient: str, profile: MunicipalityProfile | None) -> Accepted | str:
        unit = recipient.partition(":")[2]
        address = profile.mails.get(unit) if profile else None
        if profile is None or address is None:
            return "refused"
        name = profile.unit_name(unit, WORK_LANGUAGE)
        claim = self.mailer.send_once(self.work_mail.compose(file, recipient, name, address))
        if claim.state is ClaimState.SENT and claim.message_id:
            return Accepted("mail", recipient, claim.message_id)
        return "unknown" if claim.state is ClaimState.UNKNOWN else "refused"

    def _apply(self, case_id: str, command: Callable[..., Change | None], **facts: Any) -> Case:
        event_id = clock.new_id()
        return self.cases.apply(case_id, lambda file: command(file.case, event_id=event_id, now=clock.now(), **facts))


def _to_triage_if_nobody_has_it(file: CaseFile) -> Change | None:
    case = file.case
    if case.accepted_by:
        return None
    if not case.claimed:
        reason = "unclaimed"
    elif any(entry.type is EventType.DELIVERY_FAILED for entry in file.entries):
        reason = "exhausted"
    else:
        reason = "no_address"
    return send_to_triage(case, reason=reason, event_id=clock.new_id(), now=clock.now())
