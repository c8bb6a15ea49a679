"""What is left to do when a subscription has ended: nobody waits for it, and its municipality knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from aws_lambda_powertools import Logger

from functions.deliver.hosted import HostedQueues
from functions.deliver.receipts import Receipts
from functions.deliver.work_mail import TEMPLATES, WORK_LANGUAGE
from synpunkt import clock
from synpunkt.clock import localdate, to_iso
from synpunkt.identity import Member
from synpunkt.mail import Mail, Mailer
from synpunkt.names import municipality_name
from synpunkt.push import DISABLED_AFTER, State, Subscription
from synpunkt.push_queue import PushQueue
from synpunkt.stores.deliveries import ClaimState
from synpunkt.stores.pushes import Hold, PushStore
from synpunkt.stores.staff import StaffStore
from synpunkt.stores.subscriptions import SubscriptionStore
from synpunkt.templates import render_text
from synpunkt.texts import text

logger = Logger()

_CASES_A_STEP = 25
_A_MOMENT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Closing:
    """Ends it, step by step. Safe to repeat."""

    subscriptions: SubscriptionStore
    pushes: PushStore
    staff: StaffStore
    queue: PushQueue
    queues: HostedQueues
    receipts: Receipts
    mailer: Callable[[], Mailer]
    public_url: str

    def close(self, code: str, subscription_id: str) -> None:
        """One step: the admins are told, and 25 cases that waited for it go to whoever is next."""
        hold = self.pushes.take(subscription_id, clock.now())
        if hold is None:
            # Whoever is sending still writes what became of it.
            self.queue.ask("close", code, subscription_id, at=clock.now() + _A_MOMENT)
            return
        try:
            rest = self._step(code, self.subscriptions.get(code, subscription_id), hold)
        finally:
            self.pushes.let_go(hold)
        if rest is not None:
            self.queue.ask(rest, code, subscription_id)

    def _step(self, code: str, subscription: Subscription | None, hold: Hold) -> str | None:
        """What to ask for next."""
        if subscription is not None and subscription.state is not State.DISABLED:
            # It was set going again meanwhile, and somebody may have left its sending to us.
            return "send"
        if subscription is None:
            self.queues.close(code, hold.subscription_id)
        else:
            self._tell(subscription)
        waiting = self.pushes.waiting(hold.subscription_id, until=None, limit=_CASES_A_STEP)
        for each in waiting:
            self.receipts.given_back(hold.subscription_id, each.case_id)
            self.pushes.forget(hold.subscription_id, each)
        if len(waiting) == _CASES_A_STEP:
            return "close"
        if subscription is None:
            self.pushes.end(hold)
        return None

    def _tell(self, subscription: Subscription) -> None:
        assert subscription.stopped_at is not None
        fact = f"PushEnded:{subscription.subscription_id}:{to_iso(subscription.stopped_at)}"
        for admin in self.staff.members(subscription.municipality):
            if admin.is_active_admin:
                sent = self.mailer().send_once(self._mail(subscription, admin, fact))
                if sent.state is not ClaimState.SENT:
                    logger.warning("admin not told", subscription_id=subscription.subscription_id)

    def _mail(self, subscription: Subscription, admin: Member, fact: str) -> Mail:
        assert subscription.stopped_at is not None
        body = render_text(
            TEMPLATES,
            "push_ended",
            WORK_LANGUAGE,
            admin=admin.name,
            subscription=subscription.name,
            municipality=municipality_name(subscription.municipality, WORK_LANGUAGE),
            day=localdate(subscription.stopped_at),
            days=DISABLED_AFTER.days,
            address=f"{self.public_url}/desk/",
        )
        subject = text("mail.push_ended.subject", WORK_LANGUAGE, subscription=subscription.name)
        return Mail(admin.email, subject, body, "", fact, "staff", subscription.municipality)
