"""What a subscription may lead to, as far as its address tells; where that is in the network is looked at each time."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from synpunkt.push.addresses import is_public
from synpunkt.push.subscription import Kind

_LONGEST = 500
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_ACCOUNT = re.compile(r"[0-9]{12}")
_BUS = re.compile(r"arn:aws:events:[a-z]{2}(-[a-z]+)+-[0-9]:[0-9]{12}:event-bus/[A-Za-z0-9._-]{1,256}")
_LISTENER = re.compile(
    r"arn:aws:(sqs|lambda):[a-z]{2}(-[a-z]+)+-[0-9]:[0-9]{12}:(?(1)(function:)?)[A-Za-z0-9_.-]{1,140}"
)
_LOCAL = "127.0.0.1"


def queue_name(stage: str, municipality: str, subscription_id: str) -> str:
    """What the queue is called that we keep for a subscription."""
    return f"synpunkt-{stage}-subscriber-{municipality}-{subscription_id.lower()}"


def target_fault(kind: Kind, target: str, *, local: bool, ours: str) -> str | None:
    """Why it cannot be one of that kind, as a code of a field; `None` when it can.

    `ours`: the AWS account we are in, whose buses nobody has us speak on. `local`: as in stage local, where
    `http://127.0.0.1` will do, and that account has others' buses, too, since there is no other.
    """
    if kind is Kind.WEBHOOK:
        return _address_fault(target, local)
    shape = {Kind.SQS: _ACCOUNT, Kind.EVENTBRIDGE: _BUS, Kind.SNS: _LISTENER}[kind]
    if shape.fullmatch(target) is None:
        return "target"
    of_ours = kind is Kind.EVENTBRIDGE and target.split(":")[4] == ours
    return "target_ours" if of_ours and (not local or "event-bus/synpunkt-" in target) else None


def _address_fault(url: str, local: bool) -> str | None:
    if not url.isascii():
        return "target_ascii"
    if "#" in url:
        return "target_fragment"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "target"
    if parts.username is not None or parts.password is not None:
        return "target_login"
    fits = len(url) <= _LONGEST and _PRINTABLE.fullmatch(url) is not None and port != 0
    here = local and parts.scheme == "http" and host == _LOCAL
    return None if fits and (here or (parts.scheme == "https" and _is_host(host))) else "target"


def _is_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        # A name with a last part that is none of a number's, so that nobody reads it as an address.
        return re.fullmatch(r"([a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{0,62}\.?", host) is not None
    return is_public(host)
