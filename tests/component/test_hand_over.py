"""Handing over, returning and referring through the real rooms: by key, and by the link of a mail."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from synpunkt import clock
from synpunkt.identity import Member, Role, Scope
from synpunkt.lifecycle import HAND_OVER_LIMIT, Accepted, Returned, send_to_triage, succeed_delivery
from synpunkt.returning import give_back, unanswered
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.versions import VersionStore
from tests.component.world import ENVIRONMENT, Message, Reply, World, claimed_messages
from tests.registries import TRAFIKVERKET, document
from tests.tokens import bearer

ENERGY = {
    "id": "energy",
    "name": {"sv": "Elbolaget", "en": "The power company"},
    "kind": "energy",
    "phone": "08-123 45 67",
    "url": "https://energy.example/fel",
    "turn_to": {"sv": "Anmäl fel på lampor hos Elbolaget.", "en": "Report broken lamps to the power company."},
}
WHY = "Det är statens väg, så den är inte vår."


class Desk:
    """Handlers with a key of one municipality each."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.claim("0184")
        versions = VersionStore(ENVIRONMENT["REGISTRY_TABLE"])
        versions.publish(document("0180", bodies=[TRAFIKVERKET, ENERGY]), author="a", note="n")
        keys = KeyStore(ENVIRONMENT["REGISTRY_TABLE"])
        for code in ("0180", "0183", "0184"):
            keys.keep(f"key-{code}", code, [code], [Scope.READ, Scope.WRITE], now=clock.now(), by="test")
        keys.keep("reader", "reader", ["0180"], [Scope.READ], now=clock.now(), by="test")

    def do(self, act: str, case_id: str, key: str = "key-0180", lang: str = "sv", **body: Any) -> Reply:
        headers = {"Authorization": f"Bearer {key}", "Accept-Language": lang}
        path = f"/api/v1/desk/cases/{case_id}" + (f"/{act}" if act else "")
        return self.world.call("desk", "POST" if act else "GET", path, body=body if act else None, headers=headers)

    def case(self, case_id: str, key: str = "key-0180") -> Any:
        answer = self.do("", case_id, key)
        assert answer.status == 200, answer.text
        return answer.json()


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def _case(world: World, **report: Any) -> dict[str, Any]:
    answer = world.report(**report)
    assert answer.status == 201, answer.text
    world.settle()
    receipt: dict[str, Any] = answer.json()
    return receipt


def _mails_to(world: World, address: str) -> list[Message]:
    return [mail for mail in world.mails if mail.to == address]


class Link:
    """Somebody who opened the link of a mail in a browser."""

    def __init__(self, world: World, mail: Message) -> None:
        found = re.search(r"https://synpunkt\.example(/work/[^#\s]+)#t=(\S+)", mail.text)
        assert found, mail.text
        self.world = world
        self.path, self.token = found.groups()
        self.cookie = ""

    def post(self, path: str | None = None, **fields: str) -> Reply:
        from urllib.parse import urlencode

        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        return self.world.call("desk", "POST", path or self.path, body=urlencode(fields), headers=headers)

    def contact(self) -> Reply:
        return self.post(f"{self.path}/contact")

    def open(self) -> Reply:
        answer = self.post(token=self.token)
        if answer.status == 303:
            self.cookie = answer.headers["set-cookie"].split(";")[0]
            return self.get()
        return answer

    def get(self, path: str | None = None) -> Reply:
        return self.world.call("desk", "GET", path or self.path, headers={"Cookie": self.cookie})


def _to_body(desk: Desk, receipt: dict[str, Any], **more: Any) -> Link:
    answer = desk.do("hand-over", receipt["case_id"], body="trafikverket", reason=WHY, **more)
    assert answer.status == 200, answer.text
    desk.world.settle()
    return Link(desk.world, _mails_to(desk.world, "vag@trafikverket.example")[-1])


# ---- by key ------------------------------------------------------------------------------------------------------


