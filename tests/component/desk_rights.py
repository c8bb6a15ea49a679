"""Who may do what at the desk: every route × everybody × their own and another municipality. Add a row per route.

A row names those who are let in, for their own municipality (0583), and `elsewhere` says how they are refused for
another (0180); where our operators are let in, they are for the whole country. Both municipalities have joined, unless
a row says otherwise. Nothing here is worked out from the code's own table.
"""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3

from functions.desk.cases.photos import draft_of
from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.identity import Member, Role, Scope, State, hash_key
from synpunkt.push import Filter, Kind, Subscription
from synpunkt.push import State as Going
from synpunkt.responsibility.document import Document
from synpunkt.stores.areas import AreaStore
from synpunkt.stores.claims import ClaimStore
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.preferences import PreferenceStore, View
from synpunkt.stores.pushes import PushStore
from synpunkt.stores.subscriptions import SubscriptionStore
from synpunkt.stores.uploads import UploadStore
from synpunkt.stores.versions import VersionStore
from tests.component.pictures import phone_photo
from tests.component.test_joining import agreed, record
from tests.component.world import ENVIRONMENT, World
from tests.registries import document
from tests.tokens import bearer

OWN, OTHER = "0583", "0180"
HANDLER, LEAD, REGISTRAR, ADMIN = "handler", "lead", "registrar", "admin"
OPERATOR, READER, SYSTEM = "operator", "reading key", "full key"
NOBODY, STRANGER, SUSPENDED, REVOKED = "nobody", "stranger", "suspended", "revoked key"
STAFF = frozenset({HANDLER, LEAD, REGISTRAR, ADMIN})
KEYS = frozenset({READER, SYSTEM})
# What those who are let in nowhere are told.
REFUSED = {NOBODY: 401, REVOKED: 401, STRANGER: 403, SUSPENDED: 403}
LOGINS = STAFF | {OPERATOR, STRANGER, SUSPENDED}
EVERYBODY = (*sorted(STAFF), OPERATOR, *sorted(KEYS), *REFUSED)
# Who may do what does not depend on who was told of the case: so many cases are made here that the rest would cost.
ROUTED = frozenset({"route"})
_numbers = itertools.count()


@dataclass(frozen=True)
class Ask:
    """One request."""

    path: str
    body: Any = None
    query: dict[str, str] | None = None
    headers: dict[str, str] | None = None


@dataclass(frozen=True)
class Row:
    """`let_in`: who may, in their own municipality. `elsewhere`: what they are told for another, if it can be asked.

    `everywhere`: who may in every municipality. `unseen`: for everybody from elsewhere it is as if it were not there.
    `keys_only`: a login is nothing there.
    """

    room: str
    let_in: frozenset[str]
    ask: Callable[[World, str], Ask]
    elsewhere: int | None = 403
    public: bool = False
    everywhere: frozenset[str] = frozenset()
    unseen: bool = False
    keys_only: bool = False


def colleague(world: World, code: str) -> Member:
    """Somebody new among the municipality's staff."""
    number = next(_numbers)
    return world.employ(
        Member(f"colleague-{number}", f"colleague-{number}@{code}.example", "Kollega", code, frozenset({Role.HANDLER}))
    )


def _upload(world: World, code: str) -> Ask:
    case_id, upload_id = _case(world, code), clock.new_id()
    UploadStore(ENVIRONMENT["CASES_TABLE"]).grant(upload_id, hash_key(draft_of(case_id)), now=clock.now())
    return Ask(f"/api/v1/desk/cases/{case_id}/uploads/{upload_id}")


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


def _subscription(part: str = "", body: Any = None, *, going: bool = True) -> Callable[[World, str], Ask]:
    """One of the municipality's, asked for as one's own: the id alone must not be enough."""

    def ask(world: World, code: str) -> Ask:
        now = clock.now()
        made = Subscription(
            subscription_id=clock.new_id(),
            municipality=code,
            name="Mottagare",
            kind=Kind.WEBHOOK,
            target="https://system.example/x",
            filter=Filter(),
            state=Going.UNVERIFIED,
            since=now,
            created_at=now,
            created_by="test",
        )
        store, pushes = SubscriptionStore(ENVIRONMENT["REGISTRY_TABLE"]), PushStore(ENVIRONMENT["DELIVERIES_TABLE"])
        # Ten a municipality may have.
        for each in store.of(code):
            store.remove(each)
        store.add(made)
        if going:
            store.change(made, state=Going.ACTIVE)
        pushes.keep_report(made.subscription_id, {"at": to_iso(now), "findings": []}, now)
        return Ask(f"/api/v1/desk/subscriptions/{made.subscription_id}{part}", body)

    return ask


