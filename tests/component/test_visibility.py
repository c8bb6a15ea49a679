"""What is private is nowhere to be seen without its token: page, list, photo, event."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.component.pictures import phone_photo
from tests.component.test_hand_over import Link
from tests.component.world import World

MARKER = "Läraren i klass 4B slog igen dörren"


def _private(world: World, **changes: Any) -> Any:
    key = str(uuid.uuid4())
    upload = world.upload(phone_photo(), key=key)
    answer = world.report(
        category="school",
        description=MARKER,
        location={"lat": 59.3307, "lon": 18.0593, "text": "Norra skolan"},
        photos=[upload],
        key=key,
        **changes,
    )
    assert answer.status == 201, answer.text
    world.judge(upload)
    world.settle()
    return answer.json()


def test_a_private_case_is_seen_only_with_its_token(world: World) -> None:
    receipt = _private(world)
    reference, token = receipt["reference"], receipt["token"]
    with_token = world.case(reference, token).json()
    assert with_token["description"] == MARKER
    photo = with_token["photos"][0]["url"].removeprefix("https://synpunkt.example")

    for answer in (
        world.case(reference),
        world.case(reference, "x" * 32),
        world.call("cases", "GET", f"/c/{reference}"),
        world.call("cases", "GET", photo),
        world.call("cases", "GET", photo.replace("1600", "320")),
    ):
        assert answer.status == 404
        assert MARKER not in answer.text
        assert "Norra skolan" not in answer.text

    authorised = {"Authorization": f"Bearer {token}"}
    assert world.call("cases", "GET", photo, headers=authorised).status == 200
    rows = world.call("cases", "GET", "/api/v1/cases", query={"municipality": "0180"}).json()
    assert rows == {"cases": [], "next": None}


def test_the_answer_for_private_and_for_none_is_the_same(world: World) -> None:
    receipt = _private(world)
    private, none = world.case(receipt["reference"]), world.case("222-2222")
    assert (private.status, private.text) == (none.status, none.text)


def test_the_events_of_a_private_case_carry_no_place_and_no_words(world: World) -> None:
    _private(world)
    messages = json.dumps(world.topic_messages, ensure_ascii=False)
    assert [each["event"]["type"] for each in world.topic_messages] == ["CaseRouted", "CaseDelivered"]
    # The photo was there before anyone knew whose case it is, so the routing says so.
    assert world.topic_messages[0]["event"]["data"]["photo_count"] == 1
    for forbidden in (MARKER, "Norra skolan", "59.33", "18.05", 'border_m": 1', "slog igen"):
        assert forbidden not in messages


def test_the_work_mail_of_a_private_case_keeps_its_words_behind_the_link(world: World) -> None:
    receipt = _private(world)
    (mail,) = world.mails
    assert mail.to == "education@0180.example"
    assert MARKER not in mail.text
    assert "Norra skolan" not in mail.text + mail.subject
    work = Link(world, mail)
    assert work.token != receipt["token"]
    assert MARKER in work.open().text


def test_the_page_opens_for_the_holder_of_the_link(world: World) -> None:
    receipt = _private(world)
    path = f"/c/{receipt['reference']}"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    wrong = world.call("cases", "POST", path, body="token=" + "x" * 32, headers=form)
    assert (wrong.status, MARKER in wrong.text) == (404, False)
    opened = world.call("cases", "POST", path, body=f"token={receipt['token']}", headers=form)
    assert opened.status == 303
    assert opened.headers["location"] == path
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert f"Path={path}" in cookie
    page = world.call("cases", "GET", path, headers={"Cookie": cookie.split(";")[0]})
    assert page.status == 200
    assert MARKER in page.text
    assert receipt["token"] not in page.text


@pytest.mark.parametrize(
    ("fields", "visibility"),
    [
        ({"category": "pothole"}, "public"),
        ({}, "public"),
        ({"category": "pothole", "publish": False}, "private"),
        ({"category": "school", "publish": True}, "private"),
        ({"category": "other", "kind": "complaint"}, "held"),
        ({"kind": "question"}, "held"),
        ({"kind": "suggestion"}, "public"),
        ({"kind": "question", "category": "street_light"}, "public"),
    ],
)
def test_visibility_from_the_first_day(world: World, fields: dict[str, Any], visibility: str) -> None:
    answer = world.report({"description": "Något.", "municipality": "0180", **fields})
    receipt = answer.json()
    assert world.case(receipt["reference"], receipt["token"]).json()["visibility"] == visibility
    assert world.case(receipt["reference"]).status == (200 if visibility == "public" else 404)


def test_public_text_is_masked_and_the_reporter_reads_all(world: World) -> None:
    words = "Ring mig på 070-174 06 05 eller anna@example.org, pnr 19811218-9876."
    receipt = world.report(description=words).json()
    public = world.case(receipt["reference"]).json()
    for secret in ("174", "anna@example.org", "9876"):
        assert secret not in json.dumps(public["description"] or "")
    assert world.case(receipt["reference"], receipt["token"]).json()["description"] == words


def test_photos_of_a_case_nobody_has_taken_on_are_held(world: World) -> None:
    key = str(uuid.uuid4())
    upload = world.upload(phone_photo(), key=key)
    receipt = world.report(location={"lat": 57.7089, "lon": 11.9746}, photos=[upload], key=key).json()
    world.judge(upload)
    world.settle()
    public = world.case(receipt["reference"]).json()
    assert (public["photos"], public["photos_held"]) == ([], 1)
    assert world.call("cases", "GET", f"/c/{receipt['reference']}/photos/{upload}/1600.jpg").status == 404
    assert len(world.case(receipt["reference"], receipt["token"]).json()["photos"]) == 1


def test_lists_are_paged_newest_first(world: World) -> None:
    posted = [world.report().json()["reference"] for _ in range(5)]
    world.settle()
    seen: list[str] = []
    after = ""
    while True:
        page = world.call("cases", "GET", "/api/v1/cases", query={"municipality": "0180", "after": after, "limit": "2"})
        assert len(page.json()["cases"]) <= 2
        assert {row["municipality"]["code"] for row in page.json()["cases"]} == {"0180"}
        seen += [row["reference"] for row in page.json()["cases"]]
        after = page.json()["next"]
        if after is None:
            break
    assert seen == list(reversed(posted))
    assert world.call("cases", "GET", "/api/v1/cases", query={"municipality": "9999"}).status == 422
    assert world.call("cases", "GET", "/api/v1/cases").status == 422
    bad = world.call("cases", "GET", "/api/v1/cases", query={"municipality": "0180", "after": "nonsense"})
    assert bad.status == 422


def test_unknown_addresses_are_problems_not_pages(world: World) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = world.call("cases", method, "/api/v1/nothing/here")
        assert answer.status == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "not_found"
