"""What is done to cases under /api/v1/desk, where every route asks for a key or a login; a page for others.

/work/<reference> opens with the link of one mail alone, for those who have neither.
"""

from __future__ import annotations

from functions.desk.cases import facts, handling, uploading
from functions.desk.finding import finding
from functions.desk.hand_over import hand_overs, work
from functions.desk.many import many
from functions.desk.privacy import privacy
from functions.desk.systems import open311, systems
from functions.desk.triage.triage import router as triage
from functions.desk.words import words
from synpunkt.http import make_api
from synpunkt.http.app import lambda_handler

api = make_api()
api.include_router(handling.router)
api.include_router(uploading.router)
api.include_router(facts.router)
api.include_router(systems.router)
api.include_router(open311.router)
api.include_router(finding.router)
api.include_router(hand_overs.router)
api.include_router(words.router)
api.include_router(many.router)
api.include_router(work.router)
api.include_router(triage)
api.include_router(privacy.router)

handler = lambda_handler(api)