def _subscriptions(world: World, code: str) -> Ask:
    return Ask("/api/v1/desk/subscriptions", query={"municipality": code})


def _subscribe(world: World, code: str) -> Ask:
    _subscription()(world, code)
    body = {"name": "Mottagare", "kind": "webhook", "target": "https://system.example/x"}
    return Ask("/api/v1/desk/subscriptions", body, {"municipality": code})


# ---- cases -----------------------------------------------------------------------------------------------------------

PLACES = {OWN: {"lat": 58.5371, "lon": 15.0365}, OTHER: {"lat": 59.3307, "lon": 18.0593}}
WHY = "Lampan står på andra sidan gränsen."
THIRD = "0184"


def _case(world: World, code: str) -> str:
    """A public case of the municipality's, just arrived."""
    receipt = world.report(location=PLACES[code]).json()
    world.settle(only=ROUTED)
    case_id: str = receipt["case_id"]
    return case_id


def _done(world: World, case_id: str, act: str, by: str, **body: Any) -> None:
    """Something done to a case before the question, by a system of that municipality."""
    key = world.key("Förberedelse", [by], [Scope.READ, Scope.WRITE])[0]
    path, headers = f"/api/v1/desk/cases/{case_id}/{act}", {"Authorization": f"Bearer {key}"}
    answer = world.call("desk", "POST", path, body=body, headers=headers)
    assert answer.status == 200, answer.text


def _stuck(world: World) -> str:
    """A case in triage: its municipality has not joined, whatever an earlier question made of that."""
    profile = {"pk": {"S": "M#1480"}, "sk": {"S": "PROFILE"}}
    boto3.client("dynamodb").delete_item(TableName=ENVIRONMENT["REGISTRY_TABLE"], Key=profile)
    receipt = world.report(location={"lat": 57.7089, "lon": 11.9746}).json()
    world.settle()
    case_id: str = receipt["case_id"]
    return case_id


def _act(act: str, case: Callable[[World, str], str], **body: Any) -> Callable[[World, str], Ask]:
    return lambda world, code: Ask(f"/api/v1/desk/cases/{case(world, code)}/{act}", body)


def _part_of_case(part: str) -> Callable[[World, str], Ask]:
    return lambda world, code: Ask(f"/api/v1/desk/cases/{_case(world, code)}/{part}")


def _after(*before: tuple[str, dict[str, Any]]) -> Callable[[World, str], str]:
    """A case of the municipality's to which that has been done."""

    def case(world: World, code: str) -> str:
        case_id = _case(world, code)
        for act, body in before:
            _done(world, case_id, act, code, **body)
        return case_id

    return case


def _hand_over(world: World, code: str) -> Ask:
    world.claim(THIRD)
    return Ask(f"/api/v1/desk/cases/{_case(world, code)}/hand-over", {"municipality": THIRD, "reason": WHY})


def _received(world: World, code: str) -> str:
    """A case that the municipality got from a third one, which nobody has answered."""
    world.claim(THIRD)
    receipt = world.report(location={"lat": 59.3600, "lon": 18.0009}).json()
    world.settle(only=ROUTED)
    _done(world, receipt["case_id"], "hand-over", THIRD, municipality=code, reason=WHY)
    case_id: str = receipt["case_id"]
    return case_id


def _given(world: World, code: str) -> str:
    """A case that the municipality handed over to a third one, which has not answered."""
    world.claim(THIRD)
    case_id = _case(world, code)
    _done(world, case_id, "hand-over", code, municipality=THIRD, reason=WHY)
    return case_id


