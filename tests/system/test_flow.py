"""From a citizen's click to the municipality's queue, on the deployed stack: real boundaries, real photos."""

from __future__ import annotations

import io
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import pytest
from PIL import Image

from infra.local.harness import PrivateStack
from tests.component.pictures import huge_png, phone_photo
from tests.system.citizen import Citizen, Receipt, eventually
from tests.system.places import PLACES, Spot

pytestmark = pytest.mark.system


@pytest.fixture
def citizen(stack: PrivateStack) -> Citizen:
    """Somebody with a phone."""
    return Citizen(stack.url)


def _arrived(case: dict[str, Any]) -> bool:
    done = {"CaseDelivered", "CaseTriaged"} & {entry["type"] for entry in case["timeline"]}
    return bool(done) and len(case["photos"]) == 1


def test_twenty_reports_from_all_over_the_country_arrive(stack: PrivateStack, citizen: Citizen) -> None:
    photo = phone_photo(4000, 3000)
    posted: list[tuple[Spot, Receipt]] = []
    for place in PLACES:
        location = {"lat": place.lat, "lon": place.lon, "text": "Storgatan 5", "method": "gps", "accuracy_m": 8}
        reporter = {"email": f"{uuid.uuid4().hex[:8]}@example.org"}
        posted.append((place, citizen.report(photo=photo, location=location, reporter=reporter)))
    queues = {place.code: set[str]() for place, _ in posted if place.claimed}
    for place, receipt in posted:
        case = citizen.when(receipt, _arrived)
        assert case["municipality"]["code"] == place.code, place.name
        types = [entry["type"] for entry in case["timeline"]]
        assert types[0] == "ReportSubmitted"
        assert {"CaseRouted", "PhotoAttached"} <= set(types)
        assert [entry["sequence"] for entry in case["timeline"]] == list(range(1, len(types) + 1))
        _photo_is_safe(citizen, receipt, case)
        _page_tells(citizen, receipt)
        mails = {
            each["to"]: each
            for each in eventually(
                partial(_enough, citizen, receipt, 2 if place.claimed else 1),
                f"mails about {place.name}",
            )
        }
        if place.claimed:
            work = mails[f"street@{place.code}.example"]
            assert work["subject"] == f"[{receipt.reference}] Felanmälan: hål i vägen, nära Storgatan 5"
            assert "@example.org" not in work["text"]
            _in_queue(stack, place.code, receipt, queues[place.code])
        else:
            assert case["status_text"] == "Inte framme än"
            assert "Text att skicka till kommunen" in next(iter(mails.values()))["text"]
    unclaimed = {receipt.case_id for place, receipt in posted if not place.claimed}
    assert unclaimed <= _triage(stack)
    _fetched(citizen, {receipt.case_id for place, receipt in posted if place.claimed}, unclaimed)


def _fetched(citizen: Citizen, ours: set[str], others: set[str]) -> None:
    """A system that fetches, page by page, gets each event of those who joined, once."""
    events: dict[str, dict[str, Any]] = {}
    after = ""

    def look() -> bool | None:
        nonlocal after
        answer = citizen.http.get(
            "/api/v1/events", params={"after": after, "limit": 7}, headers={"Authorization": "Bearer local-admin-key"}
        )
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert not events.keys() & {each["event_id"] for each in page["events"]}
        events.update((each["event_id"], each) for each in page["events"])
        after = page["next"]
        return ours <= {each["case_id"] for each in events.values() if each["type"] == "CaseRouted"} or None

    eventually(look, "every case in the feed")
    assert not others & {each["case_id"] for each in events.values()}


def _photo_is_safe(citizen: Citizen, receipt: Receipt, case: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {receipt.token}"}
    for address, side in ((case["photos"][0]["url"], 1600), (case["photos"][0]["thumbnail_url"], 320)):
        served = citizen.http.get(address, headers=headers)
        assert served.status_code == 200
        image = Image.open(io.BytesIO(served.content))
        assert image.format == "JPEG"
        assert max(image.size) == side
        assert dict(image.getexif()) == {}
        assert b"ExamplePhone" not in served.content


def _page_tells(citizen: Citizen, receipt: Receipt) -> None:
    page = citizen.http.get(f"/c/{receipt.reference}")
    assert page.status_code == 200
    assert receipt.reference in page.text
    assert "Mottagen av Synpunkt" in page.text


def _enough(citizen: Citizen, receipt: Receipt, count: int) -> list[dict[str, Any]] | None:
    mails = citizen.messages(receipt, "email")
    return mails if len(mails) >= count else None


def _in_queue(stack: PrivateStack, code: str, receipt: Receipt, seen: set[str]) -> None:
    def look() -> bool | None:
        seen.update(
            event["case_id"] for event in map(json.loads, stack.received(code)) if event["type"] == "CaseRouted"
        )
        return receipt.case_id in seen or None

    eventually(look, f"{receipt.reference} in the queue of {code}")


def _triage(stack: PrivateStack) -> set[str]:
    found: set[str] = set()
    for shard in range(4):
        rows = stack.client("dynamodb").query(
            TableName=stack.about["tables"]["cases"],
            IndexName="triage",
            KeyConditionExpression="triage_pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"TRIAGE#{shard}"}},
        )["Items"]
        found |= {row["case_id"]["S"] for row in rows}
    return found


def test_fifty_parallel_posts_are_one_case_and_one_receipt(stack: PrivateStack, citizen: Citizen) -> None:
    key = str(uuid.uuid4())
    body = {"description": "Samma sak femtio gånger.", "municipality": "0583", "reporter": {"email": "a@example.org"}}

    def post(_: int) -> tuple[int, str]:
        answer = httpx.post(f"{stack.url}/api/v1/reports", json=body, headers={"Idempotency-Key": key}, timeout=120)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(post, range(50)))
    assert {status for status, _ in answers} <= {200, 201}
    assert len({text for _, text in answers}) == 1
    told = json.loads(answers[0][1])
    receipt = Receipt(told["case_id"], told["reference"], told["token"], told["status_url"])
    citizen.when(receipt, lambda case: case["status"] == "delivered")
    eventually(lambda: _enough(citizen, receipt, 2), "both mails")
    assert sorted(each["to"] for each in citizen.messages(receipt, "email")) == [
        "a@example.org",
        "registrator@0583.example",
    ]


