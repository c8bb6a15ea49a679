"""Who may do what at the desk: every route × everybody × their own and another municipality. Add a row per route.

A row names those who are let in, for their own municipality (0583); for another (0180) nobody is, and `elsewhere` says
how that is told. Nothing here is worked out from the code's own table.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from synpunkt.identity import Member, Role, Scope, State
from tests.component.world import World
from tests.tokens import bearer

OWN, OTHER = "0583", "0180"
HANDLER, LEAD, REGISTRAR, ADMIN = "handler", "lead", "registrar", "admin"
OPERATOR, READER, SYSTEM = "operator", "reading key", "full key"
NOBODY, STRANGER, SUSPENDED, REVOKED = "nobody", "stranger", "suspended", "revoked key"
STAFF = frozenset({HANDLER, LEAD, REGISTRAR, ADMIN})
KEYS = frozenset({READER, SYSTEM})
# What those who are let in nowhere are told.
REFUSED = {NOBODY: 401, REVOKED: 401, STRANGER: 403, SUSPENDED: 403}
EVERYBODY = (*sorted(STAFF), OPERATOR, *sorted(KEYS), *REFUSED)
_numbers = itertools.count()


@dataclass(frozen=True)
class Ask:
    """One request."""

    path: str
    body: Any = None
    query: dict[str, str] | None = None


@dataclass(frozen=True)
class Row:
    """`let_in`: who may, in their own municipality. `elsewhere`: what they are told for another, if it can be asked."""

    room: str
    let_in: frozenset[str]
    ask: Callable[[World, str], Ask]
    elsewhere: int | None = 403
    public: bool = False


def colleague(world: World, code: str) -> Member:
    """Somebody new among the municipality's staff."""
    number = next(_numbers)
    return world.employ(
        Member(f"colleague-{number}", f"colleague-{number}@{code}.example", "Kollega", code, frozenset({Role.HANDLER}))
    )


def _staff(world: World, code: str) -> Ask:
    return Ask("/api/v1/desk/staff", query={"municipality": code})


def _invite(world: World, code: str) -> Ask:
    body = {"email": f"new-{next(_numbers)}@{code}.example", "name": "Ny Kollega", "roles": ["handler"]}
    return Ask("/api/v1/desk/staff", body, {"municipality": code})


def _change(world: World, code: str) -> Ask:
    """Somebody of the municipality, asked for as one's own: the id alone must not be enough."""
    return Ask(f"/api/v1/desk/staff/{colleague(world, code).staff_id}", {"roles": ["lead"]}, None)


def _make_key(world: World, code: str) -> Ask:
    return Ask("/api/v1/desk/keys", {"name": "Nyckel", "scopes": ["read"]}, {"municipality": code})


def _revoke_key(world: World, code: str) -> Ask:
    return Ask(f"/api/v1/desk/keys/{world.key('Nyckel', [code], [Scope.READ])[1]}")


ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/api/v1/desk/login"): Row(
        "desk.staff_api",
        frozenset(),
        lambda world, code: Ask("/api/v1/desk/login", query={"domain": f"{code}.example"}),
        public=True,
    ),
    ("GET", "/api/v1/desk/me"): Row(
        "desk.staff_api", STAFF | KEYS | {OPERATOR}, lambda world, code: Ask("/api/v1/desk/me"), elsewhere=None
    ),
    ("GET", "/api/v1/desk/staff"): Row("desk.staff_api", frozenset({ADMIN}), _staff),
    ("POST", "/api/v1/desk/staff"): Row("desk.staff_api", frozenset({ADMIN}), _invite),
    ("GET", "/api/v1/desk/staff/history"): Row(
        "desk.staff_api",
        frozenset({ADMIN}),
        lambda world, code: Ask("/api/v1/desk/staff/history", query={"municipality": code}),
    ),
    ("PATCH", "/api/v1/desk/staff/{staff_id}"): Row("desk.staff_api", frozenset({ADMIN}), _change, elsewhere=404),
    ("GET", "/api/v1/desk/keys"): Row(
        "desk.staff_api",
        frozenset({ADMIN}),
        lambda world, code: Ask("/api/v1/desk/keys", query={"municipality": code}),
    ),
    ("POST", "/api/v1/desk/keys"): Row("desk.staff_api", frozenset({ADMIN}), _make_key),
    ("DELETE", "/api/v1/desk/keys/{key_id}"): Row("desk.staff_api", frozenset({ADMIN}), _revoke_key, elsewhere=404),
}


def headers_of_everybody(world: World) -> dict[str, dict[str, str]]:
    """What each of them shows, once they are known to the registry."""
    world.employ(Member("r", f"registrar@{OWN}.example", "Registrator", OWN, frozenset({Role.REGISTRAR})))
    world.employ(Member("s", f"gone@{OWN}.example", "Slutat", OWN, frozenset({Role.ADMIN}), state=State.SUSPENDED))
    shown = {who: bearer(f"{who}@{OWN}.example") for who in STAFF}
    shown[OPERATOR] = bearer("operator@synpunkt.example")
    shown[STRANGER] = bearer(f"stranger@{OWN}.example")
    shown[SUSPENDED] = bearer(f"gone@{OWN}.example")
    for who, scopes in ((READER, [Scope.READ]), (SYSTEM, [Scope.READ, Scope.WRITE, Scope.CONTACT, Scope.REGISTRY])):
        shown[who] = {"Authorization": f"Bearer {world.key(who, [OWN], scopes)[0]}"}
    key, key_id = world.key(REVOKED, [OWN], [Scope.READ])
    world.revoke(key_id)
    return {**shown, REVOKED: {"Authorization": f"Bearer {key}"}, NOBODY: {}}
