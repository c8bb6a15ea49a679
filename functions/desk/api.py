"""What is done to cases under /api/v1/desk, where every route asks for a key or a login; a page for others.

/work/<reference> opens with the link of one mail alone, for those who have neither.
"""

from __future__ import annotations

from functions.desk import facts, finding, hand_overs, handling, many, privacy, systems, words, work
from functions.desk.triage import router as triage
from synpunkt.http import make_api
from synpunkt.http.app import lambda_handler

api = make_api()
api.include_router(handling.router)
api.include_router(facts.router)
api.include_router(systems.router)
api.include_router(finding.router)
api.include_router(hand_overs.router)
api.include_router(words.router)
api.include_router(many.router)
api.include_router(work.router)
api.include_router(triage)
api.include_router(privacy.router)

handler = lambda_handler(api)
