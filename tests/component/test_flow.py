"""One report through all the rooms, and what becomes of it where somebody has joined and where nobody has."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.component.world import PUBLIC_URL, Reply, World, claimed_messages


def _types(case: dict[str, Any]) -> list[str]:
    return [entry["type"] for entry in case["timeline"]]


def test_a_report_reaches_queue_department_and_reporter(world: World) -> None:
    answer = world.report(
        location={"lat": 59.3307, "lon": 18.0593, "text": "Vasagatan 1"},
        reporter={"email": "anna@example.org", "name": "Anna"},
    )
    assert answer.status == 201, answer.text
    receipt = answer.json()
    assert receipt.keys() == {"case_id", "reference", "status_url", "token", "notices"}
    assert receipt["status_url"] == f"{PUBLIC_URL}/c/{receipt['reference']}"
    world.settle()

    case = world.case(receipt["reference"]).json()
    assert case["status"] == "delivered"
    assert case["municipality"] == {"code": "0180", "name": "Stockholms stad"}
    assert case["department"]["id"] == "street"
    assert _types(case) == ["ReportSubmitted", "CaseRouted", "CaseDelivered"]
    assert [entry["sequence"] for entry in case["timeline"]] == [1, 2, 3]

    sent = [each["event"]["type"] for each in world.topic_messages if each["municipality"] == "0180"]
    assert sent == ["CaseRouted", "CaseDelivered"]

    work, receipt_mail = sorted(world.mails, key=lambda mail: mail.to == "anna@example.org")
    assert work.to == "street@0180.example"
    assert work.subject == f"[{receipt['reference']}] Felanmälan: hål i vägen, nära Vasagatan 1"
    assert "Ett djupt hål" in work.text
    assert "anna@example.org" not in work.text
    assert receipt["token"] not in work.text
    assert receipt["reference"] in receipt_mail.subject
    assert f"{receipt['status_url']}#t={receipt['token']}" in receipt_mail.text


def test_an_unclaimed_municipality_is_honestly_told_of(world: World) -> None:
    answer = world.report(location={"lat": 57.7089, "lon": 11.9746}, reporter={"email": "anna@example.org"})
    receipt = answer.json()
    assert "unclaimed" in [notice["code"] for notice in receipt["notices"]]
    world.settle()

    case = world.case(receipt["reference"]).json()
    assert case["municipality"]["code"] == "1480"
    assert case["department"]["id"] == "street"
    assert case["claimed"] is False
    assert case["status"] == "routed"
    assert case["status_text"] == "Inte framme än"
    assert case["routing"]["fallback_level"] == "triage"
    assert _types(case) == ["ReportSubmitted", "CaseRouted", "CaseTriaged"]

    (mail,) = world.mails
    assert "tar ännu inte emot ärenden" in mail.text
    assert "Text att skicka till kommunen" in mail.text

    from synpunkt.stores.cases import CaseStore

    (row,) = CaseStore("synpunkt-test-cases").list_triage(after=None, limit=10).rows
    assert row["reference"] == receipt["reference"]
    assert row["triage_reason"] == "unclaimed"


def test_a_report_about_no_place_goes_to_the_municipality_it_names(world: World) -> None:
    answer = world.report({"description": "Tack för fin vinterväghållning.", "kind": "praise", "municipality": "0183"})
    assert answer.status == 201, answer.text
    world.settle()
    case = world.case(answer.json()["reference"], answer.json()["token"]).json()
    assert case["municipality"]["code"] == "0183"
    assert case["department"]["id"] == "registrar"
    assert case["routing"]["municipality_method"] == "municipality_given"


def test_the_point_decides_when_it_disagrees_with_the_municipality(world: World) -> None:
    answer = world.report(municipality="0183")
    assert "point_decides" in [notice["code"] for notice in answer.json()["notices"]]
    world.settle()
    assert world.case(answer.json()["reference"]).json()["municipality"]["code"] == "0180"


BESIDE_SOLNA = {"lat": 59.3492, "lon": 18.035, "accuracy_m": 12, "method": "gps"}  # in Stockholm, 10 m from the border


def _notices(answer: Reply) -> set[str]:
    return {notice["code"] for notice in answer.json()["notices"]}


def test_near_a_border_the_reporters_choice_decides_and_is_explained(world: World) -> None:
    world.claim("0184")
    answer = world.report(location=BESIDE_SOLNA, municipality="0184")
    assert _notices(answer) & {"chosen_near_border", "point_decides", "near_border"} == {"chosen_near_border"}
    world.settle()
    case = world.case(answer.json()["reference"]).json()
    assert (case["municipality"]["code"], case["location"]["lat"]) == ("0184", 59.3492)
    assert case["routing"]["municipality_method"] == "chosen_near_border"
    assert case["routing"]["neighbour"] == "0180"
    assert case["routing"]["sentence"].startswith("Du valde Solna stad. Platsen du angav ligger i Stockholms stad")
    assert [mail.to for mail in world.mails] == ["street@0184.example"]


@pytest.mark.parametrize("chosen", [None, "0180"])
def test_near_a_border_the_point_decides_unless_the_neighbour_is_chosen(world: World, chosen: str | None) -> None:
    answer = world.report(location=BESIDE_SOLNA, **({"municipality": chosen} if chosen else {}))
    assert _notices(answer) & {"chosen_near_border", "point_decides", "near_border"} == {"near_border"}
    world.settle()
    case = world.case(answer.json()["reference"]).json()
    assert (case["municipality"]["code"], case["routing"]["municipality_method"]) == ("0180", "point")


def test_near_a_border_another_municipality_than_the_neighbour_does_not_decide(world: World) -> None:
    answer = world.report(location=BESIDE_SOLNA, municipality="0980")
    assert {"point_decides", "near_border"} <= _notices(answer)
    world.settle()
    assert world.case(answer.json()["reference"]).json()["municipality"]["code"] == "0180"


def test_the_events_of_a_private_case_do_not_tell_that_it_lies_beside_a_border(world: World) -> None:
    world.claim("0184")
    world.report(location=BESIDE_SOLNA, municipality="0184", kind="complaint", publish=False)
    world.settle()
    routed = next(each["event"] for each in world.topic_messages if each["event"]["type"] == "CaseRouted")
    routing = routed["data"]["routing"]
    assert routing["municipality_method"] == "municipality_given"
    assert [routing[name] for name in ("border_m", "neighbour", "neighbour_m", "sentences")] == [None] * 4


def test_a_position_known_to_5_km_is_accepted_and_said_to_be_uncertain(world: World) -> None:
    visby = {"lat": 57.638, "lon": 18.296, "accuracy_m": 5000, "method": "gps"}
    answer = world.report(location=visby)
    assert answer.status == 201
    assert "place_uncertain" in _notices(answer)
    world.settle()
    case = world.case(answer.json()["reference"]).json()
    assert (case["routing"]["uncertain"], case["routing"]["neighbour"]) == (True, None)
    assert "positionen är ungefärlig" in case["routing"]["sentence"]
    page = world.call("cases", "GET", f"/c/{answer.json()['reference']}")
    assert "positionen är ungefärlig" in page.text
    assert "5000 meter fel" in page.text


def test_a_position_known_to_5_km_beside_a_border_says_both(world: World) -> None:
    answer = world.report(location={**BESIDE_SOLNA, "accuracy_m": 5000})
    assert {"near_border", "place_uncertain"} <= _notices(answer)


def test_beside_the_national_border_nobody_blames_the_phone(world: World) -> None:
    answer = world.report(location={"lat": 65.835, "lon": 24.1472, "accuracy_m": 5})
    assert _notices(answer) & {"near_border", "near_national_border", "place_uncertain"} == {"near_national_border"}
    world.settle()
    sentence = world.case(answer.json()["reference"], answer.json()["token"]).json()["routing"]["sentence"]
    assert "till Sveriges gräns" in sentence
    assert "ungefärlig" not in sentence


def test_a_refused_mail_goes_to_the_next_recipient(world: World) -> None:
    world.mail_hook = _refuse("street@0180.example")
    receipt = world.report().json()
    world.settle()
    assert [mail.to for mail in world.mails] == ["registrator@0180.example"]
    case = world.case(receipt["reference"]).json()
    assert case["status"] == "delivered"
    assert "DeliveryFailed" in _types(case)


def test_a_later_bounce_goes_to_the_next_recipient_by_itself(world: World) -> None:
    receipt = world.report().json()
    world.settle()
    assert [mail.to for mail in world.mails] == ["street@0180.example"]
    world.invoke("deliver.on_bounce", _bounce(_message_id(receipt["case_id"])))
    world.settle()
    assert [mail.to for mail in world.mails] == ["street@0180.example", "registrator@0180.example"]
    # Nobody may count on the first mail again, should the case ever come back to that address.
    assert _states(receipt["case_id"]) == {"mail:street": "refused", "mail:registrar": "sent"}

    # The registrar's mail bounces, too; the municipality's systems still have the case, so nothing is lost.
    world.invoke("deliver.on_bounce", _bounce(_message_id(receipt["case_id"], recipient="mail:registrar")))
    world.settle()
    case = world.case(receipt["reference"]).json()
    assert case["status"] == "delivered"
    assert _types(case).count("DeliveryFailed") == 2


def test_when_every_recipient_fails_the_case_is_in_triage_and_says_so(world: World) -> None:
    world.claim("0180", topic_arn={"NULL": True})
    world.mail_hook = _refuse("0180.example")
    receipt = world.report(reporter={"email": "anna@example.org"}).json()
    world.settle()
    told, corrected = [mail.text for mail in world.mails]
    assert "Vi skickar det till" in told
    assert "inte lyckats få fram" in corrected
    assert "Text att skicka till kommunen" in corrected
    case = world.case(receipt["reference"]).json()
    assert case["status"] == "routed"
    assert case["status_text"] == "Inte framme än"
    assert _types(case)[-1] == "CaseTriaged"


def test_a_topic_that_is_gone_stops_nothing(world: World) -> None:
    world.claim("0180", topic_arn={"S": "arn:aws:sns:eu-north-1:123456789012:nobody-here"})
    receipt = world.report().json()
    world.settle()
    case = world.case(receipt["reference"]).json()
    assert case["status"] == "delivered"
    assert [mail.to for mail in world.mails] == ["street@0180.example"]
    assert _types(case).count("DeliveryFailed") == 1


@pytest.mark.parametrize("before", [False, True])
def test_a_topic_that_nobody_listens_to_delivers_nothing(world: World, before: bool) -> None:
    """`before`: somebody listened when it was decided, and nobody does when it is delivered."""
    if not before:
        world.claim("0180", topic_subscribers={"BOOL": False})
    world.mail_hook = _refuse("0180.example")
    receipt = world.report().json()
    world.stream(world.unpublished())
    (submitted,) = world.take_events()
    world.react(submitted)
    world.claim("0180", topic_subscribers={"BOOL": False})
    world.settle()
    case = world.case(receipt["reference"]).json()
    assert (case["status_text"], _types(case)[-1]) == ("Inte framme än", "CaseTriaged")
    assert "CaseDelivered" not in _types(case)
    # Whoever begins to listen hears from then on; nothing needs to be set up in the case for it.
    assert "CaseRouted" in [each["event"]["type"] for each in world.topic_messages]


def test_one_address_for_all_is_mailed_once_and_its_bounce_ends_in_triage(world: World) -> None:
    world.claim("0180", topic_arn={"NULL": True}, registrar_mail={"S": "Street@0180.example"})
    receipt = world.report().json()
    world.settle()
    assert len(world.mails) == 1
    assert _types(world.case(receipt["reference"]).json())[-1] == "CaseDelivered"
    world.invoke("deliver.on_bounce", _bounce(_message_id(receipt["case_id"], recipient=None)))
    world.settle()
    case = world.case(receipt["reference"]).json()
    assert (case["status_text"], _types(case)[-1]) == ("Inte framme än", "CaseTriaged")
    assert len(world.mails) == 1


def test_a_bounce_that_comes_before_its_delivery_was_written_down(world: World) -> None:
    from synpunkt.stores.cases import CaseStore

    world.claim("0180", topic_arn={"NULL": True})
    receipt = world.report().json()
    world.stream(world.unpublished())
    world.invoke("route.on_event", *world.take_events())
    world.stream(world.unpublished())
    (routed,) = world.take_events()
    real = CaseStore.apply
    bounced: list[bool] = []

    def bounce_first(self: CaseStore, *arguments: Any, **more: Any) -> Any:
        if not bounced:
            bounced.append(True)
            with world.rights.of(None):
                message = _message_id(receipt["case_id"])
            assert world.invoke("deliver.on_bounce", _bounce(message)) == []
        return real(self, *arguments, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CaseStore, "apply", bounce_first)
        world.invoke("deliver.on_event", routed)
    world.settle()
    assert [mail.to for mail in world.mails] == ["street@0180.example", "registrator@0180.example"]
    assert world.case(receipt["reference"]).json()["status"] == "delivered"


def test_a_notice_about_an_unknown_message_is_kept_in_its_queue(world: World) -> None:
    assert world.invoke("deliver.on_bounce", _bounce("never-heard-of")) == ["0"]


@pytest.mark.parametrize(("sub_type", "arrived"), [("General", True), ("MailboxFull", False)])
def test_a_holiday_reply_is_no_bounce_and_a_full_mailbox_is(world: World, sub_type: str, arrived: bool) -> None:
    receipt = world.report().json()
    world.settle()
    bounce = _bounce(_message_id(receipt["case_id"]))
    bounce["bounce"] = {"bounceType": "Transient", "bounceSubType": sub_type}
    world.invoke("deliver.on_bounce", bounce)
    world.settle()
    assert (len(world.mails) == 1) == arrived


def test_a_bounce_told_twice_changes_nothing_more(world: World) -> None:
    receipt = world.report().json()
    world.settle()
    bounce = _bounce(_message_id(receipt["case_id"]))
    world.invoke("deliver.on_bounce", bounce)
    world.invoke("deliver.on_bounce", bounce)
    world.settle()
    assert _types(world.case(receipt["reference"]).json()).count("DeliveryFailed") == 1
    assert len(world.mails) == 2


def test_events_delivered_twice_and_out_of_order_change_nothing(world: World) -> None:
    receipt = world.report(reporter={"email": "anna@example.org"}).json()
    seen = []
    for _ in range(4):
        world.stream(world.unpublished())
        events = world.take_events()
        seen += events
        for event in events:
            world.react(event)
    before = world.case(receipt["reference"]).json()
    for event in reversed(seen):
        world.react(event)
    world.settle()
    assert world.case(receipt["reference"]).json() == before
    assert len(world.mails) == 2


def test_the_sweep_publishes_what_the_stream_never_told(world: World, monkeypatch: Any) -> None:
    from datetime import timedelta

    from functions.publish import on_schedule

    receipt = world.report().json()
    assert world.invoke("publish.on_schedule", {}) == []
    assert world.take_events() == []  # too young: still on its way through the stream

    monkeypatch.setattr(on_schedule, "_PATIENCE", timedelta(seconds=-5))
    assert world.invoke("publish.on_schedule", {}) == []
    (event,) = world.take_events()
    assert event["detail"]["case_id"] == receipt["case_id"]
    assert world.unpublished() == []


def _refuse(address_part: str) -> Any:
    from botocore.exceptions import ClientError

    def hook(message: Any) -> None:
        if re.search(re.escape(address_part), message.to):
            raise ClientError({"Error": {"Code": "MessageRejected", "Message": "no"}}, "SendEmail")

    return hook


def _message_id(case_id: str, recipient: str | None = "mail:street") -> str:

    rows = claimed_messages()
    mine = [row for row in rows if row["case_id"]["S"] == case_id and recipient in (None, row["recipient"]["S"])]
    message_id: str = mine[0]["message_id"]["S"]
    return message_id


def _states(case_id: str) -> dict[str, str]:

    rows = claimed_messages()
    return {row["recipient"]["S"]: row["state"]["S"] for row in rows if row["case_id"]["S"] == case_id}


def _bounce(message_id: str) -> dict[str, Any]:
    return {
        "eventType": "Bounce",
        "bounce": {"bounceType": "Permanent", "bounceSubType": "General"},
        "mail": {"messageId": message_id},
    }
