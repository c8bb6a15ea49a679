"""What is said waits a moment: undone, or sent exactly once, or given back to whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from functions.desk.words import together
from synpunkt import clock
from synpunkt.identity import Scope, State
from synpunkt.stores.sendings import SendingState, SendingStore
from synpunkt.stores.staff import By, StaffStore
from tests.component.test_handling import ADMIN, OTHER, desk, do
from tests.component.world import ENVIRONMENT, Reply, World
from tests.tokens import bearer

COLLEAGUE = OTHER


def later(world: World, case_id: str, act: str, *, key: Mapping[str, str] = ADMIN, **body: Any) -> Reply:
    path = f"/api/v1/desk/cases/{case_id}/{act}"
    return world.call("desk", "POST", path, body=body, headers=key, query={"delay": "true"})


def undo(world: World, sending: Mapping[str, Any], *, key: Mapping[str, str] = ADMIN) -> Reply:
    path = f"/api/v1/desk/cases/{sending['case_id']}/sendings/{sending['sending_id']}"
    return world.call("desk", "DELETE", path, headers=key)


def draft(world: World, case_id: str, *, key: Mapping[str, str] = ADMIN) -> dict[str, Any]:
    answer = world.call("desk", "GET", f"/api/v1/desk/cases/{case_id}/draft", headers=key)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def message(sending: Mapping[str, Any]) -> dict[str, str]:
    return {"case_id": sending["case_id"], "sending_id": sending["sending_id"]}


def send(world: World, sending: Mapping[str, Any], *, seconds: float = 21) -> None:
    """Lets the message come when its time has come."""
    with world.later(seconds=seconds):
        assert world.invoke("desk.on_sending", message(sending)) == []
    world.settle()


def types(world: World, case_id: str) -> list[str]:
    return [each["type"] for each in desk(world, case_id)["timeline"]]


def delayed() -> int:
    told = boto3.client("sqs").get_queue_attributes(
        QueueUrl=ENVIRONMENT["SENDING_QUEUE_URL"], AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )
    return int(told["Attributes"]["ApproximateNumberOfMessagesDelayed"])


@pytest.fixture
def receipt(world: World) -> dict[str, Any]:
    """A report that has arrived in 0180, of somebody who left an address."""
    made: dict[str, Any] = world.report(reporter={"email": "anna@example.org", "name": "Anna Testsson"}).json()
    world.settle()
    world.mails.clear()
    return made


@pytest.mark.parametrize(
    ("act", "body", "event"),
    [
        ("reply", {"text": "Vi kommer i dag."}, "ReplyPosted"),
        ("question", {"text": "Vilken sida?"}, "QuestionAsked"),
        ("plan", {"planned_for": "2099-12-01", "text": "Före jul."}, "CasePlanned"),
        ("resolve", {"outcome": "fixed", "reply": "Klart."}, "CaseResolved"),
    ],
)
def test_what_waits_is_sent_once_though_the_message_comes_twice(
    world: World, receipt: dict[str, Any], act: str, body: dict[str, Any], event: str
) -> None:
    case_id = receipt["case_id"]
    answer = later(world, case_id, act, **body)
    assert answer.status == 202, answer.text
    sending = answer.json()
    assert (sending["state"], sending["mine"], sending["act"]) == ("waiting", True, act)
    assert delayed() == 1
    # Nothing has happened yet, and a message that comes too early changes that in no way.
    assert world.invoke("desk.on_sending", message(sending)) == []
    world.settle()
    assert event not in types(world, case_id)
    assert world.mails == []
    assert [each["sending_id"] for each in desk(world, case_id)["sendings"]] == [sending["sending_id"]]
    send(world, sending)
    send(world, sending)
    assert types(world, case_id).count(event) == 1
    assert [mail.to for mail in world.mails] == ["anna@example.org"]
    assert desk(world, case_id)["sendings"] == []
    assert undo(world, sending).json()["code"] == "sent_already"


def test_what_is_undone_is_never_sent_and_its_words_are_there_again(world: World, receipt: dict[str, Any]) -> None:
    sending = later(world, receipt["case_id"], "reply", text="Dumt sagt.").json()
    assert undo(world, sending).json()["state"] == "undone"
    # Saying so twice changes nothing.
    assert undo(world, sending).json()["state"] == "undone"
    send(world, sending)
    assert "ReplyPosted" not in types(world, receipt["case_id"])
    assert world.mails == []
    assert draft(world, receipt["case_id"])["text"] == "Dumt sagt."
    assert desk(world, receipt["case_id"])["sendings"] == []


def test_a_colleague_may_undo_and_does_not_get_the_words(world: World, receipt: dict[str, Any]) -> None:
    sending = later(world, receipt["case_id"], "reply", text="Dumt sagt.").json()
    answer = undo(world, sending, key=COLLEAGUE)
    assert (answer.status, answer.json()["mine"], answer.json()["fields"]) == (200, False, None)
    assert draft(world, receipt["case_id"], key=COLLEAGUE)["act"] is None
    assert draft(world, receipt["case_id"])["text"] == "Dumt sagt."


@pytest.mark.parametrize("first", ["send", "undo"])
def test_of_undoing_and_sending_at_once_exactly_one_wins(
    world: World, receipt: dict[str, Any], first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other has read the sending already when the first one ends it: the condition decides, not the reading."""
    sending = later(world, receipt["case_id"], "reply", text="Vi kommer.").json()
    real = SendingStore.end
    raced: list[bool] = []

    def other_first(self: SendingStore, *arguments: Any, **more: Any) -> Any:
        if not raced:
            raced.append(True)
            undo(world, sending) if first == "undo" else send(world, sending)
        return real(self, *arguments, **more)

    monkeypatch.setattr(SendingStore, "end", other_first)
    if first == "undo":
        send(world, sending)
    else:
        assert undo(world, sending).json()["code"] == "sent_already"
    sent = types(world, receipt["case_id"]).count("ReplyPosted")
    assert (sent, len(world.mails)) == ((0, 0) if first == "undo" else (1, 1))


