"""A municipality's system with nothing but Python: it fetches events, reads each new case, and says what is done.

`follow_cases.py URL KEY CURSOR_FILE` runs once and ends; a scheduler runs it every minute. What it does with a case is
`register`: here it gives the case a number of its own, as a back office would.
"""

import json
import sys
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

url, key, cursor_file = sys.argv[1].rstrip("/"), sys.argv[2], Path(sys.argv[3])


def call(path: str, body: Any = None, idempotency_key: str = "") -> Any:
    """The JSON that comes back. Raises `urllib.error.HTTPError` for a problem; its body says which, in words."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    if idempotency_key:
        headers["Idempotency-Key"] = idempotency_key
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def register(case: Any, event_id: str) -> None:
    """Takes the case into one's own system, and tells the reporter its number there."""
    update = {"foreign_number": f"BO-{case['reference']}", "status": "acknowledged"}
    # The same key for the same event: done once, however often this runs.
    once = str(uuid.uuid5(uuid.NAMESPACE_URL, event_id))
    call(f"/api/v1/municipality/cases/{case['case_id']}/updates", update, idempotency_key=once)
    print(case["reference"], case["category_name"], flush=True)


def follow(event: Any) -> None:
    """Reads the case and registers it. One that is refused, since it was handed over, say, is told and left behind."""
    try:
        register(call(f"/api/v1/municipality/cases/{event['case_id']}"), event["event_id"])
    except urllib.error.HTTPError as problem:
        if problem.code not in (403, 404, 409, 422):
            raise
        print(event["reference"], problem.code, json.load(problem)["code"], file=sys.stderr, flush=True)


cursor = cursor_file.read_text().strip() if cursor_file.exists() else ""
while True:
    page = call(f"/api/v1/events?after={cursor}")
    for event in page["events"]:
        if event["type"] == "CaseRouted":
            follow(event)
    # After the work: what was fetched and not worked on is fetched again.
    cursor_file.write_text(page["next"])
    if page["next"] == cursor:
        break
    cursor = page["next"]
