"""How a municipality joins: three things are needed, nothing less is enough, and what waited comes along."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest

from functions.desk import registry_api
from functions.desk.joining import claiming as claiming_room
from functions.desk.joining import joining as joining_room
from functions.desk.joining.dns_proof import NoAnswer
from synpunkt import clock
from synpunkt.identity import Member, Role
from synpunkt.stores.claims import ClaimStore
from synpunkt.stores.registry import RegistryStore
from tests.component.world import ENVIRONMENT, PUBLIC_URL, Reply, World
from tests.tokens import bearer

ROOM = "desk.registry_api"
CODE = "1496"
ADDRESS = "kommun@skovde.example"
OPERATOR = {"Authorization": "Bearer local-operator-key"}
ADMIN = {"Authorization": "Bearer local-admin-key"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GOTHENBURG_STREET = {"lat": 58.3903, "lon": 13.8461}


def call(world: World, method: str, path: str, body: Any = None, token: str = "", **headers: str) -> Reply:
    sent = {"Authorization": f"Bearer {token}"} if token else headers
    return world.call(ROOM, method, path, body=body, headers=sent)


def begin(world: World, **fields: str) -> Reply:
    asked = {"municipality": CODE, "name": "Ada Lind", "email": ADDRESS, "role": "IT-chef", **fields}
    return call(world, "POST", "/api/v1/claims", asked)


def record(world: World, code: str = CODE, **fields: str) -> Reply:
    asked = {"source": "https://skovde.example/kontakt", **(fields or {"mail": ADDRESS})}
    return call(world, "POST", f"/api/v1/desk/municipalities/{code}/evidence", asked, **OPERATOR)


def link(world: World, to: str = ADDRESS) -> str:
    """The token of the newest link sent there."""
    texts = [each.text for each in world.mails if each.to == to and "#t=" in each.text]
    return str(re.findall(r"#t=(\S+)", texts[-1])[-1])


def confirm(world: World, started: dict[str, Any], token: str | None = None) -> Reply:
    path = f"/api/v1/claims/{started['claim_id']}/confirm"
    return call(world, "POST", path, {"token": token or link(world, ADDRESS)})


def sign(world: World, started: dict[str, Any], **fields: str) -> Reply:
    asked = {"version": started["agreement_version"], "name": "Bo Ek", "title": "Kommundirektör", **fields}
    return call(world, "POST", f"/api/v1/claims/{started['claim_id']}/agreement", asked, started["token"])


def decide(world: World, started: dict[str, Any], what: str = "approve", **headers: str) -> Reply:
    path = f"/api/v1/desk/claims/{started['claim_id']}/{what}"
    return call(world, "POST", path, {"reason": "Ringde växeln."}, **(headers or OPERATOR))


def agreed(world: World, **fields: str) -> dict[str, Any]:
    """A claim that only waits for an operator."""
    record(world)
    started: dict[str, Any] = begin(world, **fields).json()
    assert confirm(world, started).status == 200
    assert sign(world, started).status == 200
    return started


def state(world: World, started: dict[str, Any]) -> str:
    found = call(world, "GET", f"/api/v1/claims/{started['claim_id']}", None, started["token"])
    return str(found.json()["state"])


def nothing_joined(world: World) -> None:
    assert RegistryStore(ENVIRONMENT["REGISTRY_TABLE"]).profile(CODE) is None
    topics = [each["TopicArn"] for each in boto3.client("sns").list_topics()["Topics"]]
    assert not [each for each in topics if each.endswith(CODE)]
    assert queued() == 0
    assert not [each for each in world.mails if "inbju" in each.subject.lower() or "är ansluten" in each.subject]


def queued() -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
    url = ENVIRONMENT["WAITING_QUEUE_URL"]
    told = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]  # type: ignore[arg-type]
    return sum(int(each) for each in told.values())


def code_of(answer: Reply) -> tuple[int, str]:
    return answer.status, answer.json()["code"]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves the clock."""
    real = clock.now

    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + by)

    return move


# ---- the way through -------------------------------------------------------------------------------------------------