def test_a_lost_message_is_made_up_for_by_the_sweep(world: World, receipt: dict[str, Any]) -> None:
    sending = later(world, receipt["case_id"], "reply", text="Vi kommer.").json()
    boto3.client("sqs").purge_queue(QueueUrl=ENVIRONMENT["SENDING_QUEUE_URL"])
    with world.later(seconds=70):
        world.invoke("upkeep.on_schedule", {})
        assert world.look_at_sendings() == []
        assert "ReplyPosted" not in types(world, receipt["case_id"]), "not due before its minute of grace is over"
    with world.later(seconds=90):
        world.invoke("upkeep.on_schedule", {})
        assert world.look_at_sendings() == []
    assert types(world, receipt["case_id"]).count("ReplyPosted") == 1
    with world.later(hours=1):
        world.invoke("upkeep.on_schedule", {})
        assert world.look_at_sendings() == []
    send(world, sending)
    assert types(world, receipt["case_id"]).count("ReplyPosted") == 1


def test_a_queue_that_is_down_keeps_nothing_and_says_so(
    world: World, receipt: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(type(together.bulks().sendings.queue), "one", down)
    assert later(world, receipt["case_id"], "reply", text="Vi kommer.").status == 500
    assert desk(world, receipt["case_id"])["sendings"] == []


def test_when_the_citizen_writes_meanwhile_nothing_is_sent_and_the_writer_sees_why(
    world: World, receipt: dict[str, Any]
) -> None:
    case_id = receipt["case_id"]
    sending = later(world, case_id, "resolve", outcome="fixed", reply="Klart nu.").json()
    said = world.call(
        "cases",
        "POST",
        f"/api/v1/cases/{receipt['reference']}/answer",
        body={"text": "Det blev värre."},
        headers={"Authorization": f"Bearer {receipt['token']}"},
    )
    assert said.status == 200
    send(world, sending)
    assert "CaseResolved" not in types(world, case_id)
    [stopped] = desk(world, case_id)["sendings"]
    assert (stopped["state"], stopped["why"]) == ("stopped", "citizen_wrote")
    assert "skrev medan" in stopped["why_text"]
    assert stopped["fields"]["reply"] == "Klart nu."
    back = draft(world, case_id)
    assert (back["act"], back["fields"]) == ("resolve", {"outcome": "fixed", "reply": "Klart nu."})
    # A colleague sees that it was stopped, and none of the words.
    [seen] = desk(world, case_id, COLLEAGUE)["sendings"]
    assert (seen["fields"], seen["mine"]) == (None, False)
    assert undo(world, sending).status == 200
    assert desk(world, case_id)["sendings"] == []


@pytest.mark.parametrize(
    ("act", "body", "meanwhile", "why"),
    [
        ("reply", {"text": "Vi kommer."}, ("resolve", {"outcome": "fixed"}), "case_changed"),
        (
            "reply",
            {"text": "Vi kommer."},
            ("hand-over", {"municipality": "0183", "reason": "Andra sidan."}),
            "case_moved",
        ),
    ],
)
def test_what_the_case_is_not_any_more_stops_it(
    world: World,
    receipt: dict[str, Any],
    act: str,
    body: dict[str, Any],
    meanwhile: tuple[str, dict[str, Any]],
    why: str,
) -> None:
    case_id = receipt["case_id"]
    sending = later(world, case_id, act, **body).json()
    assert do(world, case_id, meanwhile[0], key=COLLEAGUE, **meanwhile[1]).status == 200
    send(world, sending)
    assert "ReplyPosted" not in types(world, case_id)
    stopped = together.bulks().sendings.store.get(case_id, sending["sending_id"])
    assert stopped is not None
    assert stopped.why == why
    assert draft(world, case_id)["text"] == "Vi kommer."


@pytest.mark.parametrize(
    ("act", "body"),
    [("note", {"text": "Ring grannen."}), ("priority", {"priority": "high"}), ("assign", {"team": "street"})],
)
def test_what_colleagues_do_among_themselves_does_not_stop_it(
    world: World, receipt: dict[str, Any], act: str, body: dict[str, Any]
) -> None:
    sending = later(world, receipt["case_id"], "reply", text="Vi kommer.").json()
    assert do(world, receipt["case_id"], act, key=COLLEAGUE, **body).status == 200
    send(world, sending)
    assert types(world, receipt["case_id"])[-1] == "ReplyPosted"


@pytest.mark.parametrize(
    "changed",
    [
        {"state": State.SUSPENDED},
        {"departments": frozenset({"park"})},
        {"departments": frozenset({"street"})},
        {"name": "Annat Namn"},
    ],
    ids=str,
)
def test_who_may_no_longer_say_it_when_its_time_has_come_says_nothing(
    world: World, receipt: dict[str, Any], changed: dict[str, Any]
) -> None:
    case_id = receipt["case_id"]
    sending = later(world, case_id, "reply", text="Vi kommer.", key=bearer("handler@0180.example")).json()
    StaffStore(ENVIRONMENT["REGISTRY_TABLE"]).change(
        "0180", "handler-0180", changed, by=By("test", "Test"), now=clock.now()
    )
    send(world, sending)
    stopped = together.bulks().sendings.store.get(case_id, sending["sending_id"])
    assert stopped is not None
    if "name" in changed or "street" in changed.get("departments", ()):
        assert (stopped.state, types(world, case_id).count("ReplyPosted")) == (SendingState.SENT, 1)
        return
    assert (stopped.state, stopped.why) == (SendingState.STOPPED, "may_no_longer")
    assert "ReplyPosted" not in types(world, case_id)
    assert world.mails == []
    [seen] = desk(world, case_id, COLLEAGUE)["sendings"]
    assert "Inget har skickats" in seen["why_text"]


def test_a_key_that_was_revoked_meanwhile_says_nothing(world: World, receipt: dict[str, Any]) -> None:
    key, key_id = world.key("System", ["0180"], [Scope.READ, Scope.WRITE])
    shown = {"Authorization": f"Bearer {key}"}
    sending = later(world, receipt["case_id"], "resolve", outcome="fixed", reply="Klart.", key=shown).json()
    world.revoke(key_id)
    send(world, sending)
    assert desk(world, receipt["case_id"])["sendings"][0]["why"] == "may_no_longer"
    assert "CaseResolved" not in types(world, receipt["case_id"])


def test_a_newer_draft_is_never_written_over(world: World, receipt: dict[str, Any]) -> None:
    case_id = receipt["case_id"]
    sending = later(world, case_id, "reply", text="Gammalt.").json()
    path = f"/api/v1/desk/cases/{case_id}/draft"
    assert world.call("desk", "PUT", path, body={"act": "reply", "text": "Nyare."}, headers=ADMIN).status == 200
    assert undo(world, sending).status == 200
    assert draft(world, case_id)["text"] == "Nyare."


def test_what_cannot_be_said_now_is_refused_at_once_and_a_double_click_too(
    world: World, receipt: dict[str, Any]
) -> None:
    case_id = receipt["case_id"]
    version = desk(world, case_id)["version"]
    assert later(world, case_id, "resolve", outcome="no_action").json()["code"] == "says_no_reason"
    assert later(world, case_id, "plan", planned_for="2020-01-01").json()["code"] == "date_is_past"
    assert later(world, case_id, "plan", planned_for="9999-12-31").json()["code"] == "date_is_far"
    assert later(world, case_id, "reply", text="Hej", version=1).json()["code"] == "case_changed"
    assert later(world, case_id, "reply", text="Hej", version=version).status == 202
    assert later(world, case_id, "reply", text="Hej", version=version).json()["code"] == "sending_waits"
    assert later(world, case_id, "reply", text="Hej", key=COLLEAGUE).status == 202


@pytest.mark.parametrize("moment", ["last", "of_case", "begin"])
@pytest.mark.parametrize("before", [None, "undone", "sent", "swept"])
def test_of_a_double_click_on_two_servers_one_is_kept(
    world: World, receipt: dict[str, Any], moment: str, before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other comes in whole between any two steps of the first; also where one waited before, and is gone."""
    case_id = receipt["case_id"]
    if before is not None:
        earlier = later(world, case_id, "reply", text="Förut.").json()
        undo(world, earlier) if before == "undone" else send(world, earlier)
        if before == "swept":
            dynamodb, table = boto3.client("dynamodb"), ENVIRONMENT["CASES_TABLE"]
            for row in dynamodb.scan(TableName=table)["Items"]:
                if row["sk"]["S"].startswith(("SENDING#", "LAST#")):
                    dynamodb.delete_item(TableName=table, Key={"pk": row["pk"], "sk": row["sk"]})
        world.mails.clear()
    real = getattr(SendingStore, moment)
    answers: list[Reply] = []

    def other_meanwhile(self: SendingStore, *arguments: Any) -> Any:
        found = real(self, *arguments)
        if not answers:
            answers.append(Reply(0, {}, "", b""))
            answers[0] = later(world, case_id, "reply", text="Vi kommer.")
        return found

    monkeypatch.setattr(SendingStore, moment, other_meanwhile)
    answers.append(later(world, case_id, "reply", text="Vi kommer."))
    assert [each.status for each in answers] == [202, 409]
    assert answers[1].json()["code"] == "sending_waits"
    assert len(desk(world, case_id)["sendings"]) == 1
    send(world, answers[0].json())
    assert types(world, case_id).count("ReplyPosted") == (2 if before in ("sent", "swept") else 1)
    # Once it is sent, the next may wait again.
    assert later(world, case_id, "reply", text="Och en sak till.").status == 202


def test_a_key_speaks_at_once_unless_it_asks_to_wait(world: World, receipt: dict[str, Any]) -> None:
    assert do(world, receipt["case_id"], "reply", text="Genast.").status == 200
    assert "ReplyPosted" in types(world, receipt["case_id"])
    assert delayed() == 0


def test_another_municipality_undoes_nothing_and_learns_nothing(world: World, receipt: dict[str, Any]) -> None:
    world.claim("0583")
    stranger = bearer("handler@0583.example")
    sending = later(world, receipt["case_id"], "reply", text="HEMLIGT ÄN SÅ LÄNGE").json()
    answer = undo(world, sending, key=stranger)
    assert answer.status == 403
    assert "HEMLIGT" not in answer.text
    send(world, sending)
    assert "ReplyPosted" in types(world, receipt["case_id"])


def test_whoever_handed_the_case_over_does_not_see_what_is_about_to_be_said(
    world: World, receipt: dict[str, Any]
) -> None:
    case_id = receipt["case_id"]
    assert do(world, case_id, "hand-over", municipality="0183", reason="Andra sidan.").status == 200
    world.settle()
    # ADMIN's key is for both; OTHER's is for 0180, which handed it over, and not for 0183.
    assert later(world, case_id, "reply", text="HEMLIGT ÄN SÅ LÄNGE").status == 202
    assert "HEMLIGT" not in str(desk(world, case_id, OTHER))
    assert desk(world, case_id, OTHER)["sendings"] == []


# ---- drafts ----------------------------------------------------------------------------------------------------------


def test_a_draft_is_its_writers_alone_and_stands_in_no_history(world: World, receipt: dict[str, Any]) -> None:
    case_id = receipt["case_id"]
    path = f"/api/v1/desk/cases/{case_id}/draft"
    kept = {"act": "resolve", "text": "HALVFÄRDIGT", "fields": {"outcome": "fixed"}}
    before = desk(world, case_id)
    assert draft(world, case_id) == {"act": None, "text": "", "fields": {}, "saved_at": None}
    assert world.call("desk", "PUT", path, body=kept, headers=ADMIN).status == 200
    world.settle()
    found = draft(world, case_id)
    assert {name: found[name] for name in kept} == kept
    assert draft(world, case_id, key=COLLEAGUE)["act"] is None
    assert desk(world, case_id) == before
    for seen in (world.topic_messages, world.mails, world.case(receipt["reference"], receipt["token"]).text):
        assert "HALVFÄRDIGT" not in str(seen)
    with world.later(days=31):
        assert draft(world, case_id)["act"] is None
    assert world.call("desk", "DELETE", path, headers=ADMIN).status == 204
    assert world.call("desk", "DELETE", path, headers=ADMIN).status == 204
    assert draft(world, case_id)["act"] is None


# ---- previews --------------------------------------------------------------------------------------------------------


def preview(world: World, case_id: str, act: str, *, who: Mapping[str, str] = ADMIN, **body: Any) -> dict[str, Any]:
    path = f"/api/v1/desk/cases/{case_id}/preview"
    answer = world.call("desk.contact_api", "POST", path, body={"act": act, **body}, headers=who)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("reply", {"text": "Ring 070-123 45 67 så berättar vi."}),
        ("question", {"text": "Vilken sida?"}),
        ("plan", {"planned_for": "2099-12-01"}),
        ("resolve", {"outcome": "no_action", "reason": "Det är en grusväg."}),
    ],
)
def test_the_preview_is_the_mail_but_for_what_is_the_reporters_alone(
    world: World, receipt: dict[str, Any], act: str, body: dict[str, Any]
) -> None:
    case_id = receipt["case_id"]
    shown = preview(world, case_id, act, **body)
    assert types(world, case_id)[-1] != {"reply": "ReplyPosted"}.get(act)
    assert do(world, case_id, act, **body).status == 200
    world.settle()
    [mail] = world.mails
    assert shown["mail"]["subject"] == mail.subject
    sent = re.sub(r"#t=[\w.~%=-]+", "#t=…", mail.text).replace("Hej Anna Testsson,", "Hej,")
    assert shown["mail"]["text"] == sent
    assert "Anna" not in str(shown)
    assert "anna@" not in str(shown)
    everyone = world.case(receipt["reference"]).json()["timeline"][-1]["text"]
    assert shown["public_text"] == everyone


@pytest.mark.parametrize(
    ("report", "words", "readers", "mailed"),
    [
        (
            {"reporter": {"email": "a@example.org"}},
            "Vi kommer.",
            ["får ett mejl", "Alla som öppnar ärendets sida."],
            True,
        ),
        ({}, "Vi kommer.", ["Ingen får mejl", "Alla som öppnar"], False),
        (
            {"reporter": {"email": "a@example.org", "contact_by": "none"}},
            "Vi kommer.",
            ["Ingen får mejl", "Alla"],
            False,
        ),
        ({}, "Ring 070-123 45 67.", ["Ingen får mejl", "personuppgifter i texten är dolda"], False),
        ({}, "Ditt personnummer behövs.", ["Ingen får mejl", "men inte orden"], False),
        ({"publish": False}, "Vi kommer.", ["Ingen får mejl", "inte offentligt"], False),
    ],
)
def test_who_reads_it_is_said_in_words(
    world: World, report: dict[str, Any], words: str, readers: list[str], mailed: bool
) -> None:
    made = world.report(**report).json()
    world.settle()
    shown = preview(world, made["case_id"], "reply", text=words)
    assert [part in sentence for part, sentence in zip(readers, shown["readers"], strict=True)] == [True, True]
    assert (shown["mail"] is not None) == mailed
    hidden = not report.get("publish", True) or "personnummer" in words
    assert (shown["public_text"] is None) == hidden


def test_a_note_is_read_inside_alone_and_what_cannot_be_said_has_no_preview(
    world: World, receipt: dict[str, Any]
) -> None:
    shown = preview(world, receipt["case_id"], "note", text="Mellan oss.")
    assert shown == {"mail": None, "readers": ["Bara ni som har ärendet."], "public_text": None}
    path = f"/api/v1/desk/cases/{receipt['case_id']}/preview"
    answer = world.call("desk.contact_api", "POST", path, body={"act": "reopen"}, headers=ADMIN)
    assert (answer.status, answer.json()["code"]) == (409, "not_in_this_state")
    answer = world.call("desk.contact_api", "POST", path, body={"act": "reply"}, headers=ADMIN)
    assert answer.status == 422


def test_two_who_answer_at_once_do_not_contradict_each_other(world: World, receipt: dict[str, Any]) -> None:
    case_id = receipt["case_id"]
    mine = later(world, case_id, "reply", text="Vi lagar i dag.").json()
    theirs = later(world, case_id, "reply", key=COLLEAGUE, text="Vi lagar aldrig.").json()
    send(world, mine)
    send(world, theirs)
    said = [each["reason"] for each in desk(world, case_id)["timeline"] if each["type"] == "ReplyPosted"]
    assert said == ["Vi lagar i dag."]
    assert draft(world, case_id, key=COLLEAGUE)["text"] == "Vi lagar aldrig."
    [stopped] = [each for each in desk(world, case_id, dict(COLLEAGUE))["sendings"] if each["state"] == "stopped"]
    assert stopped["why"] == "case_changed"
