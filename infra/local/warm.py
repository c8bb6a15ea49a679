"""Starts the functions a report passes before anybody waits for them."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from .clients import Clients
from .layout import CannotRun, named

ON_THE_PATH = (
    "publish-on-stream",
    "route-on-event",
    "deliver-on-event",
    "deliver-on-feed",
    "notify-on-event",
    "insight-on-event",
    "photo-on-upload",
    "intake-on-mail",
)
READY_SECONDS = 60


def warm(clients: Clients) -> None:
    """Invokes the event functions with nothing to do, so that the first report finds them started."""

    def nothing(function: str) -> None:
        try:
            clients.of("lambda").invoke(FunctionName=named(function), Payload=json.dumps({"Records": []}))
        except (BotoCoreError, ClientError) as error:
            print(f"{function} could not be started: {error}", flush=True)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(nothing, ON_THE_PATH))


def wait_until_reports_are_taken(public_url: str) -> None:
    """Answers once the form shows and a report would be judged; raises `CannotRun` when that takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    last = "no answer"
    while time.monotonic() < deadline:
        try:
            page = httpx.get(f"{public_url}/", timeout=30)
            empty = httpx.post(f"{public_url}/api/v1/reports", json={}, timeout=30)
        except httpx.HTTPError as error:
            last = repr(error)
        else:
            last = f"the form answers {page.status_code}, an empty report {empty.status_code}"
            if page.status_code == 200 and 400 <= empty.status_code < 500 and empty.status_code != 403:
                return
        time.sleep(0.3)
    raise CannotRun(f"Reports are not taken: {last}.")


def sweep(clients: Clients) -> None:
    """Asks for one round of "accepted, never published", by the same way as the schedule."""
    sqs = clients.of("sqs")
    url = sqs.get_queue_url(QueueName=named("sweep"))["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"source": "synpunkt.local", "detail-type": "Sweep"}))