def test_from_the_beginning_to_a_key(world: World) -> None:
    started = begin(world).json()
    assert (started["state"], started["mail"], started["left"]) == (
        "begun",
        "waiting",
        ["proof", "agreement", "approval"],
    )
    assert world.mails == []
    assert record(world).json()["links_sent"] == 1
    [mail] = world.mails
    assert mail.to == ADDRESS
    assert "Ada Lind (IT-chef)" in mail.text
    assert confirm(world, started).json()["state"] == "proven"
    assert sign(world, started).json()["left"] == ["approval"]
    approved = decide(world, started)
    assert (approved.status, approved.json()["state"], approved.json()["followed_up"]) == (200, "approved", True)
    assert approved.json()["proof"]["source"] == "https://skovde.example/kontakt"
    assert approved.json()["agreement"]["title"] == "Kommundirektör"
    profile = RegistryStore(ENVIRONMENT["REGISTRY_TABLE"]).profile(CODE)
    assert profile is not None
    assert profile.claimed
    assert profile.topic_arn is not None
    assert profile.topic_arn.endswith(f"synpunkt-test-municipality-{CODE}")
    assert profile.mails == {"registrar": ADDRESS}
    key = call(world, "POST", "/api/v1/invitations/key", {"token": link(world)}).json()
    assert key["scopes"] == ["read", "write", "contact", "registry"]
    mine = call(world, "GET", f"/api/v1/desk/municipalities/{CODE}/registry", None, key["key"])
    assert mine.status == 200
    foreign = call(world, "GET", "/api/v1/desk/municipalities/0180/registry", None, key["key"])
    assert code_of(foreign) == (403, "not_allowed")


def test_reports_reach_it_from_then_on(world: World) -> None:
    assert decide(world, agreed(world)).status == 200
    world.mails.clear()
    receipt = world.report(location=GOTHENBURG_STREET).json()
    world.settle()
    case = world.case(receipt["reference"], receipt["token"]).json()
    assert (case["municipality"]["code"], case["status"]) == (CODE, "delivered")
    assert [each.to for each in world.mails if receipt["reference"] in each.subject] == [ADDRESS]


# ---- what is refused, with nothing half done -------------------------------------------------------------------------


def test_free_mail_is_refused(world: World) -> None:
    for address in ("skovde@gmail.com", "kommun@Sub.Hotmail.co.uk"):
        assert code_of(begin(world, email=address)) == (422, "free_mail")
    assert code_of(record(world, mail="skovde@gmail.com")) == (422, "free_mail")
    assert code_of(record(world, domain="gmail.com")) == (422, "free_mail")
    nothing_joined(world)


@pytest.mark.parametrize("name", ["Köp på http://x.example", "ring 0701234567", "besök x.example", "", "A\nB: c@d.se"])
def test_a_name_carries_nothing_but_a_name(world: World, name: str) -> None:
    assert begin(world, name=name).status == 422


def test_an_address_without_evidence_gets_no_mail(world: World) -> None:
    started = begin(world).json()
    again = call(world, "POST", f"/api/v1/claims/{started['claim_id']}/mail", None, started["token"])
    assert code_of(again) == (409, "no_evidence")
    record(world, code="0183")
    record(world, mail="annan@skovde.example")
    record(world, mail=ADDRESS, unit="street")
    assert world.mails == []
    nothing_joined(world)


def test_a_second_source_leaves_the_first_in_the_list_whichever_way_it_was_written_down(world: World) -> None:
    record(world)
    record(world, mail=ADDRESS, source="växeln, 20 november")
    found = {"mail": ADDRESS, "source": {"kind": "web", "url": "https://skovde.example/om"}, "note": "Sidfoten."}
    path = f"/api/v1/desk/municipalities/{CODE}"
    assert world.call("desk", "POST", f"{path}/address", body=found, headers=OPERATOR).status == 200
    listed = call(world, "GET", f"{path}/evidence", **OPERATOR).json()["evidence"]
    assert [each["source"] for each in listed] == [
        "https://skovde.example/kontakt",
        "växeln, 20 november",
        "https://skovde.example/om",
    ]
    assert (listed[2]["value"], listed[2]["note"]) == (ADDRESS, "Sidfoten.")


@pytest.mark.parametrize("source", ["http://skovde.example", "https://skovde", "www.skovde.example"])
def test_a_source_on_the_web_is_the_address_of_a_page(world: World, source: str) -> None:
    assert code_of(record(world, mail=ADDRESS, source=source)) == (422, "invalid_request")


