"""What a municipality's admin can do, and what nobody can."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import boto3
import pytest

from synpunkt import clock
from synpunkt.identity import MUNICIPAL_ROLES, RIGHTS, Member, Role, Scope
from synpunkt.stores.dynamo import transact
from synpunkt.stores.staff import By, Federation, LastAdmin, StaffStore
from tests.component.world import ENVIRONMENT, Reply, World
from tests.tokens import POOL_ID, bearer

ADMIN = bearer("admin@0583.example")
US = By("test", "Test")
ROOM = "desk.staff_api"


def store() -> StaffStore:
    return StaffStore(ENVIRONMENT["REGISTRY_TABLE"])


def invite(world: World, **fields: Any) -> Reply:
    body = {"email": "ny@0583.example", "name": "Ny Kollega", "roles": ["handler"], **fields}
    return world.call(ROOM, "POST", "/api/v1/desk/staff", body=body, headers=ADMIN)


def change(world: World, staff_id: str, headers: dict[str, str] = ADMIN, **fields: Any) -> Reply:
    return world.call(ROOM, "PATCH", f"/api/v1/desk/staff/{staff_id}", body=fields, headers=headers)


def me(world: World, headers: dict[str, str]) -> Reply:
    return world.call(ROOM, "GET", "/api/v1/desk/me", headers=headers)


def history(world: World) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = world.call(ROOM, "GET", "/api/v1/desk/staff/history", headers=ADMIN).json()[
        "changes"
    ]
    return changes


def test_an_invitation_makes_an_account_and_holds_nothing_secret(world: World) -> None:
    made = invite(world, roles=["lead"], departments=["street"])
    assert made.status == 201, made.text
    assert made.json()["mailed"] is True
    [user] = boto3.client("cognito-idp").list_users(UserPoolId=POOL_ID)["Users"]
    attributes = {each["Name"]: each["Value"] for each in user["Attributes"]}
    assert attributes["email"] == "ny@0583.example"
    assert user["UserStatus"] == "CONFIRMED"
    [mail] = world.mails
    assert mail.to == "ny@0583.example"
    assert "https://synpunkt.example/desk/" in mail.text
    assert "Glömt lösenordet?" in mail.text
    told = me(world, bearer("ny@0583.example", sub=attributes["sub"])).json()
    assert (told["roles"], told["departments"], told["municipalities"]) == (["lead"], ["street"], ["0583"])
    assert me(world, bearer("ny@0583.example", sub="another")).status == 403
    [entry] = history(world)
    assert (entry["what"], entry["by"], entry["about"]) == ("staff_added", "admin-0583", made.json()["staff_id"])


def test_with_a_login_of_its_own_a_municipality_needs_no_account(world: World) -> None:
    federation = Federation("k0583", "0583", "OIDC", frozenset({"motala.example"}))
    store().put_federation(federation, by=US, now=clock.now())
    made = invite(world, email="ny@motala.example")
    assert made.json()["login"] == "municipality"
    assert boto3.client("cognito-idp").list_users(UserPoolId=POOL_ID)["Users"] == []
    assert "ditt vanliga konto" in world.mails[0].text


def test_another_municipalitys_domain_is_not_invited(world: World) -> None:
    store().put_federation(Federation("k0180", "0180", "OIDC", frozenset({"0180.example"})), by=US, now=clock.now())
    answer = invite(world, email="ny@0180.example")
    assert (answer.status, answer.json()["errors"][0]["code"]) == (422, "foreign_domain")


@pytest.mark.parametrize("email", ["handler@0583.example", "HANDLER@0583.example", "handler@0180.example"])
def test_nobody_is_staff_twice(world: World, email: str) -> None:
    assert invite(world, email=email).json()["code"] == "already_staff"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"roles": ["operator"]}, "roles.0"),
        ({"roles": []}, "roles"),
        ({"departments": ["no-such"]}, "departments"),
        ({"email": "ingen"}, "email"),
        ({"name": "Se http://ond.example"}, "name"),
        ({"municipality": "0180"}, "?"),
    ],
)
def test_what_cannot_be_is_refused(world: World, fields: dict[str, Any], field: str) -> None:
    answer = invite(world, **fields)
    assert answer.status == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert world.mails == []


def test_who_is_limited_to_departments_gives_nobody_more(world: World) -> None:
    change(world, "admin-0583", departments=["street"])
    for departments in ([], ["street", "park"], ["park"]):
        assert invite(world, departments=departments).json()["errors"][0]["field"] == "departments"
        assert change(world, "admin-0583", departments=departments).status == 422
    assert invite(world, departments=["street"]).status == 201


def limited(world: World, *departments: str) -> dict[str, str]:
    """An admin of some departments of 0583."""
    world.employ(Member("al", "al@0583.example", "Al", "0583", frozenset({Role.ADMIN}), frozenset(departments)))
    return bearer("al@0583.example")


@pytest.mark.parametrize("departments", [[], ["park"], ["street", "park"]], ids=str)
@pytest.mark.parametrize(
    "fields",
    [
        {"roles": ["admin"]},
        {"departments": ["street"]},
        {"suspended": True},
        {"name": "Annan"},
        {"cover": {"by": "al", "until": "2099-01-01"}},
    ],
    ids=str,
)
def test_who_is_limited_to_departments_changes_nobody_beyond_them(
    world: World, departments: list[str], fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.desk.staff.staff._LONGEST_COVER_DAYS", 10**6)
    shown = limited(world, "street")
    change(world, "handler-0583", departments=departments)
    before = store().member("0583", "handler-0583")
    answer = change(world, "handler-0583", shown, **fields)
    assert (answer.status, answer.json()["code"]) == (403, "not_allowed")
    assert store().member("0583", "handler-0583") == before


def test_who_is_limited_to_departments_changes_their_own_within_them(world: World) -> None:
    shown = limited(world, "street", "park")
    change(world, "handler-0583", departments=["street"])
    assert change(world, "handler-0583", shown, roles=["lead"], departments=["park"]).status == 200
    assert change(world, "handler-0583", shown, departments=[]).status == 422
    assert change(world, "al", shown, departments=[]).status == 422
    assert change(world, "al", shown, name="Al Andra").status == 200


def test_somebody_who_goes_beyond_meanwhile_is_not_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = limited(world, "street")
    change(world, "handler-0583", departments=["street"])
    raced: list[bool] = []

    def racing(items: Any) -> None:
        if not raced:
            raced.append(True)
            store().change("0583", "handler-0583", {"departments": frozenset()}, by=US, now=clock.now())
        transact(items)

    monkeypatch.setattr("synpunkt.stores.staff.transact", racing)
    assert change(world, "handler-0583", shown, suspended=True).status == 403
    assert me(world, bearer("handler@0583.example")).status == 200


def test_who_is_limited_to_departments_ends_no_key_beyond_them_and_invites_no_administrator(world: World) -> None:
    shown = limited(world, "street")
    wide, other, theirs = (make_key(world, departments=each).json()["key_id"] for each in ([], ["park"], ["street"]))
    body = {"name": "Nytt", "scopes": ["read"], "departments": ["street"]}
    for key_id in (wide, other):
        path = f"/api/v1/desk/keys/{key_id}"
        assert world.call(ROOM, "DELETE", path, headers=shown).status == 403
        replacing = {**body, "replaces": key_id}
        assert world.call(ROOM, "POST", "/api/v1/desk/keys", body=replacing, headers=shown).status == 403
    replacing = {**body, "replaces": theirs}
    assert world.call(ROOM, "POST", "/api/v1/desk/keys", body=replacing, headers=shown).status == 201
    # What an invitation ends in is a key for the whole municipality.
    invitation = {"email": "ny@0583.example", "name": "Ny"}
    path = "/api/v1/desk/municipalities/0583/invitations"
    assert world.call("desk.registry_api", "POST", path, body=invitation, headers=shown).status == 403


def test_a_mail_that_cannot_leave_does_not_undo_the_invitation(world: World) -> None:
    boto3.client("sesv2").delete_email_identity(EmailIdentity="mail.synpunkt.example")
    made = invite(world)
    assert (made.status, made.json()["mailed"]) == (201, False)


def test_the_last_admin_stays(world: World) -> None:
    for fields in ({"roles": ["handler"]}, {"suspended": True}):
        answer = change(world, "admin-0583", **fields)
        assert (answer.status, answer.json()["code"]) == (409, "last_admin")
    assert change(world, "lead-0583", roles=["admin"]).status == 200
    assert change(world, "admin-0583", roles=["handler"]).status == 200
    answer = change(world, "lead-0583", bearer("lead@0583.example"), suspended=True)
    assert answer.json()["code"] == "last_admin"


def test_two_admins_cannot_both_go_at_once(world: World) -> None:
    """Both saw two admins: the counter, not what they saw, decides."""
    change(world, "lead-0583", roles=["admin"])
    first, second = (store().member("0583", each) for each in ("admin-0583", "lead-0583"))
    assert first is not None
    assert second is not None
    gone = frozenset({Role.HANDLER})
    store().change("0583", first.staff_id, {"roles": gone}, by=US, now=clock.now())
    with pytest.raises(LastAdmin):
        store().change("0583", second.staff_id, {"roles": gone}, by=US, now=clock.now())


def test_suspended_is_out_at_once_and_back_when_let_in(world: World) -> None:
    handler = bearer("handler@0583.example")
    change(world, "handler-0583", suspended=True)
    assert me(world, handler).json()["code"] == "suspended"
    change(world, "handler-0583", suspended=False)
    assert me(world, handler).status == 200
    assert [each["changes"] for each in history(world)] == [
        {"state": ["suspended", "active"]},
        {"state": ["active", "suspended"]},
    ]


def test_cover_ends_with_its_day(world: World) -> None:
    today = clock.now().date()
    made = change(world, "handler-0583", cover={"by": "lead-0583", "until": today.isoformat()})
    assert made.json()["cover"] == {"by": "lead-0583", "until": today.isoformat()}
    assert me(world, bearer("lead@0583.example")).json()["covers_for"] == ["handler-0583"]
    assert change(world, "handler-0583", cover=None).json()["cover"] is None
    assert me(world, bearer("lead@0583.example")).json()["covers_for"] == []
    for cover in (
        {"by": "handler-0583", "until": today.isoformat()},
        {"by": "handler-0180", "until": today.isoformat()},
        {"by": "lead-0583", "until": (today - timedelta(days=1)).isoformat()},
        {"by": "lead-0583", "until": (today + timedelta(days=400)).isoformat()},
    ):
        assert change(world, "handler-0583", cover=cover).status == 422, cover


def test_a_change_says_before_and_after_and_by_whom(world: World) -> None:
    change(world, "handler-0583", roles=["registrar"], departments=["street"])
    [entry] = history(world)
    assert entry["changes"] == {"departments": [[], ["street"]], "roles": [["handler"], ["registrar"]]}
    assert (entry["by"], entry["by_name"]) == ("admin-0583", "Lokal administratör 0583")
    change(world, "handler-0583", roles=["registrar"])
    assert len(history(world)) == 1, "nothing changed, nothing to tell"


def test_a_change_meanwhile_is_not_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    raced: list[bool] = []

    def racing(items: Any) -> None:
        if not raced:
            raced.append(True)
            store().change("0583", "handler-0583", {"name": "Meanwhile"}, by=US, now=clock.now())
        transact(items)

    monkeypatch.setattr("synpunkt.stores.staff.transact", racing)
    answer = change(world, "handler-0583", roles=["lead"])
    assert (answer.json()["name"], answer.json()["roles"]) == ("Meanwhile", ["lead"])


# ---- keys --------------------------------------------------------------------------------------------------------


def make_key(world: World, **fields: Any) -> Reply:
    body = {"name": "Ärendesystemet", "scopes": ["read", "write"], **fields}
    return world.call(ROOM, "POST", "/api/v1/desk/keys", body=body, headers=ADMIN)


def key_header(made: Reply) -> dict[str, str]:
    return {"Authorization": f"Bearer {made.json()['key']}"}


def test_a_key_is_told_once_listed_without_its_secret_and_revoked(world: World) -> None:
    made = make_key(world, test=True)
    assert made.status == 201, made.text
    told = me(world, key_header(made)).json()
    assert (told["kind"], told["municipalities"], told["test"]) == ("key", ["5583"], True)
    listed = world.call(ROOM, "GET", "/api/v1/desk/keys", headers=ADMIN)
    assert made.json()["key"] not in listed.text
    assert made.json()["key_id"] in [each["key_id"] for each in listed.json()["keys"]]
    gone = world.call(ROOM, "DELETE", f"/api/v1/desk/keys/{made.json()['key_id']}", headers=ADMIN)
    assert gone.status == 204
    assert me(world, key_header(made)).status == 401
    assert [each["what"] for each in history(world)] == ["key_revoked", "key_made"]


def test_a_key_is_replaced_in_one_moment(world: World) -> None:
    first = make_key(world)
    second = make_key(world, replaces=first.json()["key_id"])
    assert me(world, key_header(first)).status == 401
    assert me(world, key_header(second)).status == 200
    assert make_key(world, replaces="no-such-key").status == 404


def test_a_key_that_acts_for_others_too_is_not_one_municipalitys_to_revoke(world: World) -> None:
    assert world.call(ROOM, "DELETE", "/api/v1/desk/keys/local-test", headers=ADMIN).status == 403
    assert me(world, {"Authorization": "Bearer local-test-key"}).status == 200


@pytest.mark.parametrize("scope", ["operator", "staff", "keys", "assign"])
def test_no_key_lets_others_in(world: World, scope: str) -> None:
    assert make_key(world, scopes=[scope]).status == 422


# ---- roles -------------------------------------------------------------------------------------------------------


def test_roles_are_a_ladder_and_an_operator_stands_beside_it() -> None:
    for lower, higher in itertools.pairwise(MUNICIPAL_ROLES):
        assert RIGHTS[lower] < RIGHTS[higher]
    assert RIGHTS[Role.OPERATOR] == {Scope.OPERATOR}
    assert not any(Scope.OPERATOR in RIGHTS[role] for role in MUNICIPAL_ROLES)


def test_an_operator_is_no_municipalitys() -> None:
    caller = Member("o", "o@synpunkt.example", "O", None, frozenset({Role.OPERATOR})).caller()
    assert caller.municipalities == frozenset()
    assert not any(caller.may(scope, "0583") for scope in Scope)
