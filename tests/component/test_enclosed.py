"""Photos that come with what is said: from the desk after the work is done, and from the reporter with an answer."""

from __future__ import annotations

import uuid
from typing import Any

import boto3
import pytest

from synpunkt.stores.uploads import UploadStore
from tests.component.pictures import phone_photo
from tests.component.test_handling import ADMIN, desk
from tests.component.test_mailbox import sent_to
from tests.component.test_sendings import later, send, undo
from tests.component.world import Reply, World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def receipt(world: World) -> dict[str, Any]:
    reporter = {"email": "anna@example.com"}
    made: dict[str, Any] = world.report(description="Papperskorgen är full.", reporter=reporter).json()
    world.settle()
    return made


def granted(world: World, case_id: str, *, key: dict[str, str] = ADMIN, **changes: Any) -> Reply:
    body = {"filename": "efter.jpg", "content_type": "image/jpeg", "size": 1000, **changes}
    return world.call("desk", "POST", f"/api/v1/desk/cases/{case_id}/uploads", body=body, headers=key)


def taken(world: World, case_id: str, content: bytes | None = None, *, key: dict[str, str] = ADMIN) -> str:
    """A photo that a handler took for the case, as it lies in quarantine."""
    answer = granted(world, case_id, key=key)
    assert answer.status == 201, answer.text
    upload_id: str = answer.json()["upload_id"]
    boto3.client("s3").put_object(Bucket="quarantine", Key=upload_id, Body=content or phone_photo())
    return upload_id


def say(world: World, case_id: str, act: str, *, key: dict[str, str] = ADMIN, **body: Any) -> Reply:
    return world.call("desk", "POST", f"/api/v1/desk/cases/{case_id}/{act}", body=body, headers=key)


def sequence_of(case: dict[str, Any], what: str) -> int:
    [found] = [each["sequence"] for each in case["timeline"] if each["type"] == what]
    return int(found)


@pytest.mark.parametrize("judged_first", [True, False])
def test_what_was_done_is_shown_with_what_was_said(world: World, receipt: dict[str, Any], judged_first: bool) -> None:
    upload = taken(world, receipt["case_id"])
    if judged_first:
        world.judge_all()
    done = say(world, receipt["case_id"], "resolve", outcome="fixed", reply="Nu är den tömd.", photos=[upload])
    assert done.status == 200, done.text
    world.judge_all()
    world.settle()
    case = world.case(receipt["reference"]).json()
    [photo] = case["photos"]
    assert (photo["photo_id"], photo["by"]) == (upload, "handler")
    assert photo["said_with"] == sequence_of(case, "CaseResolved")
    assert "PhotoAttached" not in [each["type"] for each in case["timeline"]]
    [shown] = desk(world, receipt["case_id"])["photos"]
    assert (shown["by"], shown["said_with"], shown["visibility"]) == ("handler", photo["said_with"], "public")


def test_it_waits_with_the_words_and_is_taken_back_with_them(world: World, receipt: dict[str, Any]) -> None:
    upload = taken(world, receipt["case_id"])
    world.judge_all()
    waiting = later(world, receipt["case_id"], "reply", text="Nu är den tömd.", photos=[upload]).json()
    assert world.case(receipt["reference"]).json()["photos"] == []
    assert undo(world, waiting).status == 200
    again = later(world, receipt["case_id"], "reply", text="Nu är den tömd.", photos=[upload]).json()
    send(world, again)
    send(world, again)
    [photo] = world.case(receipt["reference"]).json()["photos"]
    assert photo["photo_id"] == upload