def test_an_address_found_for_waiting_cases_is_evidence_too(world: World) -> None:
    found = {"mail": ADDRESS, "source": {"kind": "web", "url": "https://skovde.example/kontakt"}, "note": "x"}
    path = f"/api/v1/desk/municipalities/{CODE}/address"
    assert world.call("desk", "POST", path, body=found, headers=OPERATOR).status == 200
    started = begin(world).json()
    assert started["mail"] == "sent"
    assert confirm(world, started).json()["state"] == "proven"


def test_a_forged_or_another_claims_link_proves_nothing(world: World) -> None:
    record(world)
    first, second = begin(world).json(), begin(world).json()
    good = link(world)
    for token in ("x", good[:-1] + ("A" if good[-1] != "A" else "B"), f"ffffffff.{good.partition('.')[2]}", "." * 200):
        assert code_of(confirm(world, second, token)) == (410, "link_not_valid")
    assert code_of(confirm(world, first, good)) == (410, "link_not_valid")
    assert state(world, first) == state(world, second) == "begun"
    nothing_joined(world)


def test_a_link_works_once_and_a_newer_one_replaces_it(world: World) -> None:
    record(world)
    started = begin(world).json()
    old = link(world)
    assert call(world, "POST", f"/api/v1/claims/{started['claim_id']}/mail", None, started["token"]).status == 200
    assert code_of(confirm(world, started, old)) == (410, "link_not_valid")
    assert confirm(world, started).status == 200
    assert code_of(confirm(world, started)) == (410, "link_not_valid")


def test_a_link_expires(world: World, later: Callable[[timedelta], None]) -> None:
    record(world)
    started = begin(world).json()
    later(timedelta(days=3, seconds=1))
    assert code_of(confirm(world, started)) == (410, "link_not_valid")
    assert state(world, started) == "begun"


def test_a_claim_expires(world: World, later: Callable[[timedelta], None]) -> None:
    started = agreed(world)
    later(timedelta(days=61))
    assert code_of(decide(world, started)) == (410, "claim_expired")
    nothing_joined(world)


def test_opening_the_link_changes_nothing(world: World) -> None:
    record(world)
    started = begin(world).json()
    for _ in range(2):
        page = world.call(ROOM, "GET", f"/claim/{started['claim_id']}/confirm", headers={"Accept": "text/html"})
        assert page.status == 200
        assert "Ada Lind" not in page.text
    assert world.call(ROOM, "GET", "/desk/invite").status == 200
    assert state(world, started) == "begun"


def test_without_an_agreement_nothing_is_approved(world: World) -> None:
    record(world)
    started = begin(world).json()
    assert code_of(decide(world, started)) == (409, "not_proven")
    assert code_of(sign(world, started)) == (409, "not_proven")
    confirm(world, started)
    assert code_of(decide(world, started)) == (409, "not_agreed")
    assert code_of(sign(world, started, version="1999")) == (409, "other_agreement")
    nothing_joined(world)


def test_only_operators_decide_and_record(world: World) -> None:
    started = agreed(world)
    for headers in (ADMIN, {"Authorization": f"Bearer {started['token']}"}):
        for what in ("approve", "refuse"):
            assert decide(world, started, what, **headers).status in (401, 403)
        assert call(world, "GET", "/api/v1/desk/claims", **headers).status in (401, 403)
        path = f"/api/v1/desk/municipalities/{CODE}/evidence"
        assert call(world, "POST", path, {"mail": ADDRESS, "source": "said so"}, **headers).status in (401, 403)
    assert state(world, started) == "agreed"
    nothing_joined(world)


def test_a_claim_is_read_with_its_own_token_only(world: World) -> None:
    first, second = begin(world).json(), begin(world, email="annan@skovde.example").json()
    for token in ("", second["token"], "x"):
        path = f"/api/v1/claims/{first['claim_id']}"
        assert call(world, "GET", path, None, token).status == 404
        assert (
            call(world, "POST", f"{path}/agreement", {"version": "1", "name": "B", "title": "C"}, token).status == 404
        )
        assert call(world, "POST", f"{path}/dns", None, token).status == 404


def test_a_refused_claim_is_over_and_says_why(world: World) -> None:
    started = agreed(world)
    assert decide(world, started, "refuse").json()["state"] == "refused"
    told = call(world, "GET", f"/api/v1/claims/{started['claim_id']}", None, started["token"]).json()
    assert (told["state"], told["reason"], told["left"]) == ("refused", "Ringde växeln.", [])
    assert code_of(decide(world, started)) == (409, "already_decided")
    nothing_joined(world)


