"""Reaching somebody: the municipality's systems, then its departments' mail, one after the other, then triage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger

from events import Envelope
from functions.deliver import topics
from functions.deliver.audience import departments_of
from functions.deliver.reminder import reminder
from functions.deliver.work_mail import WORK_LANGUAGE, WorkMail
from synpunkt import clock
from synpunkt.lifecycle import (
    Accepted,
    Case,
    Change,
    EventType,
    Outcome,
    Promised,
    Returned,
    Status,
    fail_delivery,
    send_to_triage,
    succeed_delivery,
)
from synpunkt.mail import Mail, Mailer
from synpunkt.metrics import count
from synpunkt.promises import deadline
from synpunkt.push import recipient as pushed_to
from synpunkt.responsibility import MunicipalityProfile
from synpunkt.returning import reached_nobody, returned
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.deliveries import ClaimState
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.subscriptions import SubscriptionStore
from synpunkt.story import handed_over_by

logger = Logger()

# The events by which somebody new gets the case, and those after which somebody has to be reached.
_SENT = frozenset({EventType.CASE_ROUTED, EventType.CASE_HANDED_OVER, EventType.HAND_OVER_RETURNED})
_REACH = _SENT | {EventType.DELIVERY_FAILED}
# The events about which those who work from mails get one more.
_REMIND = frozenset({EventType.CASE_NUDGED, EventType.CASE_OVERDUE})
# What whoever works from a mailbox has to hear of a case they have.
_UPDATE = frozenset({EventType.CITIZEN_REPLIED, EventType.CASE_REOPENED})


@dataclass(frozen=True, slots=True)
class Delivery:
    """Delivers events and cases. Safe to repeat: mails are claimed, and the case knows who has it."""

    cases: CaseStore
    registry: RegistryStore
    mailer: Mailer
    work_mail: WorkMail
    subscriptions: SubscriptionStore

    def deliver(self, event: Envelope) -> None:
        """Tells the systems of every municipality concerned, and reaches a department when it is time to."""
        accepted = [each for code in event.audience if (each := self._tell_systems(code, event))]
        if event.type in _REACH:
            self._reach(event, accepted if event.type in _SENT else [])
        # A case that came back was told of when it first came.
        if event.type in (EventType.CASE_ROUTED, EventType.CASE_HANDED_OVER):
            self._send_copies(event.case_id)
        if event.type == EventType.CASE_ASSIGNED:
            self._tell_unit(event)
        if event.type in _REMIND:
            self._remind(event)
        withdrawn = event.type == EventType.CASE_RESOLVED and event.data["outcome"] == Outcome.WITHDRAWN
        if event.type in _UPDATE or withdrawn:
            self._update_department(event)

    def _tell_systems(self, code: str, event: Envelope) -> Accepted | None:
        profile = self.registry.profile(code)
        if profile is None or profile.topic_arn is None:
            return None
        recipient = f"topic:{code}"
        try:
            message_id = topics.publish(profile.topic_arn, event, departments_of(event, self.cases).get(code))
        except topics.TopicRefused:
            self._failed(event.case_id, recipient, "topic", "refused")
            return None
        # The topic takes what nobody hears, too: without a subscriber the case has reached nobody by it.
        return Accepted("topic", recipient, message_id) if profile.topic_subscribers else None

    def _reach(self, event: Envelope, accepted: Sequence[Accepted]) -> None:
        file = self.cases.load(event.case_id)
        if file is None:
            raise KeyError(event.case_id)
        if file.case.status is Status.RESOLVED:
            return
        # Who took an earlier sending has not thereby taken this one: the case may have been there before.
        now = event.sequence == file.case.round
        taken = [each for each in accepted if now and each.recipient in file.case.recipients]
        if mailed := self._mail_department(file):
            taken.append(mailed)
        if taken:
            self._apply(event.case_id, succeed_delivery, accepted=taken)
        elif not self._is_being_pushed(file.case):
            self.cases.apply(event.case_id, self._nobody_has_it)

    def _is_being_pushed(self, case: Case) -> bool:
        """Whether a subscriber is being sent the case; when none has it in time, `upkeep` sees that nobody has."""
        found = self.subscriptions.of(case.municipality) if case.municipality else []
        return any(
            each.takes_cases
            and pushed_to(each.subscription_id) in case.recipients
            and each.filter.takes_case(case.category, case.kind, case.department)
            for each in found
        )

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
        latest = handed_over_by(file)
        # The municipality's rules name the copies; whoever handed it on to a body told whom they wished.
        if file.case.body and latest and latest.type is not EventType.CASE_ROUTED:
            return
        profile = self.registry.profile(file.case.municipality)
        for recipient in copies:
            outcome = self._mail(file, recipient, profile)
            if not isinstance(outcome, Accepted):
                logger.warning("copy not sent", case_id=case_id, recipient=recipient, reason=outcome)
                count("DeliveryFailed")

    def _tell_unit(self, event: Envelope) -> None:
        """Mails the unit that works on the case from now on, if it is another; whoever has the case has it still."""
        unit, file = event.data["team"], self.cases.load(event.case_id)
        if file is None or unit is None or unit != file.case.team or file.case.body is not None:
            return
        profile = self.registry.profile(file.case.municipality) if file.case.municipality else None
        if profile is None or unit not in profile.mails:
            return
        # Claimed by address for this sending of the case: who was mailed before is not mailed anew.
        outcome = self._mail(file, f"mail:{unit}", profile)
        if not isinstance(outcome, Accepted):
            logger.warning("unit not told", case_id=event.case_id, recipient=unit, reason=outcome)
            count("DeliveryFailed")

    def _remind(self, event: Envelope) -> None:
        """Mails the departments that have the case from a mail, if it is still so; systems have the event itself."""
        file = self.cases.load(event.case_id)
        if file is None or deadline(file.case, Promised(event.data["which"]), clock.now()) is None:
            return
        for unit, name, address in self._addressed(file, _working(file.case)):
            self._send_more(reminder(self.work_mail, file, event, unit, name, address, clock.now()))

    def _update_department(self, event: Envelope) -> None:
        """Mails those who work on the case from mails; where nobody does, the first department in the chain."""
        file = self.cases.load(event.case_id)
        if file is None:
            raise KeyError(event.case_id)
        case = file.case
        first = [each for each in case.recipients if each.startswith("mail:")][:1]
        for unit, name, address in self._addressed(file, _working(case) or first):
            self._send_more(self.work_mail.compose_update(file, event, f"update:{unit}", name, address))

    def _addressed(self, file: CaseFile, recipients: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """Unit, what it is called, and its address, of those recipients that have one."""
        profile = self.registry.profile(file.case.municipality) if file.case.municipality else None
        for unit in (each.partition(":")[2] for each in recipients):
            if profile is not None and unit in profile.mails:
                yield unit, profile.unit_name(unit, WORK_LANGUAGE), profile.mails[unit]

    def _send_more(self, mail: Mail) -> None:
        """One more mail to somebody who has the case; whether it arrives changes nothing about who has it."""
        if self.mailer.send_once(mail).state is not ClaimState.SENT:
            logger.warning("mail not sent", case_id=mail.case_id, recipient=mail.recipient)
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

    def _nobody_has_it(self, file: CaseFile) -> Change | None:
        """Back to whoever handed it over, who knows more of it than our triage; to triage when nobody did."""
        if not reached_nobody(file):
            return None
        return returned(self.registry, file, Returned.UNDELIVERED) if file.case.came_from else _to_triage(file)

    def _apply(self, case_id: str, command: Callable[..., Change | None], **facts: Any) -> Case:
        event_id = clock.new_id()

        def change(file: CaseFile) -> Change | None:
            # Closed meanwhile: whether the mail about it arrived is nobody's concern any more.
            closed = file.case.status is Status.RESOLVED
            return None if closed else command(file.case, event_id=event_id, now=clock.now(), **facts)

        return self.cases.apply(case_id, change)


def _working(case: Case) -> list[str]:
    """Who works on the case from mails, as recipients: the unit it was given to, else those who took it."""
    if case.team is not None and case.body is None:
        return [f"mail:{case.team}"]
    return [each for each in case.accepted_by if each.startswith("mail:")]


def _to_triage(file: CaseFile) -> Change | None:
    case = file.case
    if any(entry.type is EventType.DELIVERY_FAILED and entry.sequence > case.round for entry in file.entries):
        # Also where nobody has joined: an address was known there, and the reporter was told that it is on its way.
        reason = "exhausted"
    elif not case.claimed:
        reason = "unclaimed"
    else:
        reason = "no_address"
    return send_to_triage(case, reason=reason, event_id=clock.new_id(), now=clock.now())
