"""The browser of these tests, and what happens when it stands still.

A Chromium that has seen hundreds of windows stops answering now and then, and what a test asks of it then (a script, a
new window, closing one) has no time limit of its own. So nobody gets a browser that is older than `MOST_VISITS` tests,
and one that a test has waited for too long is ended: the test fails with `TargetClosedError`, it alone is run once more
(`tests/web/conftest.py`), and the run tells at its end where the browser stood.
"""

from __future__ import annotations

import gc
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer

import psutil
from greenlet import greenlet
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

MOST_VISITS = 40
"""Tests that one browser serves."""
LONGEST_VISIT_S = 400
"""Seconds after which a test is taken for one whose browser stands still; the longest takes about 100."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Browsers:
    """Opens browsers at `path`, one after the other, and ends one that stands still."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.stood_still: list[str] = []
        """Which tests waited in vain, and the lines where they did."""
        self._playwright: Playwright | None = None
        self._driver: psutil.Process | None = None
        self._browser: Browser | None = None
        self._visits = MOST_VISITS

    @contextmanager
    def visit(self, who: str, longest_s: float = LONGEST_VISIT_S) -> Iterator[Browser]:
        """A browser for one test; ended, with all that waits for it, when the test takes too long."""
        browser = self._open()
        with self._watched(who, longest_s):
            yield browser

    def close(self) -> None:
        """Closes what is open; a browser that does not answer any more is ended."""
        with self._watched("closing the browser", LONGEST_VISIT_S), suppress(Error):  # One that was ended is closed.
            if self._browser:
                self._browser.close()
        if self._playwright:
            self._playwright.stop()
        self._playwright = self._browser = self._driver = None

    @contextmanager
    def _watched(self, who: str, longest_s: float) -> Iterator[None]:
        watch = Timer(longest_s, self._end, [who])
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _open(self) -> Browser:
        if self._browser is None or self._visits >= MOST_VISITS or not self._browser.is_connected():
            self.close()
            before = set(psutil.Process().children())
            self._playwright = sync_playwright().start()
            [self._driver] = set(psutil.Process().children()) - before
            self._browser = self._playwright.chromium.launch(executable_path=self.path, args=FLAGS)
            self._visits = 0
        self._visits += 1
        return self._browser

    def _end(self, who: str) -> None:
        """Kills the driver and the browser; whoever waits for them gets an error then."""
        frames = [found.gr_frame for found in gc.get_objects() if isinstance(found, greenlet) and found.gr_frame]
        self._visits = MOST_VISITS
        self.stood_still.append(who + "\n" + "\n".join("".join(traceback.format_stack(frame)) for frame in frames))
        if self._driver:
            for process in (*self._driver.children(recursive=True), self._driver):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
