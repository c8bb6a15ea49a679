"""Upload and report come in either order; the second of the two tells the case."""

from __future__ import annotations

import io
import uuid
from importlib import import_module
from typing import Any

import boto3
import pytest
from PIL import Image

from tests.component.pictures import huge_png, phone_photo
from tests.component.world import World


def _quarantined() -> int:
    return int(boto3.client("s3").list_objects_v2(Bucket="quarantine")["KeyCount"])


def _types(case: dict[str, Any]) -> list[str]:
    return [entry["type"] for entry in case["timeline"]]


def _status(world: World, upload: str, key: str) -> Any:
    return world.call("intake", "GET", f"/api/v1/uploads/{upload}", headers={"Idempotency-Key": key}).json()


@pytest.mark.parametrize("photo_first", [True, False])
def test_photo_and_report_in_either_order(world: World, photo_first: bool) -> None:
    key = str(uuid.uuid4())
    upload = world.upload(phone_photo(), key=key)
    if photo_first:
        world.judge(upload)
    receipt = world.report(photos=[upload], key=key).json()
    if not photo_first:
        world.judge(upload)
    world.judge(upload)  # told twice
    world.settle()
    case = world.case(receipt["reference"]).json()
    assert _types(case).count("PhotoAttached") == 1
    (photo,) = case["photos"]
    assert (photo["width"], photo["height"]) == (1200, 900)
    served = world.call("cases", "GET", photo["url"].removeprefix("https://synpunkt.example"))
    assert served.status == 200
    assert served.headers["content-type"] == "image/jpeg"
    assert dict(Image.open(io.BytesIO(served.content)).getexif()) == {}
    assert _quarantined() == 0
    assert _status(world, upload, key)["state"] == "ready"


@pytest.mark.parametrize("photo_first", [True, False])
@pytest.mark.parametrize(
    ("content", "reason"), [(b"Bara text.", "not_an_image"), (huge_png(), "too_many_pixels")], ids=["text", "bomb"]
)
def test_a_rejected_photo_is_told_on_upload_case_and_by_mail(
    world: World, photo_first: bool, content: bytes, reason: str
) -> None:
    key = str(uuid.uuid4())
    upload = world.upload(content, key=key)
    if photo_first:
        world.judge(upload)
    receipt = world.report(photos=[upload], key=key, reporter={"email": "anna@example.org"}).json()
    if not photo_first:
        world.judge(upload)
    world.settle()
    case = world.case(receipt["reference"]).json()
    assert case["photos"] == []
    assert [(each["upload_id"], each["reason"]) for each in case["rejected_photos"]] == [(upload, reason)]
    assert _types(case).count("PhotoRejected") == 1
    status = _status(world, upload, key)
    assert (status["state"], status["reason"]) == ("rejected", reason)
    assert status["detail"]
    assert any("kunde inte användas" in mail.subject for mail in world.mails)
    assert _quarantined() == 0


def test_an_object_without_a_grant_is_deleted(world: World) -> None:
    boto3.client("s3").put_object(Bucket="quarantine", Key="stray", Body=b"x")
    world.judge("stray")
    assert _quarantined() == 0


def test_the_status_of_an_upload_is_for_its_own_key_only(world: World) -> None:
    upload = world.upload(b"x", key="a" * 30)
    answer = world.call("intake", "GET", f"/api/v1/uploads/{upload}", headers={"Idempotency-Key": "b" * 30})
    assert answer.status == 404


def test_a_report_that_claims_while_the_photo_is_judged_is_not_forgotten(world: World, monkeypatch: Any) -> None:
    from synpunkt.stores.uploads import UploadStore

    key = str(uuid.uuid4())
    upload = world.upload(phone_photo(), key=key)
    receipts: list[Any] = []
    real = UploadStore.judge_unclaimed

    def report_comes_first(self: UploadStore, *arguments: Any) -> None:
        if not receipts:
            receipts.append(world.report(photos=[upload], key=key).json())
        real(self, *arguments)

    monkeypatch.setattr(UploadStore, "judge_unclaimed", report_comes_first)
    world.judge(upload)
    world.settle()
    case = world.case(receipts[0]["reference"]).json()
    assert _types(case).count("PhotoAttached") == 1
    assert len(case["photos"]) == 1