def test_a_verdict_in_the_same_moment_loses_no_photo(
    world: World, receipt: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = taken(world, receipt["case_id"])
    real = UploadStore.claim
    begun: list[bool] = []

    def claim(*args: Any, **named: Any) -> Any:
        item = real(*args, **named)
        if not begun:
            begun.append(True)
            world.judge(upload)
        return item

    monkeypatch.setattr(UploadStore, "claim", claim)
    assert say(world, receipt["case_id"], "reply", text="Se bilden.", photos=[upload]).status == 200
    case = desk(world, receipt["case_id"])
    assert [each["photo_id"] for each in case["photos"]] == [upload]
    assert [each["type"] for each in case["timeline"]].count("ReplyPosted") == 1


def test_photos_are_used_once_and_for_the_case_they_were_taken_for(world: World, receipt: dict[str, Any]) -> None:
    upload = taken(world, receipt["case_id"])
    elsewhere = world.routed(description="En annan.")

    def refused(case_id: str, **body: Any) -> str:
        answer = say(world, case_id, "reply", text="Hej.", **body)
        assert answer.status == 422, answer.text
        return str(answer.json()["code"])

    assert refused(elsewhere["case_id"], photos=[upload]) == "upload_unknown"
    assert refused(receipt["case_id"], photos=[upload, upload]) == "upload_used"
    assert refused(receipt["case_id"], photos=["01M00000000000000000000000"]) == "upload_unknown"
    citizens = world.upload(phone_photo(), key=str(uuid.uuid4()))
    assert refused(receipt["case_id"], photos=[citizens]) == "upload_unknown"
    assert refused(receipt["case_id"], photos=[str(number) for number in range(6)]) == "invalid_request"
    assert say(world, receipt["case_id"], "reply", text="Hej.", photos=[upload]).status == 200
    assert refused(receipt["case_id"], photos=[upload]) == "upload_used"
    assert granted(world, receipt["case_id"], content_type="application/pdf").json()["code"] == "upload_not_image"


def test_what_is_no_photo_is_told_before_anything_is_said(world: World, receipt: dict[str, Any]) -> None:
    upload = taken(world, receipt["case_id"], b"not a photo at all")
    path = f"/api/v1/desk/cases/{receipt['case_id']}/uploads/{upload}"
    assert world.call("desk", "GET", path, headers=ADMIN).json()["state"] == "granted"
    world.judge_all()
    told = world.call("desk", "GET", path, headers=ADMIN).json()
    assert (told["state"], told["reason"]) == ("rejected", "not_an_image")
    answer = say(world, receipt["case_id"], "reply", text="Hej.", photos=[upload])
    assert (answer.status, answer.json()["code"]) == (422, "upload_rejected")
    assert "ReplyPosted" not in [each["type"] for each in desk(world, receipt["case_id"])["timeline"]]


def test_a_handlers_bad_photo_is_no_mail_to_the_reporter(world: World, receipt: dict[str, Any]) -> None:
    upload = taken(world, receipt["case_id"], b"not a photo at all")
    assert say(world, receipt["case_id"], "reply", text="Se bilden.", photos=[upload]).status == 200
    world.settle()
    world.judge_all()
    world.settle()
    case = world.case(receipt["reference"]).json()
    assert case["rejected_photos"] == []
    assert "PhotoRejected" in [each["type"] for each in desk(world, receipt["case_id"])["timeline"]]
    assert not [each for each in sent_to(world, "anna@example.com") if "foto" in each.subject.lower()]


def test_a_case_has_no_more_than_25_photos(
    world: World, receipt: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synpunkt.http.enclosing.MOST_PHOTOS_A_CASE", 1)
    uploads = [taken(world, receipt["case_id"]) for _ in range(2)]
    answer = say(world, receipt["case_id"], "reply", text="Hej.", photos=uploads)
    assert (answer.status, answer.json()["code"]) == (422, "too_many_photos")
    assert say(world, receipt["case_id"], "reply", text="Hej.", photos=uploads[:1]).status == 200


def test_the_reporter_adds_a_photo_to_an_answer_in_confidence(world: World, receipt: dict[str, Any]) -> None:
    key = str(uuid.uuid4())
    upload = world.upload(phone_photo(), key=key)
    world.judge_all()
    path, bearer = f"/api/v1/cases/{receipt['reference']}/answer", {"Authorization": f"Bearer {receipt['token']}"}
    body = {"text": "Så här ser det ut.", "photos": [upload]}
    without = world.call("cases", "POST", path, body=body, headers=bearer)
    assert (without.status, without.json()["code"]) == (400, "idempotency_key_missing")
    for _ in range(2):
        answer = world.call("cases", "POST", path, body=body, headers={**bearer, "Idempotency-Key": key})
        assert answer.status == 200, answer.text
    [mine] = answer.json()["photos"]
    assert mine["said_with"] == sequence_of(answer.json(), "CitizenReplied")
    everybody = world.case(receipt["reference"]).json()
    assert (everybody["photos"], everybody["photos_held"]) == ([], 0)
    assert world.call("cases", "GET", mine["url"]).status == 404
    [held] = desk(world, receipt["case_id"])["photos"]
    assert (held["by"], held["visibility"]) == ("citizen", "held")
    shown = world.call(
        "desk", "POST", f"/api/v1/desk/cases/{receipt['case_id']}/photos/{upload}/show", body={}, headers=ADMIN
    )
    assert shown.status == 200, shown.text
    assert [each["photo_id"] for each in world.case(receipt["reference"]).json()["photos"]] == [upload]


def test_what_is_still_wrong_is_shown(world: World, receipt: dict[str, Any]) -> None:
    say(world, receipt["case_id"], "resolve", outcome="fixed", reply="Klart.")
    key = str(uuid.uuid4())
    upload = world.upload(phone_photo(), key=key)
    path = f"/api/v1/cases/{receipt['reference']}/feedback"
    headers = {"Authorization": f"Bearer {receipt['token']}", "Idempotency-Key": key}
    answer = world.call(
        "cases", "POST", path, body={"fixed": False, "text": "Den är full än.", "photos": [upload]}, headers=headers
    )
    assert answer.status == 200, answer.text
    world.judge_all()
    case = desk(world, receipt["case_id"])
    [photo] = case["photos"]
    assert photo["said_with"] == sequence_of(case, "CaseReopened")


def test_the_same_words_with_another_photo_are_said_again(world: World, receipt: dict[str, Any]) -> None:
    path, bearer = f"/api/v1/cases/{receipt['reference']}/answer", {"Authorization": f"Bearer {receipt['token']}"}
    for _ in range(2):
        key = str(uuid.uuid4())
        headers = {**bearer, "Idempotency-Key": key}
        body = {"text": "Se bilden.", "photos": [world.upload(phone_photo(), key=key)]}
        for _ in range(2):
            assert world.call("cases", "POST", path, body=body, headers=headers).status == 200
    world.judge_all()
    mine = world.case(receipt["reference"], receipt["token"]).json()
    assert len(mine["photos"]) == 2
    assert [each["type"] for each in mine["timeline"]].count("CitizenReplied") == 2


def test_who_was_too_late_to_reopen_is_heard_all_the_same(world: World, receipt: dict[str, Any]) -> None:
    say(world, receipt["case_id"], "resolve", outcome="fixed", reply="Klart.")
    say(world, receipt["case_id"], "reopen")
    path, bearer = f"/api/v1/cases/{receipt['reference']}/feedback", {"Authorization": f"Bearer {receipt['token']}"}
    for _ in range(2):
        answer = world.call("cases", "POST", path, body={"fixed": False, "text": "Full än."}, headers=bearer)
        assert answer.status == 200, answer.text
    case = world.case(receipt["reference"], receipt["token"]).json()
    assert [each["text"] for each in case["timeline"] if each["type"] == "CitizenReplied"] == ["Full än."]


def test_a_photo_that_cannot_go_along_keeps_the_words_on_the_page(world: World, receipt: dict[str, Any]) -> None:
    path = f"/c/{receipt['reference']}"
    opened = world.call("cases", "POST", path, body=f"token={receipt['token']}", headers=FORM)
    shown = FORM | {"Cookie": opened.headers["set-cookie"].split(";")[0]}
    for wrong in ("photos=01M00000000000000000000000&upload_key=" + "k" * 22, f"photos={'x' * 3000}&upload_key=k"):
        answer = world.call("cases", "POST", path, body=f"act=answer&text=Hej+alla&{wrong}", headers=shown)
        assert answer.status == 200, answer.text
        assert "Bilderna kunde inte skickas" in answer.text
        assert ">Hej alla</textarea>" in answer.text


def test_what_became_of_a_photo_in_confidence_is_nobody_elses(world: World, receipt: dict[str, Any]) -> None:
    key = str(uuid.uuid4())
    path, bearer = f"/api/v1/cases/{receipt['reference']}/answer", {"Authorization": f"Bearer {receipt['token']}"}
    body = {"text": "Se bilden.", "photos": [world.upload(b"no photo", key=key)]}
    world.call("cases", "POST", path, body=body, headers={**bearer, "Idempotency-Key": key})
    world.judge_all()
    everybody = world.case(receipt["reference"]).json()
    assert everybody["rejected_photos"] == []
    assert "PhotoRejected" not in [each["type"] for each in everybody["timeline"]]
    assert len(world.case(receipt["reference"], receipt["token"]).json()["rejected_photos"]) == 1
