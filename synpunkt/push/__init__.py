"""Events sent to a municipality's systems: who subscribed to what, how it is signed, and when it is tried again."""

from synpunkt.push.addresses import is_public
from synpunkt.push.backoff import DISABLED_AFTER, TRIED_FOR, Health, delay_after
from synpunkt.push.signing import OVERLAP, secrets_in_force, signatures
from synpunkt.push.subscription import SENT_TYPES, Filter, Kind, State, Subscription, recipient
from synpunkt.push.targets import queue_name, target_fault

__all__ = [
    "DISABLED_AFTER",
    "OVERLAP",
    "SENT_TYPES",
    "TRIED_FOR",
    "Filter",
    "Health",
    "Kind",
    "State",
    "Subscription",
    "delay_after",
    "is_public",
    "queue_name",
    "recipient",
    "secrets_in_force",
    "signatures",
    "target_fault",
]