def test_a_municipality_gets_a_case_and_accepts_it_under_the_same_number(world: World, desk: Desk) -> None:
    receipt = _case(world, reporter={"email": "anna@example.org"})
    case_id, reference = receipt["case_id"], receipt["reference"]
    handed = desk.do("hand-over", case_id, municipality="0184", reason="Platsen ligger i Solna.")
    assert handed.status == 200, handed.text
    told = handed.json()
    assert (told["holder"]["id"], [each["id"] for each in told["came_from"]]) == ("0184", ["0180"])
    assert (told["hand_over"], told["answer_by"] is not None) == ("offered", True)
    world.settle()

    public = world.case(reference).json()
    assert public["reference"] == reference
    assert public["status_text"] == "Framme hos Solna stad"
    assert public["routing"]["municipality_method"] == "handed_over"
    labels = [entry["label"] for entry in public["timeline"]]
    assert "Framme hos Stockholms stad" in labels
    assert labels[-2:] == ["Stockholms stad lämnade över ärendet till Solna stad", "Framme hos Solna stad"]
    [entry] = [each for each in public["timeline"] if each["type"] == "CaseHandedOver"]
    assert entry["text"] == "Platsen ligger i Solna."
    assert entry["actor"] == "handler"

    [work] = _mails_to(world, "street@0184.example")
    assert work.subject == f"[{reference}] Överlämnat från Stockholms stad: hål i vägen"
    assert "Platsen ligger i Solna." in work.text
    assert "anna@example.org" not in work.text
    [event] = [
        each
        for each in world.topic_messages
        if each["event"]["type"] == "CaseHandedOver" and each["municipality"] == "0184"
    ]
    assert event["event"]["audience"] == ["0180", "0184"]
    assert "ligger i Solna." not in json.dumps(world.topic_messages, ensure_ascii=False)
    told_reporter = _mails_to(world, "anna@example.org")
    assert [mail.subject for mail in told_reporter][1:] == [f"[{reference}] Ditt ärende är överlämnat till Solna stad"]
    assert "Platsen ligger i Solna." in told_reporter[1].text

    for _ in range(2):
        accepted = desk.do("accept", case_id, "key-0184")
        assert (accepted.status, accepted.json()["hand_over"]) == (200, "accepted")
    world.settle()
    types = [entry["type"] for entry in world.case(reference).json()["timeline"]]
    assert types.count("HandOverAccepted") == 1
    assert world.case(reference).json()["status"] == "acknowledged"
    # Both sides see the history.
    assert desk.case(case_id)["timeline"] == desk.case(case_id, "key-0184")["timeline"]


def test_a_return_reaches_the_same_department_again(world: World, desk: Desk) -> None:
    receipt = _case(world, reporter={"email": "anna@example.org"})
    case_id = receipt["case_id"]
    desk.do("hand-over", case_id, municipality="0184", reason="Er väg.")
    world.settle()
    assert desk.do("return", case_id, "key-0184", reason="Nej, det är er sida av gränsen.").status == 200
    world.settle()
    _, back = _mails_to(world, "street@0180.example")
    assert back.subject.endswith("Tillbaka från Solna stad: hål i vägen")
    assert "er sida av gränsen" in back.text
    assert "Er väg." in Link(world, back).open().text
    case = world.case(receipt["reference"]).json()
    assert case["status_text"] == "Framme hos Stockholms stad"
    assert case["hand_over"] is None
    assert "Ärendet är tillbaka hos Stockholms stad." in case["routing"]["sentence"]
    assert _mails_to(world, "anna@example.org")[-1].subject.endswith("Ditt ärende är tillbaka hos Stockholms stad")
    # And out again: the same address is mailed a second time.
    desk.do("hand-over", case_id, municipality="0184", reason="Jo, vi har mätt.")
    world.settle()
    assert len(_mails_to(world, "street@0184.example")) == 2
    # Whoever returned it sees it no more than anybody does, until they have it again.
    assert desk.do("recall", case_id).status == 200
    assert desk.do("", case_id, "key-0184").status == 403


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"municipality": "1480"}, 422, "municipality_unclaimed"),
        ({"municipality": "9999"}, 422, "unknown_municipality"),
        ({"body": "energy"}, 422, "body_unreachable"),
        ({"body": "nobody"}, 422, "unknown_body"),
        ({"municipality": "0180"}, 409, "has_it_already"),
        ({"municipality": "0184", "body": "energy"}, 422, "invalid_request"),
        ({}, 422, "invalid_request"),
        ({"municipality": "0184", "reason": " \u200b "}, 422, "invalid_request"),
        ({"municipality": "0184", "reason": "x" * 2001}, 422, "invalid_request"),
        ({"municipality": None}, 422, "invalid_request"),
        ({"municipality": "0184", "version": "3"}, 422, "invalid_request"),
        ({"municipality": "0184", "version": True}, 422, "invalid_request"),
    ],
)
def test_what_is_refused_by_name(world: World, desk: Desk, body: dict[str, Any], status: int, code: str) -> None:
    receipt = _case(world)
    before = desk.case(receipt["case_id"])
    answer = desk.do("hand-over", receipt["case_id"], **{"reason": WHY, **body})
    assert (answer.status, answer.json()["code"]) == (status, code)
    assert desk.case(receipt["case_id"]) == before


def test_a_reason_that_is_too_long_is_called_that(desk: Desk, world: World) -> None:
    answer = desk.do("hand-over", _case(world)["case_id"], lang="sv", municipality="0184", reason="x" * 2001)
    assert [each["code"] for each in answer.json()["errors"]] == ["too_long"]


