"""P8: markers planted in one municipality's private data stand in no answer to anybody of another, nor to everybody."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from synpunkt.identity import Member, Role
from tests.component.desk_rights import KEYS, OWN, ROWS, STAFF, headers_of_everybody
from tests.component.world import World
from tests.tokens import bearer

PLANTED = "0180"
ADMIN = f"planter@{PLANTED}.example"


def mark(where: str) -> str:
    """A word that stands nowhere else."""
    return f"zqx{where}xqz"


def act(world: World, method: str, path: str, *, room: str = "desk", **given: Any) -> Any:
    query = given.pop("query", None)
    headers = {**bearer(ADMIN), "Idempotency-Key": str(uuid.uuid4())}
    answer = world.call(room, method, f"/api/v1/desk/{path}", body=given or None, headers=headers, query=query)
    assert answer.status in (200, 201, 202, 204), (path, answer.text)
    return answer.json() if answer.text else None


def planted(world: World) -> list[dict[str, Any]]:
    """Two private cases in Stockholm, linked, and all that people there write beside them."""
    roles = frozenset({Role.ADMIN, Role.LEAD, Role.REGISTRAR})
    world.employ(Member("planter", ADMIN, mark("staff"), PLANTED, roles))
    made = []
    for number in range(2):
        receipt = world.report(
            description=f"{mark('words')} {number}",
            location={"lat": 59.3307, "lon": 18.0593, "text": mark("place")},
            reporter={"name": mark("name"), "email": f"{mark('mail')}@example.org"},
            publish=False,
        ).json()
        world.settle()
        made.append(receipt)
    case_id = made[0]["case_id"]
    act(world, "POST", f"cases/{case_id}/note", text=mark("note"))
    act(world, "POST", f"cases/{case_id}/reply", text=mark("reply"))
    act(world, "POST", f"cases/{case_id}/number", foreign_number=mark("number"))
    act(world, "POST", f"cases/{case_id}/registered", diary_number=mark("diary"))
    act(world, "POST", f"cases/{case_id}/link", references=[made[1]["reference"]])
    act(world, "PUT", f"cases/{case_id}/draft", act="reply", text=mark("draft"))
    act(world, "POST", f"cases/{case_id}/question", text=mark("sending"), query={"delay": "true"})
    template: dict[str, Any] = {"name": mark("template"), "text": mark("templatetext"), "language": "sv"}
    act(world, "PUT", "templates/marked", **template, query={"municipality": PLANTED})
    view: dict[str, Any] = {"name": mark("view"), "shared": True, "filters": {}}
    act(world, "PUT", "views/marked", **view, query={"municipality": PLANTED})
    key: dict[str, Any] = {"name": mark("key"), "scopes": ["read"]}
    act(world, "POST", "keys", room="desk.staff_api", query={"municipality": PLANTED}, **key)
    world.settle()
    return made


def test_no_answer_to_anybody_else_tells_what_was_planted(world: World) -> None:
    made = planted(world)
    own = world.call("desk", "GET", f"/api/v1/desk/cases/{made[0]['case_id']}", headers=bearer(ADMIN)).text
    for where in ("words", "place", "note", "reply", "number", "diary", "sending"):
        assert mark(where) in own, "it has to be there to be kept from others"
    shown = headers_of_everybody(world)
    leaks: list[str] = []
    told = 0

    def look(where: str, text: str) -> None:
        nonlocal told
        told += 1
        if "zqx" in text:
            leaks.append(f"{where}: {text[max(0, text.index('zqx') - 60) :][:160]}")

    # Whatever they may ask for of their own, and the same of the planted cases.
    for (method, path), row in ROWS.items():
        # Once for all of them: what the first has done, the others are told.
        ask = row.ask(world, OWN)
        for who in (*sorted(STAFF & row.let_in), *sorted(KEYS & row.let_in)):
            headers = {**shown[who], **(ask.headers or {})}
            answer = world.call(row.room, method, ask.path, body=ask.body, headers=headers, query=ask.query)
            look(f"{method} {path} {who}", answer.text)
        for receipt in made:
            there = path.replace("{case_id}", receipt["case_id"])
            if there != path and "{" not in there:
                for who in (*sorted(STAFF), *sorted(KEYS)):
                    body = row.ask(world, OWN).body
                    look(
                        f"{method} {there} {who}",
                        world.call(row.room, method, there, body=body, headers=shown[who]).text,
                    )
    for query in ({"municipality": PLANTED}, {"municipality": OWN}):
        for who in (*sorted(STAFF), *sorted(KEYS)):
            for route in ("inbox", "search", "colleagues", "templates", "views", "register"):
                room = "desk.contact_api" if route == "register" else "desk"
                asked = {**query, "q": mark("words"), "from": "2020-01-01", "to": "2099-01-01"}
                wanted = {name: asked[name] for name in _QUERY[route]}
                answer = world.call(room, "GET", f"/api/v1/desk/{route}", headers=shown[who], query=wanted)
                look(f"{route} {wanted} {who}", answer.text)
            look(f"feed {who}", world.call("deliver", "GET", "/api/v1/events", headers=shown[who]).text)
    # What everybody reads, and every event.
    for receipt in made:
        for path in (f"/api/v1/cases/{receipt['reference']}", f"/c/{receipt['reference']}"):
            look(path, world.call("cases", "GET", path).text)
    look("list", world.call("cases", "GET", "/api/v1/cases", query={"municipality": PLANTED}).text)
    for message in world.topic_messages:
        look("event", str(message))
    assert leaks == []
    assert told > 300


_QUERY = {
    "inbox": ("municipality",),
    "search": ("municipality", "q"),
    "colleagues": ("municipality",),
    "templates": ("municipality",),
    "views": ("municipality",),
    "register": ("municipality", "from", "to"),
}


def test_nor_does_what_is_logged(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    planted(world)
    assert "zqx" not in capsys.readouterr().out + caplog.text


def test_mails_tell_the_reporter_alone(world: World) -> None:
    planted(world)
    address = f"{mark('mail')}@example.org"
    told = [f"{mail.subject} {mail.text}" for mail in world.mails if mail.to != address]
    assert told
    # What is not public stands behind the link of the department's mail, and of the reporter's only their answer.
    assert not [text for text in told if "zqx" in text]
    theirs = " ".join(mail.text for mail in world.mails if mail.to == address)
    assert mark("reply") in theirs
    assert not [each for each in ("note", "draft", "diary", "sending", "staff") if mark(each) in theirs]
