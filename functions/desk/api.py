"""The staff's API under /api/v1/desk, where every route asks for a key, and the page of those who have no key.

/work/<reference> opens with the link of one mail alone.
"""

from __future__ import annotations

from functools import cache

from functions.desk import hand_overs, handling, work
from functions.desk.models import Me
from functions.desk.settings import ApiSettings
from functions.desk.triage import router as triage
from synpunkt.http import make_api
from synpunkt.http.app import lambda_handler
from synpunkt.http.callers import caller_of
from synpunkt.stores.keys import KeyStore

api = make_api()
api.include_router(handling.router)
api.include_router(hand_overs.router)
api.include_router(work.router)
api.include_router(triage)


@cache
def settings() -> ApiSettings:
    """The settings of this process."""
    return ApiSettings.from_env()


@cache
def keys() -> KeyStore:
    """The keys people and systems call with."""
    return KeyStore(settings().registry_table)


@api.get("/api/v1/desk/me", tags=["Desk"], summary="Who the key stands for")
def get_me() -> Me:
    """The caller and what they may do."""
    caller = caller_of(api, keys())
    return Me(
        caller_id=caller.caller_id,
        name=caller.name,
        municipalities=sorted(caller.municipalities),
        scopes=sorted(each.value for each in caller.scopes),
    )


handler = lambda_handler(api)