def test_a_case_that_is_not_yours_and_a_private_one_that_nobody_shall_know_of(world: World, desk: Desk) -> None:
    public, private = _case(world), _case(world, category="school")
    unknown = "01KAK2Z3Q8VJ5N7W9X4T6R1B0M"
    for act, body in (("", {}), ("hand-over", {"municipality": "0183", "reason": WHY}), ("accept", {})):
        assert desk.do(act, public["case_id"], "key-0183", **body).status == 403
        hidden = desk.do(act, private["case_id"], "key-0183", **body)
        missing = desk.do(act, unknown, "key-0183", **body)
        assert (hidden.status, hidden.text) == (missing.status, missing.text)
        assert hidden.status == 404
        assert desk.do(act, public["case_id"], "no-such-key", **body).status == 401
    assert desk.do("", private["case_id"], "reader").status == 200
    # Whoever reads it hears that they may not; it is nothing they did not know.
    assert desk.do("hand-over", private["case_id"], "reader", municipality="0184", reason=WHY).status == 403


def test_while_somebody_else_has_it_the_municipality_may_only_take_it_back(world: World, desk: Desk) -> None:
    receipt = _case(world)
    case_id = receipt["case_id"]
    _to_body(desk, receipt)
    for act, body in (
        ("hand-over", {"municipality": "0184", "reason": WHY}),
        ("accept", {}),
        ("return", {"reason": WHY}),
        ("refer", {"body": "energy"}),
    ):
        answer = desk.do(act, case_id, **body)
        assert (answer.status, answer.json()["code"]) == (409, "body_has_it"), act
    recalled = desk.do("recall", case_id, reason="Vi tog fel.")
    assert (recalled.status, recalled.json()["holder"]["id"]) == (200, "0180")
    world.settle()
    assert world.case(receipt["reference"]).json()["timeline"][-2]["label"].startswith("Stockholms stad tog tillbaka")
    assert desk.do("recall", case_id).json()["code"] == "not_handed_over"

    desk.do("hand-over", case_id, municipality="0184", reason=WHY)
    assert desk.do("hand-over", case_id, municipality="0183", reason=WHY).status == 403
    desk.do("accept", case_id, "key-0184")
    assert desk.do("recall", case_id).json()["code"] == "accepted_already"
    assert desk.do("recall", case_id, "key-0183").status == 403


def test_who_read_an_older_version_is_told_what_has_changed(world: World, desk: Desk) -> None:
    receipt = _case(world)
    case_id = receipt["case_id"]
    version = desk.case(case_id)["version"]
    assert desk.do("hand-over", case_id, municipality="0184", reason="Först.", version=version).status == 200
    second = desk.do("hand-over", case_id, municipality="0183", reason="Sist.", version=version)
    problem = second.json()
    assert (second.status, problem["code"], problem["version"]) == (409, "case_changed", version + 1)
    assert [(each["type"], each["reason"]) for each in problem["changes"]] == [("CaseHandedOver", "Först.")]
    assert desk.case(case_id)["holder"]["id"] == "0184"


def test_two_at_once_never_overwrite_each_other(world: World, desk: Desk) -> None:
    from functions.desk.hand_over import hand_overs

    receipt = _case(world)
    case_id = receipt["case_id"]
    real = CaseStore.write
    raced: list[Reply] = []

    def other_first(self: CaseStore, changes: Any, *extra: Any) -> None:
        if not raced:
            raced.append(Reply(0, {}, "", b""))
            hand_overs.handing()
            raced[0] = desk.do("hand-over", case_id, municipality="0183", reason="Jag var först.")
        real(self, changes, *extra)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CaseStore, "write", other_first)
        slower = desk.do("hand-over", case_id, municipality="0184", reason="Jag kom sist.")
    assert raced[0].status == 200
    assert (slower.status, slower.json()["code"]) == (409, "case_changed")
    case = desk.case(case_id)
    assert (case["holder"]["id"], len(case["came_from"])) == ("0183", 1)
    assert "Jag kom sist." not in json.dumps(case, ensure_ascii=False)


def test_a_reason_is_masked_for_everyone_and_whole_for_those_concerned(world: World, desk: Desk) -> None:
    receipt = _case(world)
    case_id = receipt["case_id"]
    desk.do("hand-over", case_id, municipality="0184", reason="Ring mig på 070-174 06 05.")
    desk.do("return", case_id, "key-0184", reason="Personnummer saknas, se 123456789.")
    world.settle()
    reasons = [each["text"] for each in world.case(receipt["reference"]).json()["timeline"] if "Hand" in each["type"]]
    assert reasons == ["Ring mig på ▇▇▇.", None]
    mine = [each["text"] for each in world.case(receipt["reference"], receipt["token"]).json()["timeline"]]
    assert "Ring mig på 070-174 06 05." in mine
    assert "070-174 06 05" not in "".join(mail.text for mail in world.mails)
    sent = json.dumps(world.topic_messages, ensure_ascii=False)
    assert "Ring mig" not in sent
    assert "123456789" not in sent


