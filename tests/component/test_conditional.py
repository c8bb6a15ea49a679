"""What is read again and again: an ETag for each answer, 304 for who has it, and other sites' scripts."""

from __future__ import annotations

import pytest

from tests.component.world import World


def test_who_has_the_answer_is_told_so(world: World) -> None:
    case = world.routed()
    path = f"/api/v1/cases/{case['reference']}"
    first = world.call("cases", "GET", path)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    for asked in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
        again = world.call("cases", "GET", path, headers={"If-None-Match": asked})
        assert (again.status, again.text, again.headers["etag"]) == (304, "", tag)
    assert world.call("cases", "GET", path, headers={"If-None-Match": '"other"'}).text == first.text
    english = world.call("cases", "GET", path, headers={"Accept-Language": "en", "If-None-Match": tag})
    assert english.status == 200, "another language is another answer"


@pytest.mark.parametrize("wanted", ["json", "xml"])
def test_lists_of_open311_are_not_sent_again(world: World, wanted: str) -> None:
    world.routed()
    path, asked = f"/open311/v2/requests.{wanted}", {"jurisdiction_id": "0180"}
    tag = world.call("cases", "GET", path, query=asked).headers["etag"]
    again = world.call("cases", "GET", path, query=asked, headers={"If-None-Match": tag})
    assert (again.status, again.text) == (304, "")
    world.routed()
    assert world.call("cases", "GET", path, query=asked, headers={"If-None-Match": tag}).status == 200


def test_what_has_changed_is_sent(world: World) -> None:
    case = world.routed()
    path = f"/api/v1/cases/{case['reference']}"
    tag = world.call("cases", "GET", path).headers["etag"]
    key = {"Authorization": "Bearer local-admin-key"}
    done = world.call("desk", "POST", f"/api/v1/desk/cases/{case['case_id']}/reply", body={"text": "Hej."}, headers=key)
    assert done.status == 200
    assert world.call("cases", "GET", path, headers={"If-None-Match": tag}).status == 200


def test_problems_and_pages_carry_no_tag(world: World) -> None:
    for path in ("/api/v1/cases/7KQ-4M2X", "/c/7KQ-4M2X"):
        answer = world.call("cases", "GET", path, headers={"If-None-Match": "*"})
        assert answer.status == 404
        assert "etag" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_other_sites_may_read_what_everybody_reads(world: World, method: str) -> None:
    case = world.routed()
    for room, path in (("cases", f"/api/v1/cases/{case['reference']}"), ("route", "/api/v1/categories")):
        answer = world.call(room, method, path, headers={"Origin": "https://example.org"})
        assert answer.headers["access-control-allow-origin"] == "*"
        exposed = answer.headers["access-control-expose-headers"].split(", ")
        assert {"ETag", "Retry-After", "X-Next-End-Date", "X-Next-Start-Date", "X-Start-Date"} <= set(exposed)
        # No cookie goes along, so what only its reporter reads stays with them.
        assert "access-control-allow-credentials" not in answer.headers
    page = world.call("cases", method, f"/c/{case['reference']}", headers={"Origin": "https://example.org"})
    assert "access-control-allow-origin" not in page.headers
    desk = world.call("desk", "GET", "/api/v1/desk/inbox", headers={"Authorization": "Bearer local-admin-key"})
    assert "access-control-allow-origin" not in desk.headers


@pytest.mark.parametrize("path", ["/open311/v2/requests.json", "/api/v1/cases/7KQ-4M2X"])
def test_a_browser_that_asks_first_may_name_what_it_has(world: World, path: str) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    more = {"Access-Control-Request-Headers": "if-none-match"}
    answer = world.call("cases", "OPTIONS", path, headers=asked | more)
    assert (answer.status, answer.text) == (204, "")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
    # Neither a key nor a token goes along from somebody else's page.
    assert answer.headers["access-control-allow-headers"] == "If-None-Match"
    assert "access-control-allow-credentials" not in answer.headers
    # Nobody writes from there, and a page is nobody's data.
    for headers, elsewhere in (
        (asked | {"Access-Control-Request-Method": "POST"}, path),
        ({"Origin": "https://example.org"}, path),
        (asked, "/c/7KQ-4M2X"),
    ):
        refused = world.call("cases", "OPTIONS", elsewhere, headers=headers)
        assert refused.status == 404
        assert "access-control-allow-origin" not in refused.headers