def test_who_has_joined_cannot_be_claimed_again(world: World) -> None:
    assert code_of(begin(world, municipality="0180")) == (409, "already_claimed")
    assert code_of(begin(world, municipality="9999")) == (422, "unknown_municipality")


def test_of_two_claims_for_the_same_municipality_one_joins(world: World) -> None:
    first = agreed(world)
    record(world, mail="annan@skovde.example")
    second = begin(world, email="annan@skovde.example").json()
    assert confirm(world, second, link(world, "annan@skovde.example")).status == 200
    assert sign(world, second).status == 200
    assert decide(world, first).status == 200
    sent = len(world.mails)
    assert code_of(decide(world, second)) == (409, "already_claimed")
    assert state(world, second) == "agreed"
    assert len(world.mails) == sent
    profile = RegistryStore(ENVIRONMENT["REGISTRY_TABLE"]).profile(CODE)
    assert profile is not None
    assert profile.mails == {"registrar": ADDRESS}


def test_two_operators_at_the_same_moment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = agreed(world)
    record(world, mail="annan@skovde.example")
    second = begin(world, email="annan@skovde.example").json()
    confirm(world, second, link(world, "annan@skovde.example"))
    sign(world, second)
    assert decide(world, first).status == 200
    # The other operator looked before the first had written.
    monkeypatch.setattr(ClaimStore, "is_claimed", lambda self, code: False)
    assert code_of(decide(world, second)) == (409, "already_claimed")
    assert state(world, second) == "agreed"


# ---- approval, killed in the middle ----------------------------------------------------------------------------------


def test_an_approval_repeated_changes_nothing(world: World) -> None:
    started = agreed(world)
    decide(world, started)
    sent, waiting = len(world.mails), queued()
    again = decide(world, started)
    assert (again.status, again.json()["state"]) == (200, "approved")
    assert (len(world.mails), queued()) == (sent, waiting)


@pytest.mark.parametrize("step", ["joined", "invite", "queue"])
def test_an_approval_killed_in_the_middle_is_finished_by_a_repeat(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str, later: Callable[[timedelta], None]
) -> None:
    started = agreed(world)
    world.mails.clear()
    joining = registry_api.joining()
    names = {"joined": "_tell_of_waiting", "invite": "_invite_first"}

    def dies(*_: Any) -> None:
        raise RuntimeError("the process is gone")

    with monkeypatch.context() as patch:
        if step == "queue":
            patch.setattr(type(joining.waiting), "start", dies)
        else:
            patch.setattr(type(joining), names[step], dies)
        assert decide(world, started).status == 500
    assert queued() == 0
    done = decide(world, started)
    assert (done.status, done.json()["followed_up"]) == (200, True)
    subjects = [each.subject for each in world.mails]
    assert len([each for each in subjects if "är ansluten" in each]) == 1
    assert len([each for each in subjects if "Inbjudan" in each]) == 1
    assert queued() == 2


# ---- proof by DNS ----------------------------------------------------------------------------------------------------


class FakeResolver:
    """A resolver that knows what it is told."""

    def __init__(self, **records: str) -> None:
        self.records = {name.replace("_", "."): text for name, text in records.items()}

    def texts(self, domain: str) -> frozenset[str]:
        if self.records.get(domain) == "silent":
            raise NoAnswer(domain)
        return frozenset(filter(None, [self.records.get(domain)]))


def _dns(monkeypatch: pytest.MonkeyPatch, resolver: FakeResolver) -> None:
    monkeypatch.setattr(registry_api, "resolver", lambda: resolver)
    registry_api.claiming.cache_clear()


def _look(world: World, started: dict[str, Any]) -> Reply:
    return call(world, "POST", f"/api/v1/claims/{started['claim_id']}/dns", None, started["token"])


def test_a_record_in_dns_is_proof_without_any_mail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    started = begin(world).json()
    assert started.get("dns_record") is None
    assert code_of(_look(world, started)) == (409, "no_evidence")
    record(world, domain="skovde.example")
    told = call(world, "GET", f"/api/v1/claims/{started['claim_id']}", None, started["token"]).json()
    assert (told["domain"], told["dns_record"][:15]) == ("skovde.example", "synpunkt-claim=")
    _dns(monkeypatch, FakeResolver())
    assert code_of(_look(world, started)) == (409, "record_not_found")
    _dns(monkeypatch, FakeResolver(skovde_example="silent"))
    assert code_of(_look(world, started)) == (503, "no_dns_answer")
    _dns(monkeypatch, FakeResolver(skovde_example="synpunkt-claim=somebody-elses"))
    assert code_of(_look(world, started)) == (409, "record_not_found")
    _dns(monkeypatch, FakeResolver(skovde_example=told["dns_record"]))
    assert _look(world, started).json()["state"] == "proven"
    assert world.mails == []