def test_an_operator_hands_over_what_is_in_triage_and_nothing_else(world: World, desk: Desk) -> None:
    at_home = _case(world)
    lost = _case(world, location={"lat": 57.7089, "lon": 11.9746})
    body = {"municipality": "0184", "reason": "Det hör dit."}
    assert desk.do("hand-over", at_home["case_id"], "local-operator-key", **body).status == 403
    handed = desk.do("hand-over", lost["case_id"], "local-operator-key", **body)
    assert (handed.status, handed.json()["in_triage"], handed.json()["came_from"]) == (200, False, [])
    world.settle()
    case = world.case(lost["reference"]).json()
    assert case["status_text"] == "Framme hos Solna stad"
    [moved] = [each for each in case["timeline"] if each["label"].startswith("Synpunkts fördelning har skickat")]
    assert ("Solna stad" in moved["label"], moved["text"]) == (True, "Det hör dit.")
    assert "lämnade" not in str(case["timeline"]) + case["routing"]["sentence"]
    # Nobody handed it over, so nobody but our own triage gets it back.
    assert desk.do("acknowledge", lost["case_id"], "key-0184").json()["returnable"] is True
    assert desk.do("acknowledge", at_home["case_id"]).json()["returnable"] is False
    returned = desk.do("return", lost["case_id"], "key-0184", reason="Nej.")
    assert (returned.status, returned.json()["in_triage"], returned.json()["returnable"]) == (200, True, False)
    world.settle()
    case = world.case(lost["reference"]).json()
    assert case["status_text"] == "Inte framme än"
    assert "Solna stad säger att ärendet inte hör dit" in case["timeline"][-1]["label"]
    assert desk.do("return", lost["case_id"], "key-0184", reason="Nej.").status == 409


def test_a_body_that_the_rules_name_answers_as_after_a_hand_over(world: World, desk: Desk) -> None:
    rule = {"id": "state", "when": {"categories": ["pothole"]}, "to": {"body": "trafikverket"}}
    start = document("0180", based_on=1, bodies=[TRAFIKVERKET, ENERGY], rules=[rule])
    VersionStore(ENVIRONMENT["REGISTRY_TABLE"]).publish(start, author="a", note="n")
    receipt = _case(world)
    link = Link(world, _mails_to(world, "vag@trafikverket.example")[-1])
    page = link.open()
    assert (page.status, "Direkt till er, enligt reglerna för" in page.text) == (200, True)
    assert "Enligt reglerna för Stockholms stad" in world.call("cases", "GET", f"/c/{receipt['reference']}").text
    assert link.post(act="return", words="Det är er egen väg.").status == 303
    world.settle()
    case = desk.case(receipt["case_id"])
    assert (case["holder"]["id"], case["came_from"], case["hand_over"]) == ("0180", [], None)
    labels = [each["label"] for each in case["timeline"]]
    assert "Trafikverket lämnade tillbaka ärendet till Stockholms stad" in labels
    assert len(_mails_to(world, "vag@trafikverket.example")) == 1


def test_the_link_of_a_work_mail_opens_a_private_case_only_while_they_have_it(world: World, desk: Desk) -> None:
    receipt = _case(world, category="school", description="Hemligt.")
    case_id, reference = receipt["case_id"], receipt["reference"]

    def opens(token: str) -> bool:
        answer = world.case(reference, token)
        assert ("Hemligt." in answer.text) == (answer.status == 200)
        return answer.status == 200

    first = Link(world, _mails_to(world, "education@0180.example")[-1])
    assert "Hemligt." in first.open().text
    assert not opens(first.token)
    desk.do("hand-over", case_id, municipality="0184", reason="Er skola.")
    world.settle()
    assert "Hemligt." not in first.get().text
    link = Link(world, _mails_to(world, "education@0184.example")[-1])
    link.open()
    link.post(act="accept")
    lasting = re.search(r"/c/[^#\s]+#t=([^\s\"]+)", link.get().text)
    assert lasting
    assert opens(lasting.group(1))
    link.post(act="return", words="Nej, er.")
    world.settle()
    assert not opens(lasting.group(1))
    back = Link(world, _mails_to(world, "education@0180.example")[-1])
    assert "Hemligt." in back.open().text
    assert opens(receipt["token"])


