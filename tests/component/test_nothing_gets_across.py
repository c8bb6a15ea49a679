"""P8: markers planted in one municipality's private data stand in no answer to anybody of another, nor to everybody."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from synpunkt import clock
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


class Reader:
    """Whoever looks at answers, and remembers where something planted stood."""

    def __init__(self) -> None:
        self.leaks: list[str] = []
        self.told = 0

    def look(self, where: str, text: str) -> None:
        """Reads an answer."""
        self.told += 1
        # All of a mark: a signature may hold a few letters of it by chance.
        if found := re.search("zqx[a-z]+xqz", text):
            self.leaks.append(f"{where}: {text[max(0, found.start() - 60) :][:160]}")


PEOPLE = (*sorted(STAFF), *sorted(KEYS))
_ROUTES = list(ROWS)
# Few at a time: a world in which all has happened is slow to ask.
PARTS = [_ROUTES[start : start + 6] for start in range(0, len(_ROUTES), 6)]


@pytest.mark.parametrize("routes", PARTS, ids=[f"{method} {path}" for (method, path), *_ in PARTS])
def test_no_route_tells_others_what_was_planted(world: World, routes: list[tuple[str, str]]) -> None:
    made = planted(world)
    shown, reader = headers_of_everybody(world), Reader()
    # Whatever they may ask for of their own, and the same of the planted cases.
    for method, path in routes:
        row = ROWS[method, path]
        # Once for all of them: what the first has done, the others are told.
        ask = row.ask(world, OWN)
        there = path.replace("{case_id}", made[0]["case_id"])
        for who in PEOPLE:
            headers = {**shown[who], **(ask.headers or {})}
            answer = world.call(row.room, method, ask.path, body=ask.body, headers=headers, query=ask.query)
            reader.look(f"{method} {path} {who}", answer.text)
            if there != path and "{" not in there:
                answer = world.call(row.room, method, there, body=ask.body, headers=headers, query=ask.query)
                reader.look(f"{method} {there} {who}", answer.text)
    assert reader.leaks == []
    assert reader.told >= len(routes) * len(PEOPLE)


def test_no_list_tells_others_what_was_planted(world: World) -> None:
    made = planted(world)
    own = world.call("desk", "GET", f"/api/v1/desk/cases/{made[0]['case_id']}", headers=bearer(ADMIN)).text
    for where in ("words", "place", "note", "reply", "number", "diary", "sending"):
        assert mark(where) in own, "it has to be there to be kept from others"
    shown, reader = headers_of_everybody(world), Reader()
    for query in ({"municipality": PLANTED}, {"municipality": OWN}):
        for who in PEOPLE:
            for route, names in _QUERY.items():
                room = "desk.contact_api" if route == "register" else "desk"
                asked = {**query, "q": mark("words"), "from": "2020-01-01", "to": "2099-01-01"}
                wanted = {name: asked[name] for name in names}
                answer = world.call(room, "GET", f"/api/v1/desk/{route}", headers=shown[who], query=wanted)
                reader.look(f"{route} {wanted} {who}", answer.text)
    for who in PEOPLE:
        reader.look(f"feed {who}", world.call("deliver", "GET", "/api/v1/events", headers=shown[who]).text)
    # What everybody reads, and every event.
    for receipt in made:
        for path in (f"/api/v1/cases/{receipt['reference']}", f"/c/{receipt['reference']}"):
            reader.look(path, world.call("cases", "GET", path).text)
    reader.look("list", world.call("cases", "GET", "/api/v1/cases", query={"municipality": PLANTED}).text)
    references = ",".join(each["reference"] for each in made)
    for asked in ({"jurisdiction_id": PLANTED}, {"service_request_id": references}):
        for what in ("requests.json", "servicerequestupdates.xml"):
            reader.look(what, world.call("cases", "GET", f"/open311/v2/{what}", query=asked).text)
    # Open data: of the planted cases not even the number.
    numbers = [receipt["reference"] for receipt in made]
    for what in ("cases.geojson", "cases.csv", "changes", "days"):
        month = {"municipality": PLANTED, "month": clock.now().strftime("%Y-%m")} if what.startswith("cases") else {}
        answer = world.call("insight", "GET", f"/api/v1/open/{what}", query=month)
        assert answer.status == 200, answer.text
        assert not [each for each in numbers if each in answer.text], what
        reader.look(what, answer.text)
    for message in world.topic_messages:
        reader.look("event", str(message))
    assert reader.leaks == []


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
