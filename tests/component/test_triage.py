"""Triage: what nobody could be given is seen, looked after, sent again, and told of until it is there."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from synpunkt import clock
from synpunkt.identity import Scope
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.evidence import EvidenceStore
from synpunkt.stores.keys import KeyStore
from tests.component.world import ENVIRONMENT, Message, Reply, World, claimed_messages

OPERATOR = {"Authorization": "Bearer local-operator-key"}
GOTEBORG = {"lat": 57.7089, "lon": 11.9746}
PAGE = {"kind": "web", "url": "https://www.1480.example/kontakt"}
FOUND = {"mail": "registrator@1480.example", "source": PAGE, "note": "Stod under Kontakta oss."}


def desk(world: World, method: str, path: str, body: Any = None, **query: str) -> Reply:
    return world.call("desk", method, f"/api/v1/desk/{path}", body=body, headers=OPERATOR, query=query or None)


def stuck(world: World, **fields: Any) -> dict[str, Any]:
    """A case of a municipality that has not joined, in triage."""
    receipt: dict[str, Any] = world.report(location=GOTEBORG, **fields).json()
    world.settle()
    return receipt


def rows(world: World, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk(world, "GET", "triage", **query).json()["cases"]
    return found


def status(world: World, receipt: dict[str, Any]) -> str:
    text: str = world.case(receipt["reference"], receipt["token"]).json()["status_text"]
    return text


def types(world: World, receipt: dict[str, Any]) -> list[str]:
    return [each["type"] for each in world.case(receipt["reference"], receipt["token"]).json()["timeline"]]


def to_reporter(world: World) -> list[str]:
    return [each.subject.partition("] ")[2] for each in world.mails if each.to == "anna@example.org"]


def refuse(*addresses: str) -> Any:
    def hook(message: Message) -> None:
        if message.to in addresses:
            raise ClientError({"Error": {"Code": "MessageRejected", "Message": "no"}}, "SendEmail")

    return hook


# ---- the queue -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["local-admin-key", "local-test-key"])
def test_triage_is_for_operators(world: World, key: str) -> None:
    for method, path in (("GET", "triage"), ("POST", f"triage/{clock.new_id()}/take")):
        for headers, code in (({}, 401), ({"Authorization": f"Bearer {key}"}, 403)):
            assert world.call("desk", method, f"/api/v1/desk/{path}", headers=headers).status == code


def test_a_row_says_what_why_since_when_and_until_when(world: World) -> None:
    receipt = stuck(world)
    (row,) = rows(world)
    assert row["case_id"] == receipt["case_id"]
    assert row["municipality"] == {"code": "1480", "name": "Göteborgs stad"}
    assert (row["kind"], row["category"], row["reason"]) == ("fault", "pothole", "unclaimed")
    assert "bekräftad adress" in row["reason_text"]
    assert row["since"] < row["due"]
    assert (row.get("owner"), row["overdue"]) == (None, False)
    with world.later(hours=49):
        assert [each["overdue"] for each in rows(world)] == [True]


def test_the_list_is_paged_and_the_first_reported_is_at_the_top(world: World) -> None:
    cases = [world.report(location=GOTEBORG).json()["case_id"] for _ in range(7)]
    world.settle()
    seen: list[str] = []
    after = ""
    while True:
        page = desk(world, "GET", "triage", limit="3", after=after).json()
        seen += [each["case_id"] for each in page["cases"]]
        after = page.get("next") or ""
        if not after:
            break
    assert seen == sorted(cases)


def test_the_list_can_be_asked_for_an_owners_and_for_what_is_overdue(world: World) -> None:
    cases = sorted(world.report(location=GOTEBORG).json()["case_id"] for _ in range(5))
    world.settle()
    for each in cases[3:]:
        assert desk(world, "POST", f"triage/{each}/take").json()["owner"] == "local-operator"
    for owner, found in (("me", cases[3:]), ("local-operator", cases[3:]), ("nobody", cases[:3]), ("x", [])):
        assert [each["case_id"] for each in rows(world, owner=owner, limit="2")] == found[:2], owner
    page = desk(world, "GET", "triage", owner="nobody", limit="2").json()
    rest = desk(world, "GET", "triage", owner="nobody", limit="2", after=page["next"]).json()
    assert [each["case_id"] for each in rest["cases"]] == cases[2:3]
    assert rows(world, overdue="true") == []
    assert len(rows(world, overdue="false")) == 5


def test_taking_a_case_is_seen_by_everybody_and_repeats_nothing(world: World) -> None:
    receipt = stuck(world)
    for _ in range(2):
        assert desk(world, "POST", f"triage/{receipt['case_id']}/take").status == 200
    assert rows(world)[0]["owner"] == "local-operator"
    world.settle()
    assert types(world, receipt).count("TriageAssigned") == 1
    page = world.call("cases", "GET", f"/c/{receipt['reference']}")
    assert "söker nu rätt mottagare" in page.text
    assert "local-operator" not in page.text


def test_what_is_not_in_triage_or_not_there_is_said_so(world: World) -> None:
    receipt = world.report().json()
    world.settle()
    for action, body in (("take", None), ("resend", None), ("correct", {"municipality": "0183"})):
        answer = desk(world, "POST", f"triage/{receipt['case_id']}/{action}", body)
        assert (answer.status, answer.json()["code"]) == (409, "not_in_triage"), action
        assert desk(world, "POST", f"triage/{clock.new_id()}/{action}", body).status == 404


def test_resending_says_honestly_that_there_is_still_nobody(world: World) -> None:
    receipt = stuck(world)
    before = types(world, receipt)
    answer = desk(world, "POST", f"triage/{receipt['case_id']}/resend")
    assert (answer.status, answer.json()["code"]) == (409, "nobody_found")
    assert types(world, receipt) == before


def test_a_case_in_the_wrong_municipality_is_put_right_and_stays_there(world: World) -> None:
    receipt = stuck(world, reporter={"email": "anna@example.org"})
    same = desk(world, "POST", f"triage/{receipt['case_id']}/correct", {"municipality": "1480"})
    assert (same.status, same.json()["code"]) == (409, "already_there")
    unknown = desk(world, "POST", f"triage/{receipt['case_id']}/correct", {"municipality": "9999"})
    assert (unknown.status, unknown.json()["code"]) == (422, "unknown_municipality")
    # To another one where nobody can be reached: it is theirs, and still in triage.
    assert desk(world, "POST", f"triage/{receipt['case_id']}/correct", {"municipality": "2584"}).status == 200
    world.settle()
    assert [each["municipality"]["code"] for each in rows(world)] == ["2584"]
    assert desk(world, "POST", f"triage/{receipt['case_id']}/resend").json()["code"] == "nobody_found"

    answer = desk(world, "POST", f"triage/{receipt['case_id']}/correct", {"municipality": "0180"})
    assert answer.json()["in_triage"] is False
    world.settle()
    case = world.case(receipt["reference"]).json()
    assert case["status_text"] == "Framme hos Stockholms stad"
    labels = [each["label"] for each in case["timeline"] if each["type"] == "CaseRouted"]
    assert [label.split(",")[0] for label in labels] == [
        "Hör till Göteborgs stad",
        "Rättad: hör till Kiruna kommun",
        "Synpunkts fördelning har skickat ärendet till Stockholms stad",
    ]
    assert to_reporter(world) == ["Vi har tagit emot det du skickade", "Nu är ditt ärende framme"]


def test_what_was_put_right_stays_put_right_when_it_comes_back(world: World) -> None:
    """Sent on from where a person had put it, and not theirs: the place says another municipality all the while."""
    receipt = stuck(world)
    case_id = receipt["case_id"]
    assert desk(world, "POST", f"triage/{case_id}/correct", {"municipality": "2584"}).status == 200
    world.settle()
    asked = {"municipality": "0183", "reason": "Hör dit."}
    assert desk(world, "POST", f"cases/{case_id}/hand-over", asked).status == 200
    world.settle()
    keys = KeyStore(ENVIRONMENT["REGISTRY_TABLE"])
    keys.keep("key-0183", "0183", ["0183"], [Scope.READ, Scope.WRITE], now=clock.now(), by="test")
    headers = {"Authorization": "Bearer key-0183"}
    path = f"/api/v1/desk/cases/{case_id}/return"
    assert world.call("desk", "POST", path, body={"reason": "Nej."}, headers=headers).status == 200
    world.settle()
    # Nobody had it before them, so it is our triage's again, and a person says once more where it belongs.
    assert [(each["municipality"]["code"], each["reason"]) for each in rows(world)] == [("0183", "returned")]
    assert desk(world, "POST", f"triage/{case_id}/correct", {"municipality": "2584"}).status == 200
    world.settle()
    assert [each["municipality"]["code"] for each in rows(world)] == ["2584"]

    world.claim("2584")
    assert world.invoke("desk.on_waiting", {"municipality": "2584", "because": "claimed"}) == []
    world.settle()
    case = world.case(receipt["reference"]).json()
    assert (case["status_text"], case["municipality"]["code"]) == ("Framme hos Kiruna kommun", "2584")


def test_sending_again_what_reaches_nobody_does_not_put_off_when_it_is_overdue(world: World) -> None:
    world.claim("0180", topic_arn={"NULL": True})
    world.mail_hook = refuse("street@0180.example", "registrator@0180.example")
    receipt = world.report().json()
    world.settle()
    assert desk(world, "POST", f"triage/{receipt['case_id']}/take").status == 200
    (before,) = rows(world)
    with world.later(hours=40):
        assert desk(world, "POST", f"triage/{receipt['case_id']}/resend").status == 200
        world.settle()
    (after,) = rows(world)
    assert (after["due"], after["owner"]) == (before["due"], "local-operator")
    with world.later(hours=49):
        assert [each["overdue"] for each in rows(world)] == [True]


# ---- an address found ----------------------------------------------------------------------------------------------


def test_an_address_found_brings_what_waited_and_the_reporter_is_told_once(world: World) -> None:
    receipt = stuck(world, reporter={"email": "anna@example.org"})
    assert status(world, receipt) == "Inte framme än"
    answer = desk(world, "POST", "municipalities/1480/address", FOUND)
    assert answer.status == 200, answer.text
    assert answer.json()["by"] == "local-operator"
    assert world.look_at_waiting() == []
    world.settle()
    assert status(world, receipt) == "Framme hos Göteborgs stad"
    assert rows(world) == []
    page = world.call("cases", "GET", f"/c/{receipt['reference']}").text
    assert "Framme hos Göteborgs stad" in page
    work = [each for each in world.mails if each.to == "registrator@1480.example"]
    assert len(work) == 1
    assert to_reporter(world) == ["Vi har tagit emot det du skickade", "Nu är ditt ärende framme"]
    arrived = world.mails[-1].text
    assert "framme hos Göteborgs stad" in arrived
    assert f"{receipt['status_url']}#t={receipt['token']}" in arrived

    # A report after that goes there at once, and is told nothing of waiting.
    later = world.report(location=GOTEBORG, reporter={"email": "anna@example.org"}).json()
    world.settle()
    assert status(world, later) == "Framme hos Göteborgs stad"
    assert len(to_reporter(world)) == 3


def test_evidence_is_kept_for_ever(world: World) -> None:
    told = {"kind": "phone", "date": "2026-11-20", "description": "Växeln läste upp adressen."}
    for number, source in enumerate((PAGE, told), 1):
        body = {**FOUND, "mail": f"registrator{number}@1480.example", "source": source}
        assert desk(world, "POST", "municipalities/1480/address", body).status == 200
    first, second = EvidenceStore(ENVIRONMENT["REGISTRY_TABLE"]).of("1480")
    assert (first.value, first.source, first.by) == ("registrator1@1480.example", PAGE["url"], "local-operator")
    assert (second.source, second.note) == ("phone 2026-11-20: Växeln läste upp adressen.", FOUND["note"])
    stuck(world)
    assert [each.to for each in world.mails] == ["registrator2@1480.example"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mail": "goteborgs.registrator@gmail.com"}, "free_mail"),
        ({"mail": "x@Hotmail.SE"}, "free_mail"),
        ({"mail": "not an address"}, "invalid_request"),
        ({"source": {"kind": "web", "url": "http://www.1480.example"}}, "invalid_request"),
        ({"source": {"kind": "web"}}, "invalid_request"),
        ({"source": {"kind": "letter", "date": "2026-11-20"}}, "invalid_request"),
        ({"source": {"kind": "phone", "description": "De sa det."}}, "invalid_request"),
        ({"note": " "}, "invalid_request"),
    ],
)
def test_a_guess_is_no_evidence(world: World, changes: dict[str, Any], code: str) -> None:
    answer = desk(world, "POST", "municipalities/1480/address", {**FOUND, **changes})
    assert (answer.status, answer.json()["code"]) == (422, code)
    assert list(EvidenceStore(ENVIRONMENT["REGISTRY_TABLE"]).of("1480")) == []


def test_a_municipality_that_has_joined_sets_its_own_addresses(world: World) -> None:
    answer = desk(world, "POST", "municipalities/0180/address", {**FOUND, "mail": "a@0180.example"})
    assert (answer.status, answer.json()["code"]) == (409, "has_joined")
    assert desk(world, "POST", "municipalities/9999/address", FOUND).json()["code"] == "unknown_municipality"


def test_many_waiting_cases_are_sent_on_step_by_step_and_once_each(world: World) -> None:
    cases = [world.report(location=GOTEBORG).json()["case_id"] for _ in range(60)]
    world.settle()
    desk(world, "POST", "municipalities/1480/address", FOUND)
    sent: list[Any] = []
    real = world.invoke

    def invoke(handler: str, *bodies: Any) -> list[str]:
        if handler == "desk.on_waiting":
            before = len(world.unpublished())
            failed = real(handler, *bodies)
            sent.append(len(world.unpublished()) - before)
            return failed
        return real(handler, *bodies)

    world.invoke = invoke  # type: ignore[method-assign]
    assert world.look_at_waiting() == []
    assert sent == [25, 25, 10]
    world.settle()
    store = CaseStore(ENVIRONMENT["CASES_TABLE"])
    for case_id in cases:
        file = store.load(case_id)
        assert file is not None
        assert [each.type.value for each in file.entries].count("CaseRouted") == 2
        assert file.case.status.value == "delivered"
    assert len(world.mails) == 60
    step = {"municipality": "1480", "because": "address_found"}
    assert world.invoke("desk.on_waiting", step) == []
    assert world.unpublished() == []


def test_one_waiting_case_that_fails_is_tried_alone_and_holds_up_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from synpunkt.triage import Triage

    cases = sorted(stuck(world)["case_id"] for _ in range(3))
    real = Triage.send_waiting

    def poisoned(self: Triage, case_id: str, *more: Any) -> Any:
        if case_id == cases[0]:
            raise RuntimeError("broken")
        return real(self, case_id, *more)

    monkeypatch.setattr(Triage, "send_waiting", poisoned)
    desk(world, "POST", "municipalities/1480/address", FOUND)
    (failed,) = world.look_at_waiting()
    assert cases[0] in failed
    world.settle()
    assert [each["case_id"] for each in rows(world)] == [cases[0]]


def test_what_somebody_has_or_has_begun_is_left_alone(world: World) -> None:
    from dataclasses import replace

    from synpunkt.lifecycle import HandOver, Status
    from synpunkt.stores import items
    from synpunkt.stores.dynamo import client, to_wire

    store = CaseStore(ENVIRONMENT["CASES_TABLE"])
    handed_over: list[str] = []
    changed: tuple[dict[str, Any], ...] = (
        {"hand_over": HandOver.OFFERED},
        {"body": "trafikverket", "status": Status.WITH_OTHER_BODY},
        {"status": Status.ACKNOWLEDGED},
        {"triage_reason": None},
    )
    for changes in changed:
        file = store.load(stuck(world)["case_id"])
        assert file is not None
        handed_over += [file.case.case_id] if {"hand_over", "body"} & set(changes) else []
        head = items.head_item(replace(file.case, **changes))
        client().put_item(TableName=ENVIRONMENT["CASES_TABLE"], Item=to_wire(head))
    desk(world, "POST", "municipalities/1480/address", FOUND)
    assert world.look_at_waiting() == []
    assert world.unpublished() == []
    for case_id in handed_over:
        answer = desk(world, "POST", f"triage/{case_id}/resend")
        assert (answer.status, answer.json()["code"]) == (409, "handed_over")


def test_a_claim_that_is_not_in_the_registry_yet_moves_nothing(world: World) -> None:
    desk(world, "POST", "municipalities/1480/address", FOUND)
    stuck(world)
    assert world.invoke("desk.on_waiting", {"municipality": "1480", "because": "claimed"}) == []
    assert world.unpublished() == []


def test_claiming_takes_along_what_had_arrived_by_mail_too(world: World) -> None:
    from synpunkt.lifecycle import Because
    from synpunkt.waiting import WaitingQueue

    waiting = stuck(world)
    desk(world, "POST", "municipalities/1480/address", FOUND)
    world.look_at_waiting()
    world.settle()
    assert status(world, waiting) == "Framme hos Göteborgs stad"
    world.claim("1480")
    WaitingQueue(ENVIRONMENT["WAITING_QUEUE_URL"]).start("1480", Because.CLAIMED)
    assert world.look_at_waiting() == []
    world.settle()
    case = world.case(waiting["reference"]).json()
    assert case["claimed"] is True
    assert case["status"] == "delivered"
    routed = [each["event"] for each in world.topic_messages if each["event"]["type"] == "CaseRouted"]
    assert [each["data"]["because"] for each in routed] == ["claimed"]


# ---- the clock -----------------------------------------------------------------------------------------------------


def sweep(world: World) -> list[str]:
    return world.invoke("upkeep.on_schedule", {})


def test_a_delivery_that_never_ends_is_in_triage_and_the_reporter_knows(world: World) -> None:
    receipt = world.report(reporter={"email": "anna@example.org"}).json()
    lost = held_back(world)
    assert sweep(world) == []
    assert status(world, receipt) == "Skickad till Stockholms stad"
    with world.later(hours=2, minutes=1):
        assert sweep(world) == []
        assert sweep(world) == []
        world.settle()
        assert [each["reason"] for each in rows(world)] == ["timeout"]
    assert types(world, receipt)[-1] == "CaseTriaged"
    assert status(world, receipt) == "Inte framme än"
    assert to_reporter(world) == ["Vi har tagit emot det du skickade", "Inte framme än"]
    assert "längre tid än det får" in world.mails[-1].text
    page = world.call("cases", "GET", f"/c/{receipt['reference']}").text
    assert "tog för lång tid" in page

    # What was lost is driven again: it arrives after all, and triage lets go of it.
    assert world.invoke("deliver.on_event", *lost) == []
    world.settle()
    assert status(world, receipt) == "Framme hos Stockholms stad"
    assert rows(world) == []
    assert to_reporter(world)[2:] == ["Nu är ditt ärende framme"]
    with world.later(days=3):
        assert sweep(world) == []
        assert world.unpublished() == []


def test_a_late_bounce_starts_a_new_time_limit(world: World) -> None:
    world.claim("0180", topic_arn={"NULL": True})
    receipt = world.report().json()
    world.settle()
    with world.later(hours=3):
        assert sweep(world) == []
        assert world.invoke("deliver.on_bounce", bounced("mail:street")) == []
        # Deliver is out of order, so nobody tries the next in the chain.
        world.stream(world.unpublished())
        (failed,) = world.take_events()
        assert sweep(world) == []
        assert rows(world) == []
    with world.later(hours=5, minutes=1):
        assert sweep(world) == []
        world.stream(world.unpublished())
        world.take_events()
        assert [each["reason"] for each in rows(world)] == ["timeout"]
    assert world.invoke("deliver.on_event", failed) == []
    world.settle()
    assert status(world, receipt) == "Framme hos Stockholms stad"
    assert rows(world) == []


def held_back(world: World) -> list[dict[str, Any]]:
    """Lets a report be routed while `deliver` is out of order; answers the events it has not had."""
    world.stream(world.unpublished())
    world.invoke("route.on_event", *world.take_events())
    world.stream(world.unpublished())
    events = world.take_events()
    assert world.invoke("notify.on_event", *events) == []
    return events


def test_a_time_limit_of_an_earlier_sending_does_nothing(world: World) -> None:
    receipt = stuck(world)
    desk(world, "POST", f"triage/{receipt['case_id']}/correct", {"municipality": "0180"})
    world.settle()
    before = types(world, receipt)
    with world.later(days=3):
        assert sweep(world) == []
    assert types(world, receipt) == before
    assert counted(world) == []


def counted(world: World) -> list[Any]:
    """What is still in the index of what is due."""
    found = boto3.client("dynamodb").scan(TableName=ENVIRONMENT["CASES_TABLE"], IndexName="due")["Items"]
    return [each["what"]["S"] for each in found]


def test_what_is_overdue_in_triage_is_told_once_a_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.upkeep import time_limits

    told: list[str] = []
    monkeypatch.setattr(time_limits, "count", lambda metric, value=1: told.append(metric))
    receipt = stuck(world)
    with world.later(hours=47):
        sweep(world)
        assert told == []
    with world.later(hours=49):
        sweep(world)
        sweep(world)
        assert told == ["TriageOverdue"]
        assert [each["overdue"] for each in rows(world, overdue="true")] == [True]
        assert status(world, receipt) == "Inte framme än"
    with world.later(hours=74):
        sweep(world)
        assert told == ["TriageOverdue"] * 2
        desk(world, "POST", f"triage/{receipt['case_id']}/correct", {"municipality": "0180"})
        world.settle()
    with world.later(hours=99):
        sweep(world)
        assert told == ["TriageOverdue"] * 2


def test_a_case_that_cannot_be_looked_at_does_not_hold_up_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.upkeep import time_limits

    cases = [world.report().json()["case_id"] for _ in range(4)]
    held_back(world)
    real = time_limits.TimeLimits._look_at
    broken = {cases[0]}
    told: list[str] = []

    def poisoned(self: Any, item: Any) -> None:
        if item.case_id in broken:
            raise RuntimeError("broken")
        real(self, item)

    monkeypatch.setattr(time_limits.TimeLimits, "_look_at", poisoned)
    monkeypatch.setattr(time_limits, "count", lambda metric, value=1: told.append(metric))
    with world.later(hours=3):
        assert sweep(world) == ["0"]
        assert told == ["DueFailed"]
        assert sorted(each["case_id"] for each in rows(world)) == sorted(cases[1:])
        # Put off, not forgotten, and not in the way meanwhile.
        assert sweep(world) == []
    broken.clear()
    with world.later(hours=3, minutes=6):
        assert sweep(world) == []
        assert len(rows(world)) == 4


def test_a_hand_over_that_nobody_answers_goes_back(world: World) -> None:
    from synpunkt.deciding import decision_for
    from synpunkt.lifecycle import Actor, hand_over
    from synpunkt.stores.registry import RegistryStore

    receipt = world.report().json()
    world.settle()
    store, registry = CaseStore(ENVIRONMENT["CASES_TABLE"]), RegistryStore(ENVIRONMENT["REGISTRY_TABLE"])
    facts: dict[str, Any] = {"reason": None, "actor": Actor.HANDLER, "by": "x"}
    store.apply(
        receipt["case_id"],
        lambda file: hand_over(
            file.case, decision_for(registry, file, "0183"), event_id=clock.new_id(), now=clock.now(), **facts
        ),
    )
    with world.later(days=6):
        sweep(world)
        file = store.load(receipt["case_id"])
        assert file is not None
        assert file.case.municipality == "0183"
    with world.later(days=7, minutes=1):
        assert sweep(world) == []
        assert sweep(world) == []
    file = store.load(receipt["case_id"])
    assert file is not None
    assert (file.case.municipality, file.case.came_from, file.case.triage_reason) == ("0180", (), None)
    returned = [each.data["code"] for each in file.entries if each.type.value == "HandOverReturned"]
    assert returned == ["no_answer"]


# ---- the chain, link by link ---------------------------------------------------------------------------------------


def bounced(unit: str) -> dict[str, Any]:
    """What SES tells when the mail to that unit came back."""
    rows = claimed_messages()
    (sent,) = (row for row in rows if row["recipient"]["S"] == unit and row["state"]["S"] == "sent")
    return {
        "eventType": "Bounce",
        "bounce": {"bounceType": "Permanent", "bounceSubType": "General"},
        "mail": {"messageId": sent["message_id"]["S"]},
    }


def bounce(world: World, unit: str) -> None:
    """The mail to that unit comes back, and everybody does what follows from it."""
    assert world.invoke("deliver.on_bounce", bounced(unit)) == []
    world.settle()


def publish_addresses(code: str) -> None:
    from synpunkt.responsibility.lint import starting_document
    from synpunkt.responsibility.yaml_file import dump, load
    from synpunkt.stores.versions import VersionStore

    text = dump(starting_document(code))
    document = load(text.encode()).document
    departments = [
        each.model_copy(
            update={
                "mail": f"{each.id}@{code}.example",
                "mail_verified": True,
                "second_mail": f"{each.id}.second@{code}.example",
                "second_mail_verified": True,
            }
        )
        for each in document.departments
    ]
    VersionStore(ENVIRONMENT["REGISTRY_TABLE"]).publish(
        document.model_copy(update={"departments": departments}), author="x", note="x"
    )


def test_first_address_second_address_registrar_triage_and_out_again(world: World) -> None:
    publish_addresses("0180")
    world.claim("0180", topic_arn={"S": "arn:aws:sns:eu-north-1:123456789012:gone"})
    receipt = world.report(reporter={"email": "anna@example.org"}).json()
    world.settle()
    for unit in ("mail:street", "mail:street:second", "mail:registrar", "mail:registrar:second"):
        assert status(world, receipt) == "Framme hos Stockholms stad", unit
        bounce(world, unit)
    assert status(world, receipt) == "Inte framme än"
    assert [each["reason"] for each in rows(world)] == ["exhausted"]
    assert to_reporter(world) == ["Vi har tagit emot det du skickade", "Inte framme än"]
    work = [each.to for each in world.mails if each.to.endswith("0180.example")]
    assert work == [
        "street@0180.example",
        "street.second@0180.example",
        "registrar@0180.example",
        "registrar.second@0180.example",
    ]
    # The mailboxes work again: the same addresses get it anew, because a person said so.
    assert desk(world, "POST", f"triage/{receipt['case_id']}/resend").status == 200
    world.settle()
    assert status(world, receipt) == "Framme hos Stockholms stad"
    assert [each.to for each in world.mails].count("street@0180.example") == 2
    assert to_reporter(world)[2:] == ["Nu är ditt ärende framme"]
    # A bounce of the mail from before says nothing of this one.
    late = claimed_messages()
    old = next(row for row in late if row["recipient"]["S"] == "mail:street" and row["state"]["S"] == "refused")
    notice = {"eventType": "Bounce", "bounce": {}, "mail": {"messageId": old["message_id"]["S"]}}
    assert world.invoke("deliver.on_bounce", notice) == []
    world.settle()
    assert status(world, receipt) == "Framme hos Stockholms stad"

    # Should it be lost again, the reporter is told again.
    for unit in ("mail:street", "mail:street:second", "mail:registrar", "mail:registrar:second"):
        bounce(world, unit)
    assert to_reporter(world)[3:] == ["Inte framme än"]


def test_an_address_that_was_found_and_bounces_is_told_of(world: World) -> None:
    desk(world, "POST", "municipalities/1480/address", FOUND)
    receipt = stuck(world, reporter={"email": "anna@example.org"})
    assert status(world, receipt) == "Framme hos Göteborgs stad"
    bounce(world, "mail:registrar")
    assert status(world, receipt) == "Inte framme än"
    assert [each["reason"] for each in rows(world)] == ["exhausted"]
    assert to_reporter(world) == ["Vi har tagit emot det du skickade", "Inte framme än"]


def test_ses_refuses_all_and_the_topic_is_gone(world: World) -> None:
    world.claim("0180", topic_arn={"S": "arn:aws:sns:eu-north-1:123456789012:gone"})
    world.mail_hook = refuse("street@0180.example", "registrator@0180.example")
    receipt = world.report().json()
    world.settle()
    assert status(world, receipt) == "Inte framme än"
    world.mail_hook = None
    assert desk(world, "POST", f"triage/{receipt['case_id']}/resend").status == 200
    world.settle()
    assert status(world, receipt) == "Framme hos Stockholms stad"


def test_a_mail_whose_fate_is_unknown_is_not_counted_on(world: World) -> None:
    """The sender died between claim and outcome: the next in the chain is tried, and nobody is mailed twice."""
    world.claim("0180", topic_arn={"NULL": True}, registrar_mail={"S": "street@0180.example"})

    def dies(message: Message) -> None:
        raise KeyboardInterrupt

    receipt = world.report().json()
    lost = held_back(world)
    world.mail_hook = dies
    with pytest.raises(KeyboardInterrupt):
        world.invoke("deliver.on_event", *lost)
    world.mail_hook = None
    with world.later(minutes=2):
        assert world.invoke("deliver.on_event", *lost) == []
        world.settle()
    assert world.mails == []
    assert status(world, receipt) == "Inte framme än"
    assert [each["reason"] for each in rows(world)] == ["exhausted"]


@pytest.mark.parametrize(("kind", "failed"), [("DeliveryDelay", False), ("Bounce", True)])
def test_a_delay_is_waited_for_and_giving_up_is_a_failure(world: World, kind: str, failed: bool) -> None:
    receipt = world.report().json()
    world.settle()
    found = claimed_messages()
    message_id = found[0]["message_id"]["S"]
    # When SES gives up after its hours of trying, it tells of a bounce.
    detail = {"bounce": {"bounceType": "Transient", "bounceSubType": "MessageExpired"}} if failed else {}
    world.invoke("deliver.on_bounce", {"eventType": kind, "mail": {"messageId": message_id}, **detail})
    world.settle()
    assert ("DeliveryFailed" in types(world, receipt)) == failed
