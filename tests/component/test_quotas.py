"""How often a key may be used: as its quota says, told with `Retry-After`, at the cost of a write now and then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from synpunkt import clock
from synpunkt.identity import LIVE_QUOTA, TEST_QUOTA, Quota, Scope
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.quotas import QuotaStore
from tests.component.world import ENVIRONMENT, Reply, World, aws_calls, forget_caches
from tests.tokens import bearer

NOON = datetime(2026, 11, 23, 11, 0, 40, tzinfo=UTC)


class Clock:
    """It stands still until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = NOON
        monkeypatch.setattr(clock, "now", lambda: self.at)

    def moves(self, **ahead: float) -> None:
        """So far."""
        self.at += timedelta(**ahead)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock's."""
    return Clock(monkeypatch)


def limited(world: World, per_minute: int, per_day: int, code: str = "0180") -> str:
    """A key with a quota of its own."""
    key, key_id = world.key("Ivrig", [code], [Scope.READ, Scope.WRITE])
    KeyStore(ENVIRONMENT["REGISTRY_TABLE"]).limit(key_id, Quota(per_minute, per_day))
    return key


def asked(world: World, key: str, room: str = "deliver", path: str = "/api/v1/events") -> Reply:
    """One request."""
    return world.call(room, "GET", path, headers={"Authorization": f"Bearer {key}"})


def test_a_minutes_quota_is_told_with_when_to_come_again(world: World, hands: Clock) -> None:
    key = limited(world, 3, 1000)
    # One key, whatever it is used for.
    inbox = "/api/v1/desk/me"
    assert [asked(world, key).status, asked(world, key, "desk.staff_api", inbox).status] == [200, 200]
    assert asked(world, key).status == 200
    refused = asked(world, key)
    assert (refused.status, refused.json()["code"], refused.headers["retry-after"]) == (429, "quota_used", "20")
    assert refused.headers["content-type"].startswith("application/problem+json")
    hands.moves(seconds=19)
    assert asked(world, key).headers["retry-after"] == "1"
    hands.moves(seconds=1)
    assert asked(world, key).status == 200


def test_a_days_quota_ends_with_the_day(world: World, hands: Clock) -> None:
    key = limited(world, 2, 3)
    assert [asked(world, key).status for _ in range(2)] == [200, 200]
    hands.moves(minutes=1)
    assert [asked(world, key).status for _ in range(2)] == [200, 429]
    hands.moves(minutes=1)
    refused = asked(world, key)
    assert int(refused.headers["retry-after"]) == (13 * 60 - 2) * 60 - 40
    hands.moves(seconds=int(refused.headers["retry-after"]))
    assert asked(world, key).status == 200


@pytest.mark.parametrize(("wanted", "begins"), [("json", "[{"), ("xml", "<?xml")])
def test_open311_tells_it_in_its_own_shape(world: World, hands: Clock, wanted: str, begins: str) -> None:
    key = limited(world, 1, 1000)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    def sent(room: str, what: str) -> Reply:
        path = f"/open311/v2/{what}.{wanted}"
        return world.call(room, "POST", path, body=f"api_key={key}&service_request_id=x", headers=headers)

    assert sent("intake", "requests").status == 400
    for room, what in (("intake", "requests"), ("desk", "servicerequestupdates")):
        refused = sent(room, what)
        assert (refused.status, refused.headers["retry-after"]) == (429, "20")
        assert refused.text.startswith(begins)


def test_quotas_are_each_keys_own_and_people_have_none(world: World, hands: Clock) -> None:
    first, second = limited(world, 1, 1000), limited(world, 1, 1000)
    assert [asked(world, key).status for key in (first, first, second)] == [200, 429, 200]


def test_most_requests_cost_no_write_and_none_that_is_refused_again(
    world: World, hands: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = limited(world, 100, 5000)
    with aws_calls(monkeypatch) as made:
        answers = [asked(world, key).status for _ in range(105)]
    assert answers == [200] * 100 + [429] * 5
    # Of the minute's hundred one, then two at a time; where two are refused, one is tried: the last one, and none.
    # Of the day's five thousand 1, 2, 4 … 64.
    assert made.count("UpdateItem") == (1 + 49 + 2 + 2) + 7


def test_many_processes_together_get_no_more_than_the_quota(world: World) -> None:
    stores = [QuotaStore(ENVIRONMENT["REGISTRY_TABLE"]) for _ in range(5)]
    taken = [store.take("k", Quota(100, 5000), NOON) for _ in range(60) for store in stores]
    assert 95 <= taken.count(None) <= 100


def test_whoever_asks_a_new_process_each_time_still_gets_the_whole_day(world: World) -> None:
    table = ENVIRONMENT["REGISTRY_TABLE"]
    asked = [QuotaStore(table).take("k", Quota(100, 300), NOON + timedelta(minutes=n)) for n in range(301)]
    assert asked == [None] * 300 + [8 * 3600 - 40]


@pytest.mark.parametrize(("code", "quota"), [("0180", LIVE_QUOTA), ("5180", TEST_QUOTA)])
def test_a_key_of_which_nothing_was_said(
    world: World, hands: Clock, monkeypatch: pytest.MonkeyPatch, code: str, quota: Quota
) -> None:
    key, key_id = world.key("Nyckel", [code], [Scope.READ])
    store = QuotaStore(ENVIRONMENT["REGISTRY_TABLE"])
    used: list[Any] = [store.take(key_id, quota, NOON) for _ in range(quota.per_minute)]
    assert used == [None] * quota.per_minute
    assert asked(world, key).status == 429
    monkeypatch.setenv("STAGE", "local")
    forget_caches()
    assert asked(world, key).status == 200


def test_a_key_in_anothers_place_has_its_quota(world: World) -> None:
    world.claim("0583")
    admin, keys = bearer("admin@0583.example"), KeyStore(ENVIRONMENT["REGISTRY_TABLE"])

    def made(**more: Any) -> dict[str, Any]:
        body = {"name": "Systemet", "scopes": ["read"], **more}
        answer = world.call("desk.staff_api", "POST", "/api/v1/desk/keys", body=body, headers=admin)
        assert answer.status == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    first = made()
    keys.limit(first["key_id"], Quota(3, 10))
    caller = keys.caller(made(replaces=first["key_id"])["key"])
    assert caller is not None
    assert caller.quota == Quota(3, 10)
    assert keys.caller(first["key"]) is None