def test_dns_proves_no_address_elsewhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    record(world, domain="skovde.example")
    started = begin(world, email="ada@elsewhere.example").json()
    _dns(monkeypatch, FakeResolver(skovde_example=started["dns_record"]))
    assert code_of(_look(world, started)) == (409, "address_elsewhere")


# ---- nobody is spammed -----------------------------------------------------------------------------------------------


def test_three_mails_a_day_to_an_address_and_for_a_municipality(world: World) -> None:
    record(world)
    record(world, mail="annan@skovde.example")
    for _ in range(5):
        assert begin(world).status == 201
    assert len(world.mails) == claiming_room.MAILS_A_DAY
    started = begin(world, email="annan@skovde.example").json()
    assert started["mail"] == "not_sent"
    again = call(world, "POST", f"/api/v1/claims/{started['claim_id']}/mail", None, started["token"])
    assert code_of(again) == (429, "too_many_today")
    assert 1 <= int(again.headers["retry-after"]) <= 24 * 3600
    assert len(world.mails) == claiming_room.MAILS_A_DAY


def test_twenty_claims_a_day_for_a_municipality(world: World) -> None:
    answers = [begin(world) for _ in range(claiming_room.CLAIMS_A_DAY + 1)]
    assert [each.status for each in answers] == [201] * claiming_room.CLAIMS_A_DAY + [429]


def test_what_a_machine_fills_in_is_forgotten(world: World) -> None:
    form = f"municipality={CODE}&name=Ada&role=Chef&email={ADDRESS}&website=x"
    assert world.call(ROOM, "POST", "/claim", body=form, headers=FORM).status == 200
    assert call(world, "GET", "/api/v1/desk/claims", **OPERATOR).json()["claims"] == []


# ---- invitations -----------------------------------------------------------------------------------------------------


def _invite(world: World, email: str = "bo@skovde.example", **headers: str) -> Reply:
    path = f"/api/v1/desk/municipalities/{CODE}/invitations"
    return call(world, "POST", path, {"email": email, "name": "Bo Ek"}, **(headers or OPERATOR))


def test_an_invitation_works_once(world: World) -> None:
    decide(world, agreed(world))
    token = link(world)
    assert call(world, "POST", "/api/v1/invitations/key", {"token": token}).status == 201
    assert code_of(call(world, "POST", "/api/v1/invitations/key", {"token": token})) == (410, "link_not_valid")


def test_a_new_invitation_revokes_the_one_before(world: World) -> None:
    decide(world, agreed(world))
    record(world, domain="skovde.example")
    assert _invite(world).status == 201
    old = link(world, "bo@skovde.example")
    assert _invite(world).status == 201
    assert code_of(call(world, "POST", "/api/v1/invitations/key", {"token": old})) == (410, "link_not_valid")
    new = link(world, "bo@skovde.example")
    assert call(world, "POST", "/api/v1/invitations/key", {"token": new}).status == 201


def test_an_invitation_expires_and_cannot_be_forged(world: World, later: Callable[[timedelta], None]) -> None:
    decide(world, agreed(world))
    token = link(world)
    for forged in ("x", "", f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}", f"{'0' * 26}.{token.partition('.')[2]}"):
        assert call(world, "POST", "/api/v1/invitations/key", {"token": forged}).status in (410, 422)
    later(timedelta(days=14, seconds=1))
    assert code_of(call(world, "POST", "/api/v1/invitations/key", {"token": token})) == (410, "link_not_valid")