def _photographed(world: World, code: str) -> tuple[str, str]:
    """A case of the municipality's with a photo, and the photo."""
    key = str(uuid.uuid4())
    upload = world.upload(phone_photo(), key=key)
    receipt = world.report(location=PLACES[code], photos=[upload], key=key).json()
    world.judge(upload)
    world.settle(only=ROUTED)
    return receipt["case_id"], upload


def _photo(act: str, **body: Any) -> Callable[[World, str], Ask]:
    def ask(world: World, code: str) -> Ask:
        case_id, photo_id = _photographed(world, code)
        return Ask(f"/api/v1/desk/cases/{case_id}/photos/{photo_id}/{act}", body)

    return ask


# ---- words, and many at once -----------------------------------------------------------------------------------------

DRAFT = {"act": "reply", "text": WHY}
TEMPLATE = {"name": "Kvittens", "text": "Tack, {reference}.", "language": "sv"}


def _asked(world: World, method: str, path: str, by: str, body: Any = None, **more: Any) -> Any:
    """What a system of the municipality did before the question, in any way."""
    key = world.key("Förberedelse", [by], [Scope.READ, Scope.WRITE])[0]
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"{next(_numbers):032d}"}
    answer = world.call("desk", method, path, body=body, headers=headers, **more)
    assert answer.status in {200, 202}, answer.text
    return answer.json()


def _draft(world: World, code: str) -> Ask:
    return Ask(f"/api/v1/desk/cases/{_case(world, code)}/draft")


def _sending(world: World, code: str) -> Ask:
    case_id = _case(world, code)
    path = f"/api/v1/desk/cases/{case_id}"
    sending = _asked(world, "POST", f"{path}/reply", code, {"text": WHY}, query={"delay": "true"})
    return Ask(f"{path}/sendings/{sending['sending_id']}")


def _reference(world: World, code: str) -> str:
    reference: str = _asked(world, "GET", f"/api/v1/desk/cases/{_case(world, code)}", code)["reference"]
    return reference


def _link(world: World, code: str) -> Ask:
    return Ask(f"/api/v1/desk/cases/{_case(world, code)}/link", {"references": [_reference(world, code)]})


def _incident(part: str, **body: Any) -> Callable[[World, str], Ask]:
    def ask(world: World, code: str) -> Ask:
        link = _link(world, code)
        incident = _asked(world, "POST", link.path, code, link.body)["incident"]["incident_id"]
        return Ask(f"/api/v1/desk/incidents/{incident}{part}", body or None)

    return ask


def _photo_address(world: World, code: str) -> Ask:
    """As somebody there was given it."""
    case_id, _ = _photographed(world, code)
    headers = {"Authorization": f"Bearer {world.key('Läsare', [code], [Scope.READ])[0]}"}
    case = world.call("desk", "GET", f"/api/v1/desk/cases/{case_id}", headers=headers).json()
    path, _, link = case["photos"][0]["url"].partition("?link=")
    return Ask(path, query={"link": link})


def _register(world: World, code: str) -> Ask:
    return Ask("/api/v1/desk/register", query={"municipality": code, "from": "2026-01-01", "to": "2099-12-31"})


def _update(world: World, code: str) -> Ask:
    headers = {"Idempotency-Key": f"{next(_numbers):032d}"}
    return Ask(f"/api/v1/municipality/cases/{_case(world, code)}/updates", {"reply": WHY}, headers=headers)


def _bulk(world: World, code: str) -> Ask:
    body = {"case_ids": [_case(world, code)], "act": "reply", "text": WHY}
    return Ask("/api/v1/desk/bulk", body, headers={"Idempotency-Key": f"{next(_numbers):032d}"})


def _bulk_undo(world: World, code: str) -> Ask:
    ask = _bulk(world, code)
    return Ask(f"/api/v1/desk/bulk/{_asked(world, 'POST', ask.path, code, ask.body)['bulk_id']}/undo")


def _template(world: World, code: str) -> Ask:
    return Ask("/api/v1/desk/templates/kvittens", TEMPLATE, {"municipality": code})


def _template_gone(world: World, code: str) -> Ask:
    ask = _template(world, code)
    _asked(world, "PUT", ask.path, code, TEMPLATE, query=ask.query)
    return Ask(ask.path, query=ask.query)


