"""Photos at the desk: seen by those who have the case, taken away and put back, and covered for good."""

from __future__ import annotations

import io
import uuid
from typing import Any

import boto3
import pytest
from PIL import Image

from functions.photo.masking import Masker
from synpunkt.http import photos
from synpunkt.identity import Role, Scope
from synpunkt.photos import rendition_key
from tests.component.pictures import phone_photo
from tests.component.test_contact_data import HANDLER, WHY, ask, do, employed
from tests.component.world import Reply, World
from tests.tokens import bearer

# Over the photo's red corner, and a little more.
BOX = {"x": 0, "y": 0, "width": 0.3, "height": 0.3}
# What the red corner looks like, and what covers it.
RED, BLACK = (220, 20, 20), (0, 0, 0)


def reported(world: World, **report: Any) -> dict[str, Any]:
    """A case in 0180 with a photo whose corner is red."""
    key = str(uuid.uuid4())
    upload = world.upload(phone_photo(1600, 1200), key=key)
    receipt: dict[str, Any] = world.report(photos=[upload], key=key, **report).json()
    world.judge(upload)
    world.settle()
    return {**receipt, "photo": upload}


def photo_of(world: World, receipt: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The photo as the desk tells of it."""
    case = ask(world, receipt["case_id"], "", headers or bearer(HANDLER)).json()
    [photo] = case["photos"]
    found: dict[str, Any] = photo
    return found


def get(world: World, url: str, room: str = "desk", **headers: str) -> Reply:
    """What is at a relative address."""
    path, _, link = url.partition("?link=")
    return world.call(room, "GET", path, query={"link": link} if link else None, headers=headers)


def act(world: World, receipt: dict[str, Any], what: str, **body: Any) -> Reply:
    """Something done to the photo by a handler."""
    return do(world, receipt["case_id"], f"photos/{receipt['photo']}/{what}", bearer(HANDLER), **body)


def corner(answer: Reply) -> tuple[int, ...]:
    """The colour of the photo's upper left corner."""
    assert answer.status == 200, answer.text
    image = Image.open(io.BytesIO(answer.content)).convert("RGB")
    pixel = image.getpixel((image.width // 10, image.height // 10))
    assert isinstance(pixel, tuple)
    return pixel


def like(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two colours are the same but for what JPEG makes of them."""
    return all(abs(a - b) < 25 for a, b in zip(one, other, strict=True))


def stored(receipt: dict[str, Any]) -> dict[str, bytes]:
    """Every drawing of the photo that is kept."""
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket="photos", Prefix=f"photos/{receipt['photo']}/").get("Contents", [])
    return {each["Key"]: s3.get_object(Bucket="photos", Key=each["Key"])["Body"].read() for each in found}


# ---- who sees them ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("publish", [True, False])
def test_an_image_shows_photos_to_those_who_have_the_case_for_a_few_minutes(world: World, publish: bool) -> None:
    receipt = reported(world, publish=publish)
    photo = photo_of(world, receipt)
    assert (photo["visibility"], photo["masked"]) == ("public" if publish else "private", False)
    for name in ("url", "thumbnail_url"):
        assert photo[name].startswith("/api/v1/desk/cases/")
        shown = get(world, photo[name])
        assert (shown.status, shown.headers["content-type"]) == (200, "image/jpeg")
        assert shown.headers["cache-control"] == "private, no-store"
    assert photo_of(world, receipt)["url"] == photo["url"], "a page that looks again loads nothing again"
    with world.later(minutes=16):
        assert get(world, photo["url"]).status == 404
        assert photo_of(world, receipt)["url"] != photo["url"]


def test_a_forged_address_and_that_of_another_photo_size_or_case_show_nothing(world: World) -> None:
    receipt, other = reported(world, publish=False), reported(world, publish=False)
    url, second = photo_of(world, receipt)["url"], photo_of(world, other)["url"]
    path, _, link = url.partition("?link=")
    until, _, code = link.partition(".")
    later = f"{int(until, 16) + 3600:x}"
    for wrong in (
        path,
        f"{path}?link=",
        f"{path}?link={link[:-1]}{'A' if link[-1] != 'A' else 'B'}",
        f"{path}?link={later}.{code}",
        f"{path}?link={second.partition('?link=')[2]}",
        f"{second.partition('?')[0]}?link={link}",
        url.replace("1600.jpg", "320.jpg"),
        url.replace("1600.jpg", "1600-1.jpg"),
        url.replace("1600.jpg", "..%2Fx"),
        f"{path}?link=\u00e5.\u00e4",
    ):
        assert get(world, wrong).status == 404, wrong
    assert get(world, url).status == 200


def test_whoever_handed_the_case_on_sees_no_more_than_everybody(world: World) -> None:
    world.claim("0184")
    registrar = employed(world, Role.REGISTRAR)
    private, public = reported(world, publish=False), reported(world)
    before = photo_of(world, private)["url"]
    for receipt in (private, public):
        do(world, receipt["case_id"], "hand-over", registrar, municipality="0184", reason=WHY)
    assert get(world, before).status == 404, "the address was for those who had it"
    assert ask(world, private["case_id"], "", registrar).json()["photos"] == []
    url = photo_of(world, public, registrar)["url"]
    assert url == f"/c/{public['reference']}/photos/{public['photo']}/1600.jpg"
    assert get(world, url, "cases").status == 200
    there = employed(world, Role.HANDLER, "0184")
    assert get(world, photo_of(world, private, there)["url"]).status == 200


# ---- taken away, put back, published ---------------------------------------------------------------------------------


def test_a_photo_is_taken_away_with_a_reason_and_put_back(world: World) -> None:
    receipt = reported(world)
    public = f"/c/{receipt['reference']}/photos/{receipt['photo']}/1600.jpg"
    assert act(world, receipt, "hide").status == 422
    assert act(world, receipt, "hide", reason="Ett ansikte syns.").json()["photos"][0]["visibility"] == "private"
    world.settle()
    case = world.case(receipt["reference"]).json()
    assert (case["photos"], case["photos_held"]) == ([], 0)
    assert "PhotoHidden" not in [each["type"] for each in case["timeline"]]
    assert get(world, public, "cases").status == 404
    assert get(world, photo_of(world, receipt)["url"]).status == 200
    timeline = ask(world, receipt["case_id"], "", bearer(HANDLER)).json()["timeline"]
    assert (timeline[-1]["type"], timeline[-1]["reason"]) == ("PhotoHidden", "Ett ansikte syns.")
    assert act(world, receipt, "show").json()["photos"][0]["visibility"] == "public"
    assert get(world, public, "cases").status == 200
    other = act(world, {**receipt, "photo": "01KAK2Z3Q8VJ5N7W9X4T6R1B0M"}, "show")
    assert (other.status, other.json()["code"]) == (404, "photo_unknown")


def test_a_held_case_is_looked_at_and_shown_with_its_words_and_photos(world: World) -> None:
    receipt = reported(world, category="other", kind="complaint")
    assert world.case(receipt["reference"]).status == 404
    case = ask(world, receipt["case_id"], "", bearer(HANDLER)).json()
    assert (case["visibility"], case["photos"][0]["visibility"]) == ("held", "held")
    shown = do(world, receipt["case_id"], "publish", bearer(HANDLER)).json()
    assert (shown["visibility"], shown["photos"][0]["visibility"]) == ("public", "public")
    public = world.case(receipt["reference"]).json()
    assert (public["description_state"], len(public["photos"])) == ("public", 1)
    listed = world.call("cases", "GET", "/api/v1/cases", query={"municipality": "0180"}).json()["cases"]
    assert [each["reference"] for each in listed] == [receipt["reference"]]
    world.settle()
    told = world.topic_messages[-1]["event"]
    assert (told["type"], told["data"]["location"]["lat"]) == ("CaseReviewed", 59.3307)
    assert do(world, receipt["case_id"], "publish", bearer(HANDLER), visibility="private").status == 200
    assert world.case(receipt["reference"]).status == 404


def test_what_the_reporter_wished_private_is_not_published(world: World) -> None:
    receipt = reported(world, publish=False)
    refused = do(world, receipt["case_id"], "publish", bearer(HANDLER))
    assert (refused.status, refused.json()["code"]) == (409, "case_is_private")


# ---- covered ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", ["cases", "desk"])
def test_a_photo_that_is_drawn_anew_while_it_is_fetched_is_not_there_and_then_the_new_one_is(
    world: World, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case was read before; the drawing it spoke of is deleted before it is fetched."""
    receipt = reported(world)
    latest = f"/c/{receipt['reference']}/photos/{receipt['photo']}/1600.jpg"
    url = photo_of(world, receipt)["url"] if room == "desk" else latest
    drawn: list[bool] = []

    def meanwhile(*arguments: Any) -> str:
        if not drawn:
            drawn.append(True)
            act(world, receipt, "mask", boxes=[BOX])
            world.settle()
        return rendition_key(*arguments)

    monkeypatch.setattr(photos, "rendition_key", meanwhile)
    answer = get(world, url, room)
    assert (answer.status, answer.json()["code"]) == (404, "not_found")
    url = photo_of(world, receipt)["url"] if room == "desk" else latest
    assert like(corner(get(world, url, room)), BLACK)


def test_what_is_covered_is_gone_everywhere_and_nobody_outside_sees_it_meanwhile(world: World) -> None:
    receipt = reported(world)
    reference = receipt["reference"]
    old = f"/c/{reference}/photos/{receipt['photo']}/1600.jpg"
    assert like(corner(get(world, old, "cases")), RED)
    before, seen_by_desk = stored(receipt), photo_of(world, receipt)["url"]

    answer = act(world, receipt, "mask", boxes=[BOX])
    [photo] = answer.json()["photos"]
    assert (photo["being_masked"], photo["masked"], photo["visibility"]) == (True, False, "held")
    # From the moment of the request: for everybody, the reporter and those with the link of a work mail.
    token = {"Authorization": f"Bearer {receipt['token']}"}
    assert get(world, old, "cases").status == get(world, old, "cases", **token).status == 404
    for case in (world.case(reference).json(), world.case(reference, receipt["token"]).json()):
        assert (case["photos"], case["photos_held"], case["photos_being_masked"]) == ([], 0, 1)
    assert "bearbetas" in world.call("cases", "GET", f"/c/{reference}").text
    assert like(corner(get(world, photo["url"])), RED), "they may have to draw more"

    world.settle()
    [photo] = ask(world, receipt["case_id"], "", bearer(HANDLER)).json()["photos"]
    assert (photo["being_masked"], photo["masked"], photo["visibility"]) == (False, True, "public")
    case = world.case(reference).json()
    assert case["photos"][0]["url"].endswith(f"/photos/{receipt['photo']}/1600-1.jpg"), "a new address"
    for url in (case["photos"][0]["url"], case["photos"][0]["thumbnail_url"]):
        assert like(corner(get(world, url.removeprefix("https://synpunkt.example"), "cases")), BLACK)
    assert like(corner(get(world, photo["url"])), BLACK)
    assert like(corner(get(world, old, "cases")), BLACK), "an address from a mail shows it as it is now"
    assert like(corner(get(world, seen_by_desk)), BLACK)
    assert sorted(stored(receipt)) == [f"photos/{receipt['photo']}/{size}-1.jpg" for size in ("1600", "320")]
    assert not set(stored(receipt).values()) & set(before.values())
    types = [each["type"] for each in ask(world, receipt["case_id"], "", bearer(HANDLER)).json()["timeline"]]
    assert types[-2:] == ["PhotoMaskAsked", "PhotoMasked"]
    assert not {"PhotoMaskAsked", "PhotoMasked"} & {each["type"] for each in case["timeline"]}


def test_two_requests_at_once_and_messages_told_twice_cover_everything_once(world: World) -> None:
    receipt = reported(world)
    act(world, receipt, "mask", boxes=[{"x": 0.9, "y": 0.9, "width": 0.1, "height": 0.1}])
    act(world, receipt, "mask", boxes=[BOX])
    world.stream(world.unpublished())
    events = [each for each in world.take_events() if each["detail-type"] == "PhotoMaskAsked"]
    assert len(events) == 2
    for event in (*reversed(events), *events):
        world.react(event)
    world.settle()
    assert sorted(stored(receipt)) == [f"photos/{receipt['photo']}/{size}-2.jpg" for size in ("1600", "320")]
    url = photo_of(world, receipt)["url"]
    assert like(corner(get(world, url)), BLACK)
    image = Image.open(io.BytesIO(get(world, url).content)).convert("RGB")
    pixel = image.getpixel((image.width - 20, image.height - 20))
    assert isinstance(pixel, tuple)
    assert like(pixel, BLACK)
    types = [each["type"] for each in ask(world, receipt["case_id"], "", bearer(HANDLER)).json()["timeline"]]
    assert types.count("PhotoMasked") == 1


def test_what_is_asked_for_while_it_is_drawn_is_not_shown_before_it_is_covered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = reported(world)
    act(world, receipt, "mask", boxes=[{"x": 0.9, "y": 0.9, "width": 0.1, "height": 0.1}])
    real = Masker._tell
    asked: list[int] = []

    def more_is_asked(self: Masker, *arguments: Any) -> None:
        if not asked:
            asked.append(act(world, receipt, "mask", boxes=[BOX]).status)
        real(self, *arguments)

    monkeypatch.setattr(Masker, "_tell", more_is_asked)
    world.stream(world.unpublished())
    for event in world.take_events():
        world.react(event)
    assert photo_of(world, receipt)["being_masked"], "what was drawn covers too little"
    assert world.case(receipt["reference"]).json()["photos"] == []
    world.settle()
    assert asked == [200]
    assert like(corner(get(world, photo_of(world, receipt)["url"])), BLACK)


def test_a_photo_that_cannot_be_drawn_stays_unseen_and_its_message_goes_back(world: World) -> None:
    receipt = reported(world)
    for key in stored(receipt):
        boto3.client("s3").put_object(Bucket="photos", Key=key, Body=b"x")
    act(world, receipt, "mask", boxes=[BOX])
    world.stream(world.unpublished())
    [event] = [each for each in world.take_events() if each["detail-type"] == "PhotoMaskAsked"]
    assert world.invoke("photo.on_mask", event) == ["0"]
    assert world.case(receipt["reference"]).json()["photos_being_masked"] == 1


def test_a_body_sees_nothing_of_a_photo_that_was_taken_away_or_is_being_covered(world: World) -> None:
    from tests.component.test_hand_over import Desk, Link

    desk, receipt = Desk(world), reported(world)
    assert act(world, receipt, "hide", reason="Ett ansikte syns.").status == 200
    desk.do("hand-over", receipt["case_id"], body="trafikverket", reason=WHY)
    world.settle()
    link = Link(world, next(mail for mail in world.mails if mail.to == "vag@trafikverket.example"))
    assert receipt["photo"] not in link.open().text
    assert link.get(f"{link.path}/photos/{receipt['photo']}/1600.jpg").status == 404


@pytest.mark.parametrize(
    "boxes",
    [
        [],
        [BOX] * 31,
        [{**BOX, "x": -0.1}],
        [{**BOX, "x": 0.8}],
        [{**BOX, "y": 0.71}],
        [{**BOX, "x": 1}],
        [{**BOX, "width": 0}],
        [{**BOX, "height": -0.1}],
        [{**BOX, "width": 1.1}],
        [{**BOX, "width": float("nan")}],
        [{**BOX, "x": float("inf")}],
        [{**BOX, "x": "0.1"}],
        [{**BOX, "x": True}],
        [{**BOX, "z": 1}],
        [{"x": 0, "y": 0, "width": 0.1}],
        [None],
        None,
    ],
)
def test_boxes_that_are_none_are_refused_and_change_nothing(world: World, boxes: Any) -> None:
    receipt = world.report().json()
    world.settle()
    before = ask(world, receipt["case_id"], "", bearer(HANDLER)).json()
    path = f"photos/{'0' * 26}/mask"
    answer = do(world, receipt["case_id"], path, bearer(HANDLER), boxes=boxes)
    assert answer.status == 422, answer.text
    assert ask(world, receipt["case_id"], "", bearer(HANDLER)).json() == before


def test_a_mask_asked_for_on_a_case_that_has_changed_is_refused(world: World) -> None:
    receipt = reported(world)
    key = {"Authorization": "Bearer " + world.key("Läsare", ["0180"], [Scope.READ])[0]}
    version = ask(world, receipt["case_id"], "", key).json()["version"]
    act(world, receipt, "hide", reason="Ett ansikte syns.")
    late = act(world, receipt, "mask", boxes=[BOX], version=version)
    assert (late.status, late.json()["code"]) == (409, "case_changed")


def test_a_photo_stands_for_the_case_in_lists_until_it_is_taken_away(world: World) -> None:
    receipt = reported(world)

    def thumbnails(who: str = HANDLER, code: str = "0180") -> list[str | None]:
        seen = []
        for path, more in (("inbox", {}), ("search", {"q": receipt["reference"]})):
            query = {"municipality": code, **more}
            answer = world.call("desk", "GET", f"/api/v1/desk/{path}", headers=bearer(who), query=query).json()
            seen += [row["photo"] and row["photo"]["thumbnail_url"] for row in answer["cases"]]
        return seen

    for url in thumbnails():
        assert url is not None
        assert corner(get(world, url)) != BLACK
    act(world, receipt, "mask", boxes=[BOX])
    world.settle()
    before = thumbnails()[0]
    assert before is not None
    assert max(corner(get(world, before))) < 60, "the same address shows it as it is now"
    act(world, receipt, "hide", reason="Ett ansikte.")
    assert thumbnails() == [None, None]
    act(world, receipt, "show")
    assert None not in thumbnails()
    # Handed on, it is no more theirs to see by that address.
    world.claim("0184")
    do(world, receipt["case_id"], "hand-over", employed(world, Role.REGISTRAR), municipality="0184", reason=WHY)
    assert thumbnails() == [None]
    assert get(world, before).status == 404
