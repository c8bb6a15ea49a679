"""A system says its own status: what it means is data, and what nobody has explained is seen, not lost."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from functions.desk.systems import meanings
from synpunkt.identity import Scope
from synpunkt.sandbox import sandbox_of
from synpunkt.stores import foreign_statuses
from tests.component.test_sandbox import made_up
from tests.component.test_systems import KEY, types, update
from tests.component.world import Reply, World
from tests.contract.open311 import post

PATH = "/api/v1/desk/statuses"


def ask(world: World, method: str, path: str = PATH, *, key: str = KEY, body: Any = None, **query: str) -> Reply:
    """A call about Stockholm's statuses."""
    headers = {"Authorization": f"Bearer {key}"}
    return world.call("desk", method, path, body=body, headers=headers, query={"municipality": "0180", **query})


def explain(world: World, words: str, after: str | None = None, **means: str) -> Reply:
    """Says what a status means."""
    query = {"after": after} if after else {}
    return ask(world, "PUT", body={"foreign_status": words, "means": means}, **query)


def waiting(world: World) -> dict[str, list[str]]:
    """The cases that wait, by their status."""
    listed = ask(world, "GET").json()["unexplained"]
    return {each["foreign_status"]: [case["case_id"] for case in each["cases"]] for each in listed}


def said_of(answer: Reply) -> str:
    """The words of the last thing that happened."""
    words: str = answer.json()["timeline"][-1]["reason"]
    return words


@pytest.fixture
def case(world: World) -> dict[str, Any]:
    """A case in Stockholm that has arrived."""
    return world.routed(reporter={"email": "a@example.org"})


def test_a_status_that_is_explained_does_what_it_means(world: World, case: dict[str, Any]) -> None:
    assert explain(world, "Under handläggning", status="in_progress").json()["applied"] == 0
    assert explain(world, "Avslutat - åtgärdat", status="resolved", outcome="fixed").status == 200
    begun = update(world, case["case_id"], foreign_status="UNDER  handläggning", foreign_number="TK-9")
    assert (begun.status, begun.json()["status"]) == (200, "in_progress"), begun.text
    assert begun.json()["unexplained_status"] is None
    closed = update(world, case["case_id"], foreign_status="Avslutat - åtgärdat", reply="Nu är det lagat.")
    assert (closed.json()["status"], closed.json()["outcome"]) == ("resolved", "fixed")
    assert said_of(closed) == "Nu är det lagat."
    assert waiting(world) == {}


def test_what_an_update_says_itself_counts_before_what_its_status_means(world: World, case: dict[str, Any]) -> None:
    explain(world, "Avslutat", status="resolved", outcome="no_action", reason="Ingen åtgärd behövs.")
    closed = update(world, case["case_id"], foreign_status="Avslutat", reason="Trädet står kvar: det är friskt.")
    assert closed.json()["outcome"] == "no_action"
    assert said_of(closed) == "Trädet står kvar: det är friskt."


@pytest.mark.parametrize("first", ["explained", "sent"])
def test_why_and_when_are_left_out_where_it_has_no_use_for_them(world: World, case: dict[str, Any], first: str) -> None:
    told = {"reason": "Väntar på asfalt.", "planned_for": "2099-05-01"}
    if first == "explained":
        explain(world, "Pågår", status="in_progress")
        assert update(world, case["case_id"], foreign_status="Pågår", **told).json()["status"] == "in_progress"
    else:
        update(world, case["case_id"], foreign_status="Pågår", **told)
        answer = explain(world, "Pågår", status="in_progress").json()
        assert (answer["applied"], answer["refused"], waiting(world)) == (1, 0, {})
    assert world.case(case["reference"]).json()["status"] == "in_progress"


def test_one_that_nobody_has_explained_changes_nothing_and_is_seen(world: World, case: dict[str, Any]) -> None:
    answer = update(world, case["case_id"], foreign_status="Vilande <b>", reply="Vi återkommer.", foreign_number="TK-9")
    assert (answer.status, answer.json()["unexplained_status"]) == (200, "Vilande <b>")
    # As after any answer of theirs.
    assert (answer.json()["status"], answer.json()["foreign_number"]) == ("acknowledged", "TK-9")
    assert "ReplyPosted" in types(answer)
    assert waiting(world) == {"Vilande <b>": [case["case_id"]]}
    # Sent once more, also in other letters, it waits once.
    update(world, case["case_id"], foreign_status="vilande <B>")
    assert list(waiting(world).values()) == [[case["case_id"]]]