STATUS = {"foreign_status": "Under handläggning", "means": {"status": "in_progress"}}


def _status(world: World, code: str) -> Ask:
    return Ask("/api/v1/desk/statuses", STATUS, {"municipality": code})


def _status_gone(world: World, code: str) -> Ask:
    ask = _status(world, code)
    _asked(world, "PUT", ask.path, code, STATUS, query=ask.query)
    return Ask(ask.path, query={"municipality": code, "foreign_status": "under HANDLÄGGNING"})


def _status_seen_to(world: World, code: str) -> Ask:
    return Ask(f"/api/v1/desk/statuses/unexplained/{_case(world, code)}", query={"municipality": code})


def _assign(world: World, code: str) -> Ask:
    return Ask(f"/api/v1/desk/cases/{_case(world, code)}/assign", {"assignee": colleague(world, code).staff_id})


# ---- finding and knowing ---------------------------------------------------------------------------------------------


def _reading(path: str, **query: str) -> Callable[[World, str], Ask]:
    return lambda world, code: Ask(f"/api/v1/desk/{path}", query={"municipality": code, **query})


def _keep_view(world: World, code: str) -> Ask:
    return Ask("/api/v1/desk/views/min-vy", {"name": "Min vy", "filters": {"mine": True}}, {"municipality": code})


def _drop_view(world: World, code: str) -> Ask:
    """One of each who may have some there; nobody takes away another's."""
    for who in ("handler-0583", "lead-0583", "admin-0583", "r"):
        PreferenceStore(ENVIRONMENT["REGISTRY_TABLE"]).keep_view(code, who, View("min-vy", "Min vy", False, {}))
    system = KeyStore(ENVIRONMENT["REGISTRY_TABLE"]).of_municipality(OWN)
    for key in system:
        PreferenceStore(ENVIRONMENT["REGISTRY_TABLE"]).keep_view(code, key.key_id, View("min-vy", "Min vy", False, {}))
    return Ask("/api/v1/desk/views/min-vy", query={"municipality": code})


# ---- triage, registry, joining ---------------------------------------------------------------------------------------


def _triage(act: str, **body: Any) -> Callable[[World, str], Ask]:
    return lambda world, code: Ask(f"/api/v1/desk/triage/{_stuck(world)}/{act}", body or None)


def _resend(world: World, code: str) -> Ask:
    """Somebody is found now: the municipality has joined since."""
    case_id = _stuck(world)
    world.claim("1480")
    return Ask(f"/api/v1/desk/triage/{case_id}/resend")


def _address(world: World, code: str) -> Ask:
    """Who has joined sets addresses in a registry of their own, so this is asked of those who have not."""
    world.claim(code, claimed={"BOOL": False})
    source = {"kind": "web", "url": f"https://www.{code}.example/kontakt"}
    body = {"mail": f"registrator@{code}.example", "source": source, "note": "Stod under Kontakta oss."}
    return Ask(f"/api/v1/desk/municipalities/{code}/address", body)


def _of(code: str, part: str) -> str:
    return f"/api/v1/desk/municipalities/{code}/{part}"


def _document(code: str) -> Document:
    return document(code, based_on=VersionStore(ENVIRONMENT["REGISTRY_TABLE"]).current(code))


def _registry(part: str, **more: Any) -> Callable[[World, str], Ask]:
    def ask(world: World, code: str) -> Ask:
        sent = _document(code).model_dump(mode="json", exclude_defaults=True)
        return Ask(_of(code, part), {"document": sent, **more})

    return ask


def _roll_back(world: World, code: str) -> Ask:
    VersionStore(ENVIRONMENT["REGISTRY_TABLE"]).publish(_document(code), author="test", note="Test")
    return Ask(_of(code, "registry/rollback"), {"to": 0, "note": "Test"})


def _shape(world: World, code: str) -> Ask:
    ring = [[15.03, 58.53], [15.04, 58.53], [15.04, 58.54], [15.03, 58.54], [15.03, 58.53]]
    if code == OTHER:
        ring = [[x + 3.025, y + 0.798] for x, y in ring]
    return Ask(_of(code, "areas/station"), {"type": "Polygon", "coordinates": [ring]})


