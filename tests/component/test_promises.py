"""What a municipality promised, from the report to the day it is late, in the real rooms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.cases.models import PromiseOut
from functions.cases.promise import promise_out
from synpunkt import clock
from synpunkt.deciding import decision_for
from synpunkt.lifecycle import (
    Actor,
    By,
    Change,
    EventType,
    Outcome,
    Promised,
    Text,
    Visibility,
    answer,
    ask,
    reply,
    resolve,
)
from synpunkt.promise_clock import look_at
from synpunkt.promises import SWEDEN
from synpunkt.responsibility.document import Document
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.due import DueStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.versions import VersionStore
from tests.component.world import ENVIRONMENT, World
from tests.registries import document

MONDAY = "2026-11-23 08:00"


class Watch:
    """What time it is, Swedish time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = datetime.min
        monkeypatch.setattr(clock, "now", lambda: self.time)
        self.set(MONDAY)

    def set(self, text: str) -> None:
        """It is that time now: `2026-11-24 15:00`."""
        self.time = datetime.fromisoformat(text).replace(tzinfo=SWEDEN).astimezone(UTC)


@pytest.fixture
def watch(world: World, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Monday morning, in a world of its own."""
    return Watch(monkeypatch)


def _publish(**parts: Any) -> None:
    draft = document(**parts).as_data()
    street = next(each for each in draft["departments"] if each["id"] == "street")
    street |= {"mail": "gata@x.example", "mail_verified": True}
    VersionStore(ENVIRONMENT["REGISTRY_TABLE"]).publish(Document.model_validate(draft), author="a", note="n")


def _cases() -> CaseStore:
    return CaseStore(ENVIRONMENT["CASES_TABLE"])


def _sweep() -> list[str]:
    """What a sweep does with the clocks whose time has come; answers which they were."""
    store = DueStore(ENVIRONMENT["CASES_TABLE"])
    found = store.due(clock.now() + timedelta(milliseconds=1), at_most=50)
    looked = [each for each in found if each.what in set(Promised)]
    for item in looked:
        later = look_at(_cases(), item.case_id, Promised(item.what))
        if later:
            store.put_off(item, later)
        else:
            store.strike_off(item)
    return sorted(each.what for each in looked)


def _reported(world: World) -> tuple[str, str, str]:
    receipt = world.report().json()
    world.settle()
    return receipt["case_id"], receipt["reference"], receipt["token"]


def _do(case_id: str, command: Any, actor: Actor = Actor.HANDLER, **facts: Any) -> None:
    def run(file: CaseFile) -> Change | None:
        who = None if actor is Actor.CITIZEN else "key"
        done: Change | None = command(file.case, By(actor, who, clock.new_id(), clock.now()), **facts)
        return done

    _cases().apply(case_id, run)


def _words(case_id: str, name: str) -> Text:
    file = _cases().load(case_id)
    assert file is not None
    return Text(file.case.version + 1, name, "ord", "ord", Visibility.PUBLIC)


def _promise(case_id: str) -> PromiseOut | None:
    file = _cases().load(case_id)
    assert file is not None
    return promise_out(file.case, clock.now(), "sv")


def _told(world: World, event_type: str) -> list[dict[str, Any]]:
    """The data of the events of that type which the municipality's systems got."""
    events = [each["event"] for each in world.topic_messages]
    return [each["data"] for each in events if each["type"] == event_type]


def _types(case_id: str) -> list[str]:
    file = _cases().load(case_id)
    assert file is not None
    return [each.type.value for each in file.entries]


def test_a_promise_from_the_report_to_the_day_it_is_late(world: World, watch: Watch) -> None:
    _publish(targets={"answer_hours": 16})
    case_id, reference, token = _reported(world)
    told = _told(world, "CaseRouted")[0]["routing"]
    assert told["promise"]["answer_hours"] == 16
    assert told["promise"]["answer_due"] == "2026-11-24T14:00:00.000Z"
    assert "working_hours" not in told["promise"]
    case = world.case(reference, token).json()
    assert case["promise"]["answer_due"] == "2026-11-24T14:00:00.000Z"
    assert case["promise"]["sentences"] == ["Stockholms stad har lovat svar senast tisdag 24 november kl. 15."]
    assert "har lovat svar senast tisdag 24 november kl. 15." in world.call("cases", "GET", f"/c/{reference}").text
    assert _sweep() == ["answer"]
    assert _sweep() == []

    # Asked on Monday at ten and answered on Tuesday at ten: nine working hours that nobody could use.
    watch.set("2026-11-23 10:00")
    _do(case_id, ask, text=_words(case_id, "question"))
    watch.set("2026-11-24 09:30")
    assert _promise(case_id) == PromiseOut(
        paused=True,
        overdue=[],
        sentences=["Stockholms stad har lovat svar inom en viss tid. Tiden står still tills du har svarat på frågan."],
    )
    watch.set("2026-11-24 10:00")
    _do(case_id, answer, Actor.CITIZEN, text=_words(case_id, "answer"))
    moved = _promise(case_id)
    assert moved is not None
    assert moved.answer_due == "2026-11-25T14:00:00.000Z"
    world.settle()
    world.mails.clear()

    # When it would have been late, it is only put off; when it soon is, they are reminded, and then told, each once.
    watch.set("2026-11-24 15:00")
    assert _sweep() == ["answer"]
    assert _sweep() == []
    assert not {"CaseNudged", "CaseOverdue"} & set(_types(case_id))
    watch.set("2026-11-25 11:30")
    assert _sweep() == ["answer"]
    world.settle()
    assert _types(case_id)[-1] == "CaseNudged"
    assert [mail.to for mail in world.mails] == ["gata@x.example"]
    assert "har lovat svar i ärendet" in world.mails[0].text
    watch.set("2026-11-25 15:00")
    assert _sweep() == ["answer"]
    world.settle()
    assert _sweep() == []
    for _ in range(2):
        assert look_at(_cases(), case_id, Promised.ANSWER) is None
    assert _types(case_id).count("CaseOverdue") == 1
    assert [mail.subject for mail in world.mails] == [
        f"[{reference}] Utlovad tid går snart ut",
        f"[{reference}] Utlovad tid har gått ut",
    ]
    assert _told(world, "CaseOverdue") == [
        {"which": "answer", "due": "2026-11-25T14:00:00.000Z", "promised_by": "0180"}
    ]


def test_that_it_is_late_is_for_everybody_to_see_and_a_reminder_is_not(world: World, watch: Watch) -> None:
    _publish(targets={"answer_hours": 8, "repair_hours": 9})
    case_id, reference, token = _reported(world)
    watch.set("2026-11-23 15:00")
    _sweep()
    watch.set("2026-11-24 08:00")
    _sweep()
    world.settle()
    assert set(_types(case_id)[3:]) == {"CaseNudged", "CaseOverdue"}
    late = world.case(reference, token).json()
    assert late["promise"]["overdue"] == ["answer", "repair"]
    assert [each["type"] for each in late["timeline"]][3:] == ["CaseOverdue", "CaseOverdue"]
    page = world.call("cases", "GET", f"/c/{reference}").text
    assert page.count("Den tiden har gått ut.") == 2
    assert "Tiden för åtgärd som kommunen har lovat har gått ut" in page


def test_without_a_target_nobody_is_told_a_time(world: World, watch: Watch) -> None:
    _publish()
    case_id, reference, token = _reported(world)
    assert world.case(reference, token).json()["promise"] is None
    assert "lovat" not in world.call("cases", "GET", f"/c/{reference}").text
    assert _sweep() == []
    watch.set("2027-11-23 08:00")
    assert _sweep() == []
    assert look_at(_cases(), case_id, Promised.ANSWER) is None


def test_what_was_done_in_time_is_never_late(world: World, watch: Watch) -> None:
    _publish(targets={"answer_hours": 8, "repair_hours": 24})
    case_id, _, _ = _reported(world)
    assert _sweep() == ["answer", "repair"]
    watch.set("2026-11-23 10:00")
    _do(case_id, reply, text=_words(case_id, "reply"))
    _do(case_id, resolve, outcome=Outcome.FIXED)
    watch.set("2026-12-23 10:00")
    assert _sweep() == ["answer", "repair"]
    assert _sweep() == []
    assert EventType.CASE_OVERDUE.value not in _types(case_id)


def test_the_promise_is_that_of_the_day_the_case_was_routed(world: World, watch: Watch) -> None:
    _publish(targets={"answer_hours": 8})
    _, reference, token = _reported(world)
    _publish(based_on=1, targets={"answer_hours": 80})
    assert world.case(reference, token).json()["promise"]["answer_due"] == "2026-11-23T15:00:00.000Z"


def test_a_reminder_about_what_was_answered_meanwhile_is_not_mailed(world: World, watch: Watch) -> None:
    _publish(targets={"answer_hours": 8})
    case_id, _, _ = _reported(world)
    watch.set("2026-11-23 15:00")
    assert _sweep() == ["answer"]
    _do(case_id, reply, text=_words(case_id, "reply"))
    world.mails.clear()
    world.settle()
    assert "CaseNudged" in _types(case_id)
    assert world.mails == []


def test_a_reminder_names_nothing_private(world: World, watch: Watch) -> None:
    _publish(targets={"answer_hours": 8}, national_categories=[{"id": "school", "department": "street"}])
    receipt = world.report(category="school", description="Hemligt om grannen.").json()
    world.settle()
    world.mails.clear()
    watch.set("2026-11-23 15:00")
    _sweep()
    world.settle()
    [mail] = world.mails
    assert "Hemligt" not in mail.text
    assert f"/work/{receipt['reference']}#t=" in mail.text


def test_no_time_that_was_past_is_told_to_those_who_get_the_case(world: World, watch: Watch) -> None:
    _publish()
    case_id, _, _ = _reported(world)
    _publish(based_on=1, targets={"answer_hours": 8, "repair_hours": 80})
    watch.set("2026-11-25 08:00")
    file = _cases().load(case_id)
    assert file is not None
    decision = decision_for(RegistryStore(ENVIRONMENT["REGISTRY_TABLE"]), file)
    promise = decision.routing["promise"]
    assert ("answer_due" in promise, promise["repair_due"]) == (False, "2026-12-03T15:00:00.000Z")