def test_the_reporter_is_told_who_does_not_answer_and_not_who_handed_it_over(world: World, desk: Desk) -> None:
    receipt = _case(world, reporter={"email": "anna@example.org"})
    desk.do("hand-over", receipt["case_id"], body="trafikverket", reason=WHY)
    cases = CaseStore(ENVIRONMENT["CASES_TABLE"])
    facts: dict[str, Any] = {"event_id": clock.new_id(), "now": clock.now()}
    cases.apply(receipt["case_id"], lambda file: send_to_triage(file.case, reason="timeout", **facts))
    world.stream(world.unpublished())
    [lost] = [each for each in world.take_events() if each["detail-type"] == "CaseTriaged"]
    assert world.invoke("notify.on_event", lost) == []
    mail = _mails_to(world, "anna@example.org")[-1]
    assert f"få fram ditt ärende {receipt['reference']} till Trafikverket." in mail.text
    accepted = [Accepted("mail", "mail:body:trafikverket", "1")]
    facts = {"event_id": clock.new_id(), "now": clock.now()}
    cases.apply(receipt["case_id"], lambda file: succeed_delivery(file.case, accepted=accepted, **facts))
    world.stream(world.unpublished())
    [there] = [each for each in world.take_events() if each["detail-type"] == "CaseDelivered"]
    assert world.invoke("notify.on_event", there) == []
    mail = _mails_to(world, "anna@example.org")[-1]
    assert f"ditt ärende {receipt['reference']} framme hos Trafikverket." in mail.text


# ---- referring ---------------------------------------------------------------------------------------------------


def test_referring_tells_the_citizen_where_to_turn_with_a_text_to_send(world: World, desk: Desk) -> None:
    receipt = _case(world, category="street_light", reporter={"email": "anna@example.org"})
    case_id = receipt["case_id"]
    referred = desk.do("refer", case_id, body="energy", text="Uppge stolpens nummer.")
    assert referred.status == 200, referred.text
    world.settle()
    case = world.case(receipt["reference"]).json()
    assert (case["status"], case["outcome"], case["status_text"]) == (
        "resolved",
        "not_responsible",
        "Hör till Elbolaget",
    )
    told = "Elbolaget\nAnmäl fel på lampor hos Elbolaget.\nUppge stolpens nummer.\nTelefon: 08-123 45 67\n"
    assert case["turn_to"] == told + "Webb: https://energy.example/fel"
    mail = _mails_to(world, "anna@example.org")[-1]
    assert "08-123 45 67" in mail.text
    assert "Jag vill lämna följande till Elbolaget" in mail.text
    page = world.call("cases", "GET", f"/c/{receipt['reference']}")
    assert "Hit kan du vända dig" in page.text
    assert "Framme hos" not in page.text.split("</ol>")[0]
    for act, body in (("hand-over", {"municipality": "0184", "reason": WHY}), ("refer", {"body": "energy"})):
        assert desk.do(act, case_id, **body).json()["code"] == "case_closed"


def test_somebody_no_registry_knows_is_named_to_those_concerned_and_not_in_events(world: World, desk: Desk) -> None:
    receipt = _case(world)
    asked = {"name": "Västra samfälligheten", "phone": "08-765 43 21", "text": "Ordföranden nås på 070-174 06 05."}
    for wrong in (
        {"url": "javascript:alert(1)"},
        {"url": "http://a b\nc"},
        {"url": "http://g\u043eogle.com/"},
        {"url": "https://google.com/\u202e"},
        {"url": "https://trafikverket.se@evil.example/"},
        {"url": "https://[::1"},
        {"mail": "not a mail"},
        {"phone": "<b>hej</b>"},
        {"phone": "((("},
    ):
        refused = desk.do("refer", receipt["case_id"], **{**asked, **wrong})
        assert (refused.status, [each["field"] for each in refused.json()["errors"]]) == (422, [*wrong])
    assert desk.do("refer", receipt["case_id"], **asked).status == 200
    world.settle()
    assert "Västra" not in json.dumps(world.topic_messages, ensure_ascii=False)
    case = world.case(receipt["reference"]).json()
    assert case["status_text"] == "Hör till Västra samfälligheten"
    assert case["turn_to"] == "Västra samfälligheten\nOrdföranden nås på ▇▇▇.\nTelefon: 08-765 43 21"
    mine = world.case(receipt["reference"], receipt["token"]).json()
    assert "070-174 06 05" in mine["turn_to"]


def test_a_name_that_holds_what_is_not_everybodys_is_masked_wherever_it_is_read(world: World, desk: Desk) -> None:
    receipt = _case(world)
    asked = {"name": "Bo, 070-174 06 05", "text": "Ring kvällstid."}
    assert desk.do("refer", receipt["case_id"], **asked).status == 200
    answer = world.case(receipt["reference"])
    assert answer.json()["turn_to"] == "Bo, ▇▇▇\nRing kvällstid."
    assert "174 06 05" not in answer.text
    assert "070-174 06 05" in world.case(receipt["reference"], receipt["token"]).json()["turn_to"]


def test_an_operator_refers_what_is_in_triage_and_nothing_else(world: World, desk: Desk) -> None:
    at_home = _case(world)
    lost = _case(world, location={"lat": 57.7089, "lon": 11.9746})
    asked = {"name": "Västra samfälligheten", "phone": "08-765 43 21"}
    assert desk.do("refer", at_home["case_id"], "local-operator-key", **asked).status == 403
    answer = desk.do("refer", lost["case_id"], "local-operator-key", **asked)
    assert (answer.status, answer.json()["status"], answer.json()["in_triage"]) == (200, "resolved", False)