def test_explained_later_it_is_done_to_those_that_waited(world: World, case: dict[str, Any]) -> None:
    again = str(uuid.uuid4())
    update(world, case["case_id"], again=again, foreign_status="Beställd", planned_for="2099-05-01")
    assert world.case(case["reference"]).json()["status"] != "planned"
    answer = explain(world, "beställd", status="planned").json()
    assert (answer["applied"], answer["refused"], answer["next"]) == (1, 0, None)
    assert waiting(world) == {}
    # The system sends its update again: it is old news, and answered as it was.
    repeated = update(world, case["case_id"], again=again, foreign_status="Beställd", planned_for="2099-05-01")
    assert (repeated.json()["unexplained_status"], repeated.json()["status"]) == ("Beställd", "planned")
    assert repeated.json()["planned_for"] == "2099-05-01"
    assert waiting(world) == {}


def test_those_it_does_not_fit_wait_on(world: World, case: dict[str, Any]) -> None:
    update(world, case["case_id"], foreign_status="Klart")
    # An answer has to be given, and none was.
    answer = explain(world, "Klart", status="resolved", outcome="answered").json()
    assert (answer["applied"], answer["refused"]) == (0, 1)
    assert waiting(world) == {"Klart": [case["case_id"]]}
    assert explain(world, "Klart", status="resolved", outcome="answered", reply="Svar: ja.").json()["applied"] == 1


def test_more_than_fit_in_one_call_are_gone_on_with(
    world: World, case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meanings, "_AT_ONCE", 2)
    others = [world.routed()["case_id"] for _ in range(4)]
    for case_id in (case["case_id"], *others):
        update(world, case_id, foreign_status="Pågår")
    applied, after = 0, None
    for _ in range(3):
        answer = explain(world, "Pågår", after, status="in_progress").json()
        applied, after = applied + answer["applied"], answer["next"]
    assert (applied, after, waiting(world)) == (5, None, {})


def test_those_behind_many_others_are_reached(
    world: World, case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meanings, "MOST_SHOWN", 2)
    # As when a page of the table is full before that.
    monkeypatch.setattr(foreign_statuses, "MOST_SHOWN", 1)
    others = [world.routed()["case_id"] for _ in range(2)]
    for case_id in (case["case_id"], others[0]):
        update(world, case_id, foreign_status="Vilande")
    assert ask(world, "GET").json()["more"] is False
    update(world, others[1], foreign_status="Pågår")
    assert ask(world, "GET").json()["more"] is True
    assert waiting(world) == {"Vilande": [case["case_id"], others[0]]}
    first = explain(world, "Pågår", status="in_progress").json()
    assert (first["applied"], first["next"]) == (0, others[0])
    second = explain(world, "Pågår", first["next"], status="in_progress").json()
    assert (second["applied"], second["next"]) == (1, None)


def test_what_is_made_up_waits_as_long_as_its_case_lasts(world: World) -> None:
    sandbox = sandbox_of("0180")
    key, _ = world.key("Prov", [sandbox], [Scope.READ, Scope.WRITE])
    [case] = made_up(world, key)
    update(world, case["case_id"], key, foreign_status="Vilande", reason="Väntar på asfalt.")
    assert len(ask(world, "GET", key=key, municipality=sandbox).json()["unexplained"]) == 1
    with world.later(days=30, minutes=1):
        assert ask(world, "GET", key=key, municipality=sandbox).json()["unexplained"] == []


def test_a_status_that_means_nothing_here_settles_them(world: World, case: dict[str, Any]) -> None:
    update(world, case["case_id"], foreign_status="Registrerad i arkivet")
    assert explain(world, "Registrerad i arkivet").json()["applied"] == 1
    assert waiting(world) == {}
    answer = update(world, case["case_id"], foreign_status="Registrerad i arkivet", planned_for="2099-05-01")
    assert (answer.status, answer.json()["unexplained_status"]) == (200, None)
    assert answer.json()["planned_for"] is None


def test_what_the_system_says_next_settles_it(world: World, case: dict[str, Any]) -> None:
    update(world, case["case_id"], foreign_status="Vilande")
    update(world, case["case_id"], foreign_number="TK-1")
    assert waiting(world) == {"Vilande": [case["case_id"]]}
    update(world, case["case_id"], status="in_progress", foreign_status="Åter")
    assert waiting(world) == {}


def test_somebody_sees_to_it_by_hand(world: World, case: dict[str, Any]) -> None:
    update(world, case["case_id"], foreign_status="Vilande")
    for _ in range(2):
        assert ask(world, "DELETE", f"{PATH}/unexplained/{case['case_id']}").status == 204
    assert waiting(world) == {}


