"""A browser that stands still stops its own test, and no other."""

from __future__ import annotations

import psutil
import pytest
from playwright.sync_api import Error

from tests.web.browsers import Browsers


def test_a_browser_that_stands_still_is_ended_and_told_and_the_next_one_works(browsers: Browsers) -> None:
    with browsers.visit("somebody", longest_s=3) as browser:
        page = browser.new_page()
        for process in psutil.Process().children(recursive=True):
            if "--headless" in process.cmdline() or "--type=renderer" in process.cmdline():
                process.suspend()
        with pytest.raises(Error, match="closed"):
            page.evaluate("1")
    [told] = browsers.stood_still
    assert told.startswith("somebody")
    assert 'page.evaluate("1")' in told
    browsers.stood_still.clear()
    with browsers.visit("somebody else") as browser:
        assert browser.new_page().evaluate("1 + 1") == 2


def test_nobody_gets_a_browser_that_has_served_too_many(browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.web.browsers.MOST_VISITS", 2)
    seen = []
    for who in ("one", "two", "three", "four"):
        with browsers.visit(who) as browser:
            seen.append(browser)
    assert len(set(map(id, seen))) >= 2
