"""The events of a municipality, for its systems to fetch: GET /api/v1/events."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.deliver.feed import feed_page
from functions.deliver.models import EventPage, Outbox, UnsentOut
from functions.deliver.settings import ApiSettings
from synpunkt import clock
from synpunkt.http import make_api
from synpunkt.http.app import lambda_handler
from synpunkt.http.callers import caller_of
from synpunkt.http.sandboxes import in_sandbox
from synpunkt.identity import Scope
from synpunkt.stores.feed import FeedStore
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.unsent import UnsentStore

api = make_api()

After = Annotated[str, Query(max_length=6000, description="`next` of the last answer; empty: from the oldest")]
Code = Annotated[str | None, Query(pattern=r"^\d{4}$", description="only of one municipality; SCB code")]
Limit = Annotated[int, Query(ge=1, le=100)]


@cache
def feed() -> FeedStore:
    """The feeds."""
    return FeedStore(ApiSettings.from_env().deliveries_table)


@cache
def keys() -> KeyStore:
    """The keys."""
    return KeyStore(ApiSettings.from_env().registry_table)


@api.get("/api/v1/events", tags=["Municipalities' systems"], summary="What has happened to your cases")
def get_events(after: After = "", municipality: Code = None, limit: Limit = 100) -> EventPage:
    """Every event of the last 30 days that concerns your municipalities, the oldest first; ask again with `next`.

    The same events with the same ids are pushed; use `event_id` to drop what you have, `sequence` to sort within a
    case. A page may be empty and still have a `next` that goes on.
    """
    events, following = feed_page(feed(), caller_of(api, keys()), municipality, after, limit)
    return EventPage.model_validate({"events": events, "next": following})


@api.get("/api/v1/municipality/sandbox/outbox", tags=["Sandbox"], summary="What a sandbox would have sent to people")
def get_outbox(municipality: Code = None, limit: Limit = 100) -> Outbox:
    """The mails of the last 7 days that nobody got, the newest first."""
    _, code = in_sandbox(caller_of(api, keys()), Scope.READ, municipality)
    found = UnsentStore(feed().table).latest(code, now=clock.now(), limit=limit)
    return Outbox(messages=[UnsentOut.of(each) for each in found])


handler = lambda_handler(api)
