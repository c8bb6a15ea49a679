"""What people do on the pages, in their words, so that tests read like a visit."""

from __future__ import annotations

import json
import re
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from infra.local.seed import STAFF_PASSWORD

PATIENCE_MS = 30_000
PATIENCE_S = 90
expect.set_options(timeout=PATIENCE_MS)


class Site:
    """The service as other programs see it, to make cases without a browser."""

    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of one call."""
        data = None if body is None else json.dumps(body).encode()
        names = {name.replace("_", "-"): text for name, text in headers.items()}
        request = Request(self.url + path, data=data, headers={"Content-Type": "application/json", **names})
        try:
            with urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def report(self, **fields: object) -> dict[str, Any]:
        """The receipt of a new report."""
        body = {"description": "Lampan vid busshållplatsen är släckt.", "municipality": "0583", **fields}
        status, receipt = self.call("/api/v1/reports", body, Idempotency_Key=str(uuid.uuid4()))
        assert status == 201, receipt
        assert isinstance(receipt, dict)
        return receipt

    def settled(self, receipt: dict[str, Any], *statuses: str) -> dict[str, Any]:
        """The case once it has come to one of the statuses."""
        deadline = time.monotonic() + PATIENCE_S
        case: Any = None
        while time.monotonic() < deadline:
            _, case = self.call(f"/api/v1/cases/{receipt['reference']}", Authorization=f"Bearer {receipt['token']}")
            if isinstance(case, dict) and case.get("status") in statuses:
                return case
            time.sleep(0.3)
        raise AssertionError(f"{receipt['reference']} never came to {statuses}: {case}")

    def desk(self, receipt: dict[str, Any], act: str, **body: object) -> dict[str, Any]:
        """What a handler with a key does to a case."""
        path = f"/api/v1/desk/cases/{receipt['case_id']}/{act}"
        status, case = self.call(path, body, Authorization="Bearer local-admin-key")
        assert status == 200, case
        assert isinstance(case, dict)
        return case

    def told_by_system(self, receipt: dict[str, Any], **update: object) -> dict[str, Any]:
        """What a system of the municipality says is new about a case."""
        path = f"/api/v1/municipality/cases/{receipt['case_id']}/updates"
        keys = {"Authorization": "Bearer local-test-key", "Idempotency_Key": str(uuid.uuid4())}
        status, case = self.call(path, update, **keys)
        assert status == 200, case
        assert isinstance(case, dict)
        return case

    def handed_over(self, receipt: dict[str, Any], municipality: str, reason: str) -> str:
        """The link in the mail that another municipality gets when the case is handed over to it."""
        self.desk(receipt, "hand-over", municipality=municipality, reason=reason)
        return self.mailed(receipt, f"@{municipality}.example", r"http\S+/work/\S+")

    def mailed(self, receipt: dict[str, Any], to: str, pattern: str) -> str:
        """What stands in a mail about the case to an address that ends so."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            _, outbox = self.call("/_dev/outbox.json")
            for message in outbox["messages"]:
                found = re.search(pattern, message["text"])
                if message["case_id"] == receipt["case_id"] and message["to"].endswith(to) and found:
                    return found[0]
            time.sleep(0.5)
        raise AssertionError(f"no mail about {receipt['reference']} to {to}")

    def private_category(self) -> str:
        """A category whose cases nobody else sees."""
        _, found = self.call("/api/v1/categories")
        for group in found["groups"]:
            for each in group["categories"]:
                if each["visibility"] == "private":
                    return str(each["category"])
        raise AssertionError("no private category")


class Person:
    """Somebody at a screen. What the page's console complains about is kept for `leave`."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser = browser
        self.site = site
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []
        self._page: Page | None = None

    @property
    def page(self) -> Page:
        return self._page or self.sit_down()

    def sit_down(self, width: int = 390, height: int = 844, **options: Any) -> Page:
        """Opens a browser window of that size; the person's page from now on."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="sv-SE", has_touch=width < 600, **options
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        self._page = context.new_page()
        self._page.on("console", self._heard)
        self._page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return self._page

    def leave(self) -> None:
        """Closes everything. Fails when a page had an error or met its own content policy."""
        for context in self._contexts:
            context.close()
        assert self.complaints == [], self.complaints

    def _heard(self, message: ConsoleMessage) -> None:
        # The browser itself reports every answer above 399 this way; tests that cause one look at the page.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)

    # ---- the desk ----

    def log_in(self, email: str, password: str = STAFF_PASSWORD) -> None:
        self.page.goto(self.site.url + "/desk/")
        self.page.fill("#email", email)
        self.page.fill("#password", password)
        self.page.click("#login button")

    def enter_desk(self, email: str, path: str = "") -> None:
        """Logs in and goes to a part of the desk, `case/<id>` or such; to what there is to do when none is named."""
        self.log_in(email)
        expect(self.page.locator("html.inside")).to_have_count(1)
        expect(self.page.locator("#desk h2").first).to_be_visible()
        if path:
            self.page.evaluate("path => { location.hash = `#/${path}` }", path)

    # ---- the form ----

    def open_form(self, query: str = "") -> None:
        self.page.goto(f"{self.site.url}/{query}")
        expect(self.page.locator("html.has-js")).to_have_count(1)

    def describe(self, text: str) -> None:
        self.page.fill("#description", text)

    def choose_category(self, words: str) -> None:
        """Finds a category by typing, and takes the first that fits."""
        self.page.fill("#category-search", words)
        self.page.locator("#category-hits button").first.click()
        expect(self.page.locator("#category-chosen")).to_be_visible()

    def show_municipality(self, code: str) -> None:
        """Chooses a municipality in words and waits for the map to follow."""
        self.page.locator("#map").scroll_into_view_if_needed()
        expect(self.page.locator("#map .leaflet-control-scale")).to_be_visible()
        expect(self.page.locator("#map path.outline").first).to_be_attached()
        self.page.select_option("#municipality", code)

    def tap_map(self) -> None:
        """Taps the middle of the map."""
        self.page.locator("#map").click()
        expect(self.page.locator("#map .pin")).to_be_visible()

    def stand_at(self, lat: float, lon: float, accuracy_m: float) -> None:
        """Lets the page use the device's place, which is known no better than that."""
        self.page.context.grant_permissions(["geolocation"])
        self.page.context.set_geolocation({"latitude": lat, "longitude": lon, "accuracy": accuracy_m})
        self.page.click("#gps")

    def add_photo(self, path: Path) -> None:
        self.page.set_input_files("#photo", path)
        expect(self.page.locator(".photo-state")).to_have_text(["Uppladdad"])

    def send(self) -> None:
        self.page.click("#send")

    def arrives_at_case(self) -> str:
        """The case number, once the page with it has come."""
        self.page.wait_for_url("**/c/**")
        expect(self.page.locator("#thanks")).to_be_visible()
        return self.page.locator("#reference").inner_text()

    # ---- the keyboard ----

    def tab_to(self, selector: str, backwards: bool = False) -> None:
        """Presses Tab until the element has focus, as somebody without a mouse does."""
        for _ in range(150):
            if self.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
                return
            self.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        raise AssertionError(f"Tab never reached {selector}")