def _shape_gone(world: World, code: str) -> Ask:
    file = json.dumps(_shape(world, code).body).encode()
    AreaStore(ENVIRONMENT["REGISTRY_TABLE"]).put(code, "station", file, file="station.geojson", author="test")
    return Ask(_of(code, "areas/station"))


def _evidence(world: World, code: str) -> Ask:
    return Ask(_of(code, "evidence"), {"mail": f"kommun@{code}.example", "source": f"https://{code}.example/kontakt"})


def _invitation(world: World, code: str) -> Ask:
    record(world, code, domain=f"{code}.example")
    return Ask(_of(code, "invitations"), {"email": f"admin-{next(_numbers)}@{code}.example", "name": "Ny Kollega"})


def _claim(act: str) -> Callable[[World, str], Ask]:
    def ask(world: World, code: str) -> Ask:
        # One for all who ask: the mails of a claim are counted.
        waiting = ClaimStore(ENVIRONMENT["REGISTRY_TABLE"]).claims(at_most=1)
        claim_id = waiting[0].claim_id if waiting else agreed(world)["claim_id"]
        return Ask(f"/api/v1/desk/claims/{claim_id}/{act}", {"reason": "Ringde växeln."})

    return ask


def _ours(room: str, ask: Callable[[World, str], Ask], elsewhere: int | None = None) -> Row:
    """What only our own operators do, for the whole country."""
    return Row(room, frozenset(), ask, elsewhere, everywhere=frozenset({OPERATOR}))


_REGISTRY = "/api/v1/desk/municipalities/{code}/registry"
_AREAS = "/api/v1/desk/municipalities/{code}/areas"
# A key is a system of the municipality's: which of their people may, is that system's to know.
WRITERS = STAFF | {SYSTEM}
PASSES_ON = frozenset({REGISTRAR, ADMIN, SYSTEM})
EDITORS = frozenset({ADMIN, SYSTEM})