def test_a_private_report_is_nowhere_without_its_token(stack: PrivateStack, citizen: Citizen) -> None:
    marker = "markör-för-det-privata"
    receipt = citizen.report(
        category="school",
        description=marker,
        location={"lat": 59.3307, "lon": 18.0593, "text": marker},
        photo=phone_photo(),
    )
    case = citizen.when(receipt, _arrived)
    assert case["description"] == marker
    photo = case["photos"][0]["url"]
    for path in (f"/api/v1/cases/{receipt.reference}", f"/c/{receipt.reference}", photo):
        answer = citizen.http.get(path)
        assert answer.status_code == 404, path
        assert marker not in answer.text
    rows = citizen.http.get("/api/v1/cases", params={"municipality": "0180"}).json()["cases"]
    assert receipt.reference not in [row["reference"] for row in rows]
    events = [each["text"] for each in citizen.messages(receipt, "topic")]
    assert events
    for event in events:
        assert marker not in event
        assert "59.33" not in event
    assert marker not in stack.log()


def test_files_that_only_look_like_photos_are_rejected_with_a_reason(citizen: Citizen) -> None:
    for content, reason in ((b"Bara text i en fil som heter .jpg.", "not_an_image"), (huge_png(), "too_many_pixels")):
        key = str(uuid.uuid4())
        receipt = citizen.report(photo=content, key=key, municipality="0583")
        case = citizen.when(receipt, lambda case: bool(case["rejected_photos"]))
        assert [each["reason"] for each in case["rejected_photos"]] == [reason]
        assert case["photos"] == []
        told = citizen.http.get(f"/api/v1/uploads/{receipt.upload_id}", headers={"Idempotency-Key": key}).json()
        assert (told["state"], told["reason"]) == ("rejected", reason)


def test_heic_photos_are_read(citizen: Citizen) -> None:
    key = str(uuid.uuid4())
    upload = citizen.upload(phone_photo(2000, 1500, file_format="HEIF"), key, "image/heic")
    receipt = citizen.report(key=key, photos=[upload], municipality="0583")
    case = citizen.when(receipt, _arrived)
    served = citizen.http.get(case["photos"][0]["url"])
    assert max(Image.open(io.BytesIO(served.content)).size) == 1600


def test_the_bucket_refuses_what_was_not_granted(citizen: Citizen) -> None:
    grant = citizen.http.post(
        "/api/v1/uploads",
        json={"filename": "a.jpg", "content_type": "image/jpeg", "size": 100},
        headers={"Idempotency-Key": str(uuid.uuid4())},
    ).json()
    for changes in ({"Content-Type": "text/html"}, {"key": "somebody-elses"}):
        fields = {**grant["fields"], **changes}
        refused = httpx.post(grant["url"], data=fields, files={"file": ("a", b"x", "image/jpeg")})
        assert refused.status_code in (400, 403), changes
    too_large = httpx.post(
        grant["url"], data=grant["fields"], files={"file": ("a", b"x" * (15 * 1024 * 1024 + 1), "image/jpeg")}
    )
    assert too_large.status_code in (400, 403, 413)


def test_no_personal_data_in_the_logs(stack: PrivateStack, citizen: Citizen) -> None:
    marker = uuid.uuid4().hex
    receipt = citizen.report(
        description=f"fritext-{marker}",
        municipality="0583",
        reporter={"name": f"Namn {marker}", "email": f"{marker}@example.org", "phone": "070-174 06 05"},
    )
    citizen.when(receipt, lambda case: case["status"] == "delivered")
    eventually(lambda: _enough(citizen, receipt, 2), "both mails")
    # The emulator's mail service logs addresses, as no AWS service would; what counts is what our functions wrote.
    log = "\n".join(line for line in stack.log().splitlines() if "[ses" not in line)
    assert receipt.case_id in log
    assert marker not in log
    assert "701740605" not in log
    assert receipt.token not in log