# ---- by the link of a mail ---------------------------------------------------------------------------------------


def test_a_body_accepts_and_passes_on_and_the_story_is_one(world: World, desk: Desk) -> None:
    receipt = _case(world)
    link = _to_body(desk, receipt)
    assert world.case(receipt["reference"]).json()["body"] == {"id": "trafikverket", "name": "Trafikverket"}
    assert world.case(receipt["reference"]).json()["status_text"] == "Överlämnad till Trafikverket"
    page = link.open()
    assert page.status == 200
    for words in (WHY, "Ett djupt hål mitt i körbanan.", "Stockholms stad", "Vi tar hand om det", "59.33070"):
        assert words in page.text
    assert page.headers["cache-control"] == "no-store"
    for _ in range(2):
        assert link.post(act="accept").status == 303
    assert "har sagt ja till ärendet" in link.get().text
    assert link.post(act="pass_on", municipality="0184", words="Solna har röret.").status == 303
    gone = link.get()
    assert "Ärendet har gått vidare" in gone.text
    assert "Trafikverket lämnade över ärendet till Solna stad" in gone.text
    assert WHY not in gone.text
    # A second click on the same button changes nothing.
    before = desk.case(receipt["case_id"])
    assert "Ärendet har gått vidare" in link.post(act="return", words="Fel.").text
    assert desk.case(receipt["case_id"]) == before
    world.settle()
    assert desk.do("return", receipt["case_id"], "key-0184", reason="Inte vårt rör.").status == 200
    world.settle()
    mail = _mails_to(world, "vag@trafikverket.example")[-1]
    assert "Trafikverket tar hand om ärendet\n" in mail.text.partition("Det här har hänt:")[2]
    again = Link(world, mail)
    assert "Inte vårt rör." in again.open().text
    assert again.post(act="return", words="Vägen är kommunens.").status == 303
    world.settle()
    case = world.case(receipt["reference"]).json()
    assert (case["status"], case["municipality"]["code"], case["body"]) == ("delivered", "0180", None)
    moves = [each for each in case["timeline"] if each["type"].startswith(("CaseHanded", "HandOver"))]
    assert [(each["actor"], each["text"]) for each in moves] == [
        ("handler", WHY),
        ("body", None),
        ("body", "Solna har röret."),
        ("handler", "Inte vårt rör."),
        ("body", "Vägen är kommunens."),
    ]
    assert [each["sequence"] for each in case["timeline"]] == list(range(1, len(case["timeline"]) + 1))


def test_a_scanner_that_opens_every_address_changes_nothing_and_learns_nothing(world: World, desk: Desk) -> None:
    receipt = _case(world, category="school", description="Hemligt.")
    link = _to_body(desk, receipt)
    before = desk.case(receipt["case_id"])
    pages = [world.call("desk", "GET", f"/work/{reference}") for reference in (receipt["reference"], "7KQ-4M2X")]
    words = [page.text.replace(receipt["reference"], "…").replace("7KQ-4M2X", "…") for page in pages]
    assert words[0] == words[1]
    assert "Hemligt." not in _mails_to(world, "vag@trafikverket.example")[0].text
    for act in ("accept", "return", "pass_on", "contact"):
        assert link.post(act=act, reason="x", municipality="0184").status == 404
    assert desk.case(receipt["case_id"]) == before
    assert "Hemligt." in link.open().text


def test_links_that_open_nothing(world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = _case(world), _case(world)
    link, other = _to_body(desk, first), _to_body(desk, second)
    before = desk.case(first["case_id"])
    for forged in (
        "x" * 41,
        other.token,
        first["token"],
        link.token[:-1],
        "f" + link.token,
        "ffffffff." + "x" * 32,
        "å",
    ):
        answer = link.post(token=forged)
        assert answer.status == 404, forged
        assert WHY not in answer.text
    link.open()
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + HAND_OVER_LIMIT + timedelta(seconds=1))
    for expired in (link.get(), link.post(act="accept")):
        assert "Länken har gått ut" in expired.text
        assert expired.status == 410
        assert WHY not in expired.text
    monkeypatch.undo()
    after = desk.case(first["case_id"])
    assert after == before


def test_who_took_the_case_is_not_locked_out_of_it_after_a_week(
    world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = _case(world)
    link = _to_body(desk, receipt)
    link.open()
    link.post(act="accept")
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + HAND_OVER_LIMIT + timedelta(days=399))
    assert "har sagt ja till ärendet" in link.open().text
    monkeypatch.setattr(clock, "now", lambda: real() + HAND_OVER_LIMIT + timedelta(days=401))
    assert link.get().status == 410
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=30))
    assert link.post(act="return", words="Vägen är kommunens.").status == 303
    assert desk.case(receipt["case_id"])["holder"]["id"] == "0180"
    assert "Ärendet har gått vidare" in link.get().text