def test_a_photo_judged_while_the_report_is_stored_is_not_forgotten(world: World, monkeypatch: Any) -> None:
    from functions.intake.reports import Intake

    key = str(uuid.uuid4())
    upload = world.upload(phone_photo(), key=key)
    judged: list[bool] = []
    real = Intake._store

    def photo_comes_first(self: Intake, *arguments: Any) -> Any:
        if not judged:
            judged.append(True)
            world.judge(upload)
        return real(self, *arguments)

    monkeypatch.setattr(Intake, "_store", photo_comes_first)
    receipt = world.report(photos=[upload], key=key).json()
    world.settle()
    assert len(world.case(receipt["reference"]).json()["photos"]) == 1


def test_racing_routing_and_photo_both_land(world: World) -> None:
    key = str(uuid.uuid4())
    upload = world.upload(phone_photo(), key=key)
    receipt = world.report(photos=[upload], key=key).json()
    world.stream(world.unpublished())
    events = world.take_events()
    world.judge(upload)  # the version moves on under the router's feet
    for event in events:
        world.react(event)
    world.settle()
    case = world.case(receipt["reference"]).json()
    assert sorted(_types(case)) == ["CaseDelivered", "CaseRouted", "PhotoAttached", "ReportSubmitted"]
    assert [entry["sequence"] for entry in case["timeline"]] == [1, 2, 3, 4]


def test_a_file_that_is_gone_is_told_of(world: World) -> None:
    key = str(uuid.uuid4())
    upload = world.upload(phone_photo(), key=key)
    receipt = world.report(photos=[upload], key=key).json()
    boto3.client("s3").delete_object(Bucket="quarantine", Key=upload)
    world.judge(upload)
    world.settle()
    assert [each["reason"] for each in world.case(receipt["reference"]).json()["rejected_photos"]] == ["lost"]


def test_the_work_mail_links_photos_that_are_there_and_says_which_are_coming(world: World) -> None:
    key = str(uuid.uuid4())
    ready, late = world.upload(phone_photo(), key=key), world.upload(phone_photo(), key=key)
    world.judge(ready)
    receipt = world.report(photos=[ready, late], key=key).json()
    world.settle()
    (mail,) = world.mails
    assert f"/c/{receipt['reference']}/photos/{ready}/1600.jpg" in mail.text
    assert late not in mail.text
    assert "Ett foto är på väg" in mail.text


def test_what_the_table_forgets_of_an_upload_the_bucket_forgets_too(world: World) -> None:
    kept, forgotten = (world.upload(phone_photo(), key=str(uuid.uuid4())) for _ in range(2))
    for upload in (kept, forgotten):
        world.judge(upload)
    on_forgotten = import_module("functions.photo.on_forgotten")
    removed = {"pk": {"S": f"U#{forgotten}"}, "sk": {"S": "UPLOAD"}}
    for _ in range(2):  # a stream may tell twice
        on_forgotten.handler({"Records": [{"eventName": "REMOVE", "dynamodb": {"Keys": removed}}]}, None)
    found = boto3.client("s3").list_objects_v2(Bucket="photos")["Contents"]
    assert {each["Key"].split("/")[1] for each in found} == {kept}


def test_a_drawing_that_stays_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = world.upload(phone_photo(), key=str(uuid.uuid4()))
    world.judge(upload)
    forgetting = import_module("functions.photo.forgetting")
    refused = {"Errors": [{"Key": "photos/x", "Code": "InternalError"}]}
    monkeypatch.setattr(forgetting._s3(), "delete_objects", lambda **_: refused)
    with pytest.raises(forgetting.NotDeleted):
        forgetting.Forgetter("photos").forget(upload)