def test_only_the_municipalitys_admins_and_operators_invite(world: World) -> None:
    assert code_of(_invite(world)) == (409, "not_claimed")
    decide(world, agreed(world))
    assert code_of(_invite(world, **ADMIN)) == (403, "not_allowed")
    assert code_of(_invite(world, "bo@gmail.com")) == (422, "free_mail")
    record(world, domain="skovde.example")
    key = call(world, "POST", "/api/v1/invitations/key", {"token": link(world)}).json()["key"]
    assert code_of(_invite(world, Authorization=f"Bearer {key}")) == (403, "not_allowed")
    admin = world.employ(Member("chief", "chief@skovde.example", "Chef", CODE, frozenset({Role.ADMIN})))
    answers = [_invite(world, **bearer(admin.email)).status for _ in range(4)]
    assert answers == [201, 201, 201, 429]


def test_only_an_address_known_to_be_the_municipalitys_is_invited(world: World) -> None:
    decide(world, agreed(world))
    record(world, mail="annan@skovde.example", unit="street")
    sent = len(world.mails)
    for address in ("bo@skovde.example", "annan@skovde.example", "bo@elsewhere.example"):
        assert code_of(_invite(world, address)) == (409, "address_unknown")
    assert len(world.mails) == sent
    record(world, domain="skovde.example")
    assert _invite(world, "bo@it.skovde.example").status == 201
    assert code_of(_invite(world, "bo@notskovde.example")) == (409, "address_unknown")
    record(world, mail="bo@elsewhere.example")
    assert _invite(world, "bo@elsewhere.example").status == 201


def test_a_municipality_invites_so_many_a_day(world: World) -> None:
    decide(world, agreed(world))
    record(world, domain="skovde.example")
    most = joining_room.INVITATIONS_A_DAY_FOR_ALL
    answers = [_invite(world, f"bo{number}@skovde.example").status for number in range(most + 1)]
    assert answers == [201] * most + [429]


# ---- pages -----------------------------------------------------------------------------------------------------------


def test_the_whole_way_on_pages(world: World) -> None:
    record(world)
    start = world.call(ROOM, "GET", "/claim", query={"lang": "sv"})
    assert "Skövde" in start.text
    form = f"municipality={CODE}&name=Ada+Lind&role=IT-chef&email={ADDRESS}"
    begun = world.call(ROOM, "POST", "/claim", body=form, headers=FORM)
    assert begun.status == 201
    found = re.search(rf"{PUBLIC_URL}/claim/([0-9A-Z]{{26}})#t=(\S+?)[\"<]", begun.text)
    assert found is not None
    claim_id, token = found.groups()
    path = f"/claim/{claim_id}"
    assert world.call(ROOM, "GET", path).status == 404
    opened = world.call(ROOM, "POST", path, body=f"token={token}", headers=FORM)
    assert opened.status == 303
    cookie = {**FORM, "Cookie": opened.headers["set-cookie"].split(";")[0]}
    assert "Skicka en ny länk" in world.call(ROOM, "GET", path, headers=cookie).text
    confirmed = world.call(ROOM, "POST", f"{path}/confirm", body=f"token={link(world)}", headers=FORM)
    assert "bekräftat" in confirmed.text
    assert world.call(ROOM, "POST", f"{path}/confirm", body=f"token={link(world)}", headers=FORM).status == 410
    page = world.call(ROOM, "GET", path, headers=cookie).text
    version = re.search(r'name="version" value="([^"]+)"', page)
    assert version is not None
    signing = f"do=agree&version={version[1]}&name=Bo+Ek&title=Chef"
    refused = world.call(ROOM, "POST", path, body=signing, headers=cookie)
    assert (refused.status, "Kryssa i" in refused.text) == (422, True)
    assert world.call(ROOM, "POST", path, body=f"{signing}&accepted=yes", headers=cookie).status == 303
    assert decide(world, {"claim_id": claim_id}).status == 200
    assert "ansluten" in world.call(ROOM, "GET", path, headers=cookie).text
    key = world.call(ROOM, "POST", "/desk/invite", body=f"token={link(world)}", headers=FORM)
    assert (key.status, key.headers["cache-control"]) == (200, "no-store")
    assert re.search(r'id="key">synpunkt_[\w-]{43}<', key.text)
    assert world.call(ROOM, "POST", "/desk/invite", body=f"token={link(world)}", headers=FORM).status == 410


def test_mistakes_in_the_form_keep_what_was_written(world: World) -> None:
    form = f"municipality={CODE}&name=Ada+Lind&role=IT-chef&email=ingen"
    page = world.call(ROOM, "POST", "/claim", body=form, headers=FORM)
    assert page.status == 422
    assert 'value="Ada Lind"' in page.text
    assert 'id="email-error"' in page.text