def test_a_reason_and_a_municipality_are_asked_for_again_and_nothing_written_is_lost(world: World, desk: Desk) -> None:
    receipt = _case(world)
    link = _to_body(desk, receipt)
    link.open()
    before = desk.case(receipt["case_id"])
    empty = link.post(act="return", words="  ")
    assert (empty.status, "Skriv något här" in empty.text) == (422, True)
    long = link.post(act="return", words="x" * 2001)
    assert (long.status, "Texten är för lång. Högst 2000 tecken." in long.text) == (422, True)
    nowhere = link.post(act="pass_on", municipality="", words="Det är grannens.")
    assert nowhere.status == 422
    assert "Välj en kommun." in nowhere.text
    assert "Det är grannens." in nowhere.text
    unclaimed = link.post(act="pass_on", municipality="1480", words="Göteborgs.")
    assert (unclaimed.status, "har inte gått med" in unclaimed.text) == (422, True)
    assert link.post(act="explode").status == 303
    assert desk.case(receipt["case_id"]) == before


@pytest.mark.parametrize("share", [True, False])
def test_contact_data_follows_only_with_consent_after_accepting_and_each_showing_is_logged(
    world: World, desk: Desk, share: bool
) -> None:
    reporter = {"name": "Anna Ek", "email": "anna@example.org", "phone": "070-174 06 05"}
    receipt = _case(world, reporter={**reporter, "share_contact": share} if share else reporter)
    link = _to_body(desk, receipt)
    seen = [link.open().text, link.contact().text]
    link.post(act="accept")
    seen.append(link.get().text)
    assert not [page for page in seen if "anna@example.org" in page or "Anna Ek" in page]
    assert _reads() == []
    shown = [link.contact().text for _ in range(2)]
    for page in shown:
        assert ("anna@example.org" in page, "+46701740605" in page, "Anna Ek" in page) == (share, share, share)
    assert len(_reads()) == (2 if share else 0)
    for read in _reads():
        assert read["case_id"]["S"] == receipt["case_id"]
        assert (read["holder"]["S"], read["how"]["S"]) == ("0180/trafikverket", "link")
        assert read["who"]["S"].startswith("link:hand_over:")
    assert "anna@example.org" not in _mails_to(world, "vag@trafikverket.example")[0].text


def _reads() -> list[dict[str, Any]]:
    found = boto3.client("dynamodb").scan(TableName=ENVIRONMENT["PEOPLE_TABLE"])["Items"]
    return [item for item in found if item["pk"]["S"].startswith("READ#")]


# ---- what does not arrive ----------------------------------------------------------------------------------------


def _message_id(recipient: str) -> str:
    rows = claimed_messages()
    [row] = [row for row in rows if row["recipient"]["S"] == recipient]
    message_id: str = row["message_id"]["S"]
    return message_id


def _bounce(message_id: str) -> dict[str, Any]:
    bounce = {"bounceType": "Permanent", "bounceSubType": "General"}
    return {"eventType": "Bounce", "bounce": bounce, "mail": {"messageId": message_id}}


@pytest.mark.parametrize("how", ["bounced", "refused"])
def test_a_mail_that_does_not_arrive_brings_the_case_back_and_not_to_triage(world: World, desk: Desk, how: str) -> None:
    receipt = _case(world)

    def refuse(message: Message) -> None:
        if how == "refused" and message.to == "vag@trafikverket.example":
            raise ClientError({"Error": {"Code": "MessageRejected", "Message": "no"}}, "SendEmail")

    world.mail_hook = refuse
    assert desk.do("hand-over", receipt["case_id"], body="trafikverket", reason=WHY).status == 200
    world.settle()
    if how == "bounced":
        assert world.invoke("deliver.on_bounce", _bounce(_message_id("mail:body:trafikverket"))) == []
        world.settle()
    case = world.case(receipt["reference"]).json()
    assert (case["status"], case["in_triage"], case["body"]) == ("delivered", False, None)
    back = next(each for each in case["timeline"] if each["type"] == "HandOverReturned")
    assert back["label"] == "Ärendet gick inte att få fram till Trafikverket, så det är tillbaka hos Stockholms stad"
    assert back["actor"] == "system"
    assert "gick inte att få fram till Trafikverket" in _mails_to(world, "street@0180.example")[-1].text