_HANDLING: tuple[tuple[str, Callable[[World, str], str], dict[str, Any]], ...] = (
    ("acknowledge", _case, {}),
    ("start", _case, {}),
    ("reply", _case, {"text": WHY}),
    ("note", _case, {"text": WHY}),
    ("question", _case, {"text": WHY}),
    ("plan", _case, {"planned_for": "2099-01-01"}),
    ("resolve", _case, {"outcome": "fixed"}),
    ("reopen", _after(("resolve", {"outcome": "fixed"})), {}),
    ("hide", _case, {"text": WHY}),
    ("number", _case, {"foreign_number": "KS 2026/17"}),
    # Within the municipality; to send a case to another one by its place asks for more (test_facts.py).
    ("correct", _case, {"category": "litter"}),
    ("priority", _case, {"priority": "high"}),
    ("registered", _case, {"diary_number": "KS 2026/17"}),
)

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
    # Who makes keys has events sent: both let a system in.
    ("GET", "/api/v1/desk/subscriptions"): Row("desk.staff_api", frozenset({ADMIN}), _subscriptions),
    ("POST", "/api/v1/desk/subscriptions"): Row("desk.staff_api", frozenset({ADMIN}), _subscribe),
    **{
        (verb, f"/api/v1/desk/subscriptions/{{subscription_id}}{part}"): Row(
            "desk.staff_api", frozenset({ADMIN}), _subscription(part, body, going=going), elsewhere=404
        )
        for verb, part, body, going in (
            ("GET", "", None, True),
            ("PATCH", "", {"name": "Annat namn"}, True),
            ("DELETE", "", None, True),
            ("POST", "/secret", None, True),
            ("POST", "/verify", None, False),
            ("POST", "/test", None, True),
            ("GET", "/deliveries", None, True),
            ("POST", "/replay", {"from": to_iso(clock.now())}, True),
            ("POST", "/conformance", None, True),
            ("GET", "/conformance", None, True),
        )
    },
    # Whoever works with cases reads them; who else a case concerns is the municipality's registrar to decide.
    ("GET", "/api/v1/desk/cases/{case_id}"): Row(
        "desk.api", STAFF | KEYS, lambda world, code: Ask(f"/api/v1/desk/cases/{_case(world, code)}")
    ),
    ("POST", "/api/v1/desk/cases/{case_id}/hand-over"): Row("desk.api", PASSES_ON, _hand_over),
    ("POST", "/api/v1/desk/cases/{case_id}/recall"): Row("desk.api", PASSES_ON, _act("recall", _given, reason=WHY)),
    ("POST", "/api/v1/desk/cases/{case_id}/refer"): Row(
        "desk.api", PASSES_ON, _act("refer", _case, name="Elbolaget", phone="08-123 45 67")
    ),
    ("GET", "/api/v1/desk/inbox"): Row(
        "desk.api", STAFF | KEYS, lambda world, code: Ask("/api/v1/desk/inbox", query={"municipality": code})
    ),
    ("GET", "/api/v1/desk/register"): Row("desk.contact_api", STAFF | KEYS, _register),
    **{
        ("POST", f"/api/v1/desk/cases/{{case_id}}/{act}"): Row("desk.api", WRITERS, _act(act, case, **body))
        for act, case, body in _HANDLING
    },
    ("POST", "/api/v1/desk/cases/{case_id}/uploads"): Row(
        "desk.api",
        WRITERS,
        lambda world, code: Ask(
            f"/api/v1/desk/cases/{_case(world, code)}/uploads",
            {"filename": "efter.jpg", "content_type": "image/jpeg", "size": 1000},
        ),
    ),
    ("GET", "/api/v1/desk/cases/{case_id}/uploads/{upload_id}"): Row("desk.api", WRITERS, _upload),
    # Hidden, it is as if it were not there.
    ("POST", "/api/v1/desk/cases/{case_id}/show"): Row(
        "desk.api", WRITERS, _act("show", _after(("hide", {"text": WHY}))), unseen=True
    ),
    # Anybody takes a case on, and gives it to a team; who else has to work on it is the lead's to say.
    ("POST", "/api/v1/desk/cases/{case_id}/assign"): Row("desk.api", WRITERS - {HANDLER}, _assign),
    # Whoever answers has drafts, sees before what they say, and may take it back; also what a colleague says.
    ("GET", "/api/v1/desk/cases/{case_id}/draft"): Row("desk.api", WRITERS, _draft),
    ("PUT", "/api/v1/desk/cases/{case_id}/draft"): Row(
        "desk.api", WRITERS, lambda world, code: Ask(_draft(world, code).path, DRAFT)
    ),
    ("DELETE", "/api/v1/desk/cases/{case_id}/draft"): Row("desk.api", WRITERS, _draft),
    ("POST", "/api/v1/desk/cases/{case_id}/preview"): Row(
        "desk.contact_api", WRITERS, lambda world, code: Ask(f"/api/v1/desk/cases/{_case(world, code)}/preview", DRAFT)
    ),
    ("DELETE", "/api/v1/desk/cases/{case_id}/sendings/{sending_id}"): Row("desk.api", WRITERS, _sending),
    # What reaches many is a lead's to say; that two cases are about the same, anybody may see.
    ("POST", "/api/v1/desk/cases/{case_id}/link"): Row("desk.api", WRITERS, _link),
    ("POST", "/api/v1/desk/cases/{case_id}/unlink"): Row("desk.api", WRITERS, _act("unlink", _case)),
    ("GET", "/api/v1/desk/incidents/{incident_id}"): Row("desk.api", STAFF | KEYS, _incident(""), elsewhere=404),
    ("POST", "/api/v1/desk/incidents/{incident_id}/reply"): Row(
        "desk.api", WRITERS - {HANDLER}, _incident("/reply", text=WHY), elsewhere=404
    ),
    # Of another's cases each is refused by itself, and the answer says so (test_bulk).
    ("POST", "/api/v1/desk/bulk"): Row("desk.api", WRITERS - {HANDLER}, _bulk, elsewhere=None),
    ("POST", "/api/v1/desk/bulk/{bulk_id}/undo"): Row("desk.api", WRITERS - {HANDLER}, _bulk_undo, elsewhere=404),
    # How a municipality speaks is decided by those who decide who does what.
    ("GET", "/api/v1/desk/templates"): Row(
        "desk.api", STAFF | KEYS, lambda world, code: Ask("/api/v1/desk/templates", query={"municipality": code})
    ),
    ("PUT", "/api/v1/desk/templates/{template_id}"): Row("desk.api", WRITERS - {HANDLER}, _template),
    ("DELETE", "/api/v1/desk/templates/{template_id}"): Row("desk.api", WRITERS - {HANDLER}, _template_gone),
    # What a system's statuses mean decides what becomes of cases, so those say it who decide who does what.
    ("GET", "/api/v1/desk/statuses"): Row(
        "desk.api", STAFF | KEYS, lambda world, code: Ask("/api/v1/desk/statuses", query={"municipality": code})
    ),
    ("PUT", "/api/v1/desk/statuses"): Row("desk.api", WRITERS - {HANDLER}, _status),
    ("DELETE", "/api/v1/desk/statuses"): Row("desk.api", WRITERS - {HANDLER}, _status_gone),
    ("DELETE", "/api/v1/desk/statuses/unexplained/{case_id}"): Row("desk.api", WRITERS - {HANDLER}, _status_seen_to),
    # To take what one was given, or to say that it is not theirs, is an answer like any other.
    ("POST", "/api/v1/desk/cases/{case_id}/accept"): Row("desk.api", WRITERS, _act("accept", _received)),
    ("POST", "/api/v1/desk/cases/{case_id}/return"): Row("desk.api", WRITERS, _act("return", _received, reason=WHY)),
    # Who reported it is for those who work with the case; a key has to have been given that.
    **{
        ("GET", f"/api/v1/desk/cases/{{case_id}}/{part}"): Row("desk.contact_api", WRITERS, _part_of_case(part))
        for part in ("contact", "contact-reads")
    },
    # A system of theirs reads and says the same as they do at the desk.
    ("GET", "/api/v1/municipality/cases/{case_id}"): Row(
        "desk.contact_api", STAFF | KEYS, lambda world, code: Ask(f"/api/v1/municipality/cases/{_case(world, code)}")
    ),
    ("POST", "/api/v1/municipality/cases/{case_id}/updates"): Row("desk.api", WRITERS, _update),
    # What is made up is for test keys alone, which nobody here has (test_sandbox).
    ("POST", "/api/v1/municipality/sandbox/cases"): Row(
        "intake.api",
        frozenset(),
        lambda world, code: Ask("/api/v1/municipality/sandbox/cases", {"count": 1}, {"municipality": code}),
        keys_only=True,
    ),
    ("GET", "/api/v1/municipality/sandbox/outbox"): Row(
        "deliver.api",
        frozenset(),
        lambda world, code: Ask("/api/v1/municipality/sandbox/outbox", query={"municipality": code}),
        keys_only=True,
    ),
    # Whoever sees that somebody needs protection gives it; who lifts it is tried in test_protection.py.
    ("POST", "/api/v1/desk/cases/{case_id}/protect"): Row(
        "desk.api", WRITERS, _act("protect", _case, protected=True, reason=WHY)
    ),
    ("POST", "/api/v1/desk/cases/{case_id}/publish"): Row("desk.api", WRITERS, _act("publish", _case)),
    **{
        ("POST", f"/api/v1/desk/cases/{{case_id}}/photos/{{photo_id}}/{act}"): Row(
            "desk.api", WRITERS, _photo(act, **body)
        )
        for act, body in (
            ("mask", {"boxes": [{"x": 0.1, "y": 0.1, "width": 0.2, "height": 0.2}]}),
            ("hide", {"reason": WHY}),
            ("show", {}),
        )
    },
    # The address is the right: an <img> shows no key.
    ("GET", "/api/v1/desk/cases/{case_id}/photos/{photo_id}/{name}"): Row(
        "desk.api", frozenset(), _photo_address, public=True
    ),
    ("GET", "/api/v1/desk/search"): Row("desk.api", STAFF | KEYS, _reading("search", q="hålet")),
    ("GET", "/api/v1/desk/colleagues"): Row("desk.api", STAFF | KEYS, _reading("colleagues")),
    # A person's own: there is nobody else's to ask for.
    ("GET", "/api/v1/desk/me/notices"): Row(
        "desk.api", STAFF, lambda world, code: Ask("/api/v1/desk/me/notices"), elsewhere=None
    ),
    ("PUT", "/api/v1/desk/me/notices"): Row(
        "desk.api",
        STAFF,
        lambda world, code: Ask("/api/v1/desk/me/notices", {"assigned": True, "answered": True, "digest": True}),
        elsewhere=None,
    ),
    ("GET", "/api/v1/desk/views"): Row("desk.api", STAFF | KEYS, _reading("views")),
    ("PUT", "/api/v1/desk/views/{view_id}"): Row("desk.api", WRITERS, _keep_view),
    ("DELETE", "/api/v1/desk/views/{view_id}"): Row("desk.api", WRITERS, _drop_view),
    # What nobody could be given is nobody's in particular: our operators' alone, whichever municipality it is in.
    ("GET", "/api/v1/desk/triage"): _ours("desk.api", lambda world, code: Ask("/api/v1/desk/triage")),
    ("POST", "/api/v1/desk/triage/{case_id}/take"): _ours("desk.api", _triage("take")),
    ("POST", "/api/v1/desk/triage/{case_id}/resend"): _ours("desk.api", _resend),
    ("POST", "/api/v1/desk/triage/{case_id}/correct"): _ours("desk.api", _triage("correct", municipality=OTHER)),
    # An address is verified by us: a municipality's own word for it would be anybody's word.
    ("POST", "/api/v1/desk/municipalities/{code}/address"): _ours("desk.api", _address, elsewhere=403),
    ("GET", "/api/v1/desk/municipalities/{code}/evidence"): _ours(
        "desk.registry_api", lambda world, code: Ask(_of(code, "evidence")), elsewhere=403
    ),
    ("POST", "/api/v1/desk/municipalities/{code}/evidence"): _ours("desk.registry_api", _evidence, elsewhere=403),
    # A registry is its municipality's once they have joined; nothing of it is our operators' any longer.
    ("GET", _REGISTRY): Row("desk.registry_api", EDITORS, lambda world, code: Ask(_of(code, "registry"))),
    ("PUT", _REGISTRY): Row("desk.registry_api", EDITORS, _registry("registry", note="Test")),
    ("POST", f"{_REGISTRY}/lint"): Row("desk.registry_api", EDITORS, _registry("registry/lint")),
    ("POST", f"{_REGISTRY}/dry-run"): Row("desk.registry_api", EDITORS, _registry("registry/dry-run")),
    ("POST", f"{_REGISTRY}/rollback"): Row("desk.registry_api", EDITORS, _roll_back),
    ("GET", f"{_REGISTRY}/history"): Row(
        "desk.registry_api", EDITORS, lambda world, code: Ask(_of(code, "registry/history"))
    ),
    ("GET", _AREAS): Row("desk.registry_api", EDITORS, lambda world, code: Ask(_of(code, "areas"))),
    ("PUT", f"{_AREAS}/{{area}}"): Row("desk.registry_api", EDITORS, _shape),
    ("DELETE", f"{_AREAS}/{{area}}"): Row("desk.registry_api", EDITORS, _shape_gone),
    # It ends in a key: for those who make keys, and for us, who let the first ones in.
    ("POST", "/api/v1/desk/municipalities/{code}/invitations"): Row(
        "desk.registry_api", frozenset({ADMIN}), _invitation, everywhere=frozenset({OPERATOR})
    ),
    ("GET", "/api/v1/desk/claims"): _ours("desk.registry_api", lambda world, code: Ask("/api/v1/desk/claims")),
    ("POST", "/api/v1/desk/claims/{claim_id}/approve"): _ours("desk.registry_api", _claim("approve")),
    ("POST", "/api/v1/desk/claims/{claim_id}/refuse"): _ours("desk.registry_api", _claim("refuse")),
}


def headers_of_everybody(world: World) -> dict[str, dict[str, str]]:
    """What each of them shows, once they are known to the registry."""
    # It is one in which people work, and one that has not joined has none.
    world.claim(OWN)
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