def test_a_case_that_has_gone_elsewhere_waits_no_longer(world: World, case: dict[str, Any]) -> None:
    update(world, case["case_id"], foreign_status="Vilande")
    path, lead = f"/api/v1/desk/cases/{case['case_id']}/hand-over", {"Authorization": "Bearer local-admin-key"}
    given = world.call("desk", "POST", path, body={"municipality": "0183", "reason": "Deras väg."}, headers=lead)
    assert given.status == 200, given.text
    answer = explain(world, "Vilande", status="in_progress").json()
    assert (answer["applied"], answer["refused"], waiting(world)) == (0, 0, {})


def test_who_is_limited_sees_and_settles_their_own(world: World, case: dict[str, Any]) -> None:
    update(world, case["case_id"], foreign_status="Vilande")
    park, _ = world.key("Parken", ["0180"], [Scope.READ, Scope.WRITE], departments=["park"])
    street, _ = world.key("Gatan", ["0180"], [Scope.READ, Scope.WRITE], departments=[case["department"]["id"]])
    seen_to = f"{PATH}/unexplained/{case['case_id']}"
    assert ask(world, "GET", key=park).json()["unexplained"] == []
    assert len(ask(world, "GET", key=street).json()["unexplained"]) == 1
    assert ask(world, "DELETE", seen_to, key=park).status == 403
    assert waiting(world)
    assert ask(world, "DELETE", seen_to, key=street).status == 204


def test_taken_back_it_is_unexplained_again(world: World, case: dict[str, Any]) -> None:
    explain(world, "Pågår", status="in_progress")
    assert [each["foreign_status"] for each in ask(world, "GET").json()["statuses"]] == ["Pågår"]
    assert ask(world, "DELETE", foreign_status="pågår").status == 204
    gone = ask(world, "DELETE", foreign_status="pågår")
    assert (gone.status, gone.json()["code"]) == (404, "status_not_found")
    assert update(world, case["case_id"], foreign_status="Pågår").json()["unexplained_status"] == "Pågår"


@pytest.mark.parametrize(
    ("words", "means", "field"),
    [
        ("", {"status": "in_progress"}, "foreign_status"),
        ("x" * 101, {"status": "in_progress"}, "foreign_status"),
        ("Klart", {"status": "resolved"}, "means.outcome"),
        ("Klart", {"outcome": "fixed"}, "means.outcome"),
        ("Klart", {"status": "in_progress", "reason": "Därför."}, "means.reason"),
        ("Klart", {"reply": "Hej."}, "means.reply"),
        ("Klart", {"status": "gone"}, "means.status"),
        ("Klart", {"status": None}, "means.status"),
    ],
)
def test_what_cannot_be_meant_is_refused(world: World, words: str, means: dict[str, Any], field: str) -> None:
    answer = ask(world, "PUT", body={"foreign_status": words, "means": means})
    assert (answer.status, [each["field"] for each in answer.json()["errors"]]) == (422, [field])
    assert ask(world, "GET").json()["statuses"] == []


def test_each_municipality_has_meanings_of_its_own(world: World, case: dict[str, Any]) -> None:
    explain(world, "Pågår", status="in_progress")
    assert ask(world, "GET", municipality="0583").json()["statuses"] == []
    update(world, case["case_id"], foreign_status="Vilande")
    assert ask(world, "GET", municipality="0583").json()["unexplained"] == []
    mine, _ = world.key("Solna", ["0184"], [Scope.READ, Scope.WRITE])
    assert ask(world, "GET", key=mine).status == 403
    assert ask(world, "DELETE", f"{PATH}/unexplained/{case['case_id']}", key=mine).status == 403
    assert waiting(world) == {"Vilande": [case["case_id"]]}


def test_open311_looks_up_what_the_extension_does_not_know(world: World, case: dict[str, Any]) -> None:
    def said(status: str) -> Reply:
        told = {"api_key": KEY, "service_request_id": case["reference"], "status": status, "description": "Så är det."}
        return post(world, "servicerequestupdates.json", told)

    for _ in range(2):
        [told] = said("Vilande").json()
        assert set(told) == {"update_id", "service_notice"}
        assert "Statusar" in told["service_notice"]
    assert waiting(world) == {"Vilande": [case["case_id"]]}
    explain(world, "Vilande", status="planned")
    explain(world, "Beställd", status="in_progress")
    assert set(said("beställd").json()[0]) == {"update_id"}
    assert world.case(case["reference"]).json()["status"] == "in_progress"
    assert waiting(world) == {}