def test_a_late_bounce_says_nothing_of_a_later_sending_to_a_department_of_the_same_name(
    world: World, desk: Desk
) -> None:
    receipt = _case(world)
    message_id = _message_id("mail:street")
    desk.do("hand-over", receipt["case_id"], municipality="0184", reason=WHY)
    world.settle()
    assert world.invoke("deliver.on_bounce", _bounce(message_id)) == []
    world.settle()
    assert "DeliveryFailed" not in [each["type"] for each in world.case(receipt["reference"]).json()["timeline"]]


def test_events_told_twice_and_late_send_nothing_twice(world: World, desk: Desk) -> None:
    receipt = _case(world, reporter={"email": "anna@example.org"})
    seen: list[dict[str, Any]] = []

    def settle() -> None:
        for _ in range(6):
            world.stream(world.unpublished())
            for event in world.take_events():
                seen.append(event)
                world.react(event)

    desk.do("hand-over", receipt["case_id"], municipality="0184", reason=WHY)
    settle()
    desk.do("return", receipt["case_id"], "key-0184", reason="Nej.")
    settle()
    before, mails = desk.case(receipt["case_id"]), len(world.mails)
    for event in reversed(seen):
        world.react(event)
    settle()
    assert desk.case(receipt["case_id"]) == before
    assert len(world.mails) == mails


def test_what_nobody_answers_goes_back_once(world: World, desk: Desk) -> None:
    receipt = _case(world)
    _to_body(desk, receipt)
    cases, registry = CaseStore(ENVIRONMENT["CASES_TABLE"]), RegistryStore(ENVIRONMENT["REGISTRY_TABLE"])
    file = cases.load(receipt["case_id"])
    assert file is not None
    stale = unanswered(file.case.round - 1)
    assert give_back(cases, registry, receipt["case_id"], Returned.NO_ANSWER, still=stale) == file.case

    def back() -> Any:
        still = unanswered(file.case.round)
        return give_back(cases, registry, receipt["case_id"], Returned.NO_ANSWER, still=still)

    assert str(back().holder) == "0180"
    version = back().version
    assert version == file.case.version + 1
    world.settle()
    labels = [each["label"] for each in world.case(receipt["reference"]).json()["timeline"]]
    assert "Trafikverket svarade inte i tid, så ärendet är tillbaka hos Stockholms stad" in labels


def test_what_was_accepted_is_not_taken_back_by_time(world: World, desk: Desk) -> None:
    receipt = _case(world)
    link = _to_body(desk, receipt)
    link.open()
    link.post(act="accept")
    cases, registry = CaseStore(ENVIRONMENT["CASES_TABLE"]), RegistryStore(ENVIRONMENT["REGISTRY_TABLE"])
    file = cases.load(receipt["case_id"])
    assert file is not None
    still = unanswered(file.case.round)
    assert give_back(cases, registry, receipt["case_id"], Returned.NO_ANSWER, still=still) == file.case


def test_a_bounce_and_a_late_event_about_a_closed_case_disturb_nobody(world: World, desk: Desk) -> None:
    receipt = _case(world)
    assert desk.do("refer", receipt["case_id"], body="energy").status == 200
    before, mails = desk.case(receipt["case_id"]), len(world.mails)
    assert world.invoke("deliver.on_bounce", _bounce(_message_id("mail:street"))) == []
    [event] = [each["event"] for each in world.topic_messages if each["event"]["type"] == "CaseRouted"]
    world.react({"detail-type": "CaseRouted", "source": "synpunkt", "detail": event})
    world.settle()
    assert desk.case(receipt["case_id"]) == before
    assert len(world.mails) == mails


def test_whoever_handed_it_over_does_not_see_who_works_on_it_there_and_how_soon(world: World) -> None:
    Desk(world)
    case_id = world.routed()["case_id"]
    here, there = bearer("admin@0180.example"), bearer("admin@0184.example")
    world.employ(Member("here", "admin@0180.example", "Här", "0180", frozenset({Role.ADMIN})))
    world.employ(Member("there", "admin@0184.example", "Där", "0184", frozenset({Role.ADMIN})))

    def ask(method: str, path: str, who: dict[str, str], **body: Any) -> dict[str, Any]:
        path = f"/api/v1/desk/cases/{case_id}{path}"
        answer = world.call("desk", method, path, body=body or None, headers=who)
        assert answer.status == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    ask("POST", "/hand-over", here, municipality="0184", reason="Den står där.")
    ask("POST", "/assign", there, team="park", assignee="there")
    ask("POST", "/priority", there, priority="high")
    told, theirs = (ask("GET", "", who) for who in (here, there))
    assert (theirs["team"], theirs["assignee"], theirs["priority"]) == ("park", "there", "high")
    assert (told["team"], told["assignee"], told["priority"]) == (None, None, "normal")
    query = {"municipality": "0180", "q": told["reference"]}
    [row] = world.call("desk", "GET", "/api/v1/desk/search", headers=here, query=query).json()["cases"]
    assert (row["team"], row["assignee"], row["priority"]) == (None, None, "normal")
