"""A browser, and people who use it. Everything a page complains about in its console fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.system.conftest import stack as stack
from tests.web.browsers import Browsers
from tests.web.steps import Person, Site

REPO = Path(__file__).resolve().parents[2]
_BROWSERS = pytest.StashKey[Browsers]()
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs a browser. A test whose browser was ended, or died, runs once more; no other does."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent and "site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.web)
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TargetClosedError"]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tells which tests a browser stood still in, and where."""
    browsers = config.stash.get(_BROWSERS, None)
    for told in browsers.stood_still if browsers else []:
        terminalreporter.section("the browser stood still")
        terminalreporter.write_line(told)


def find_chromium() -> str:
    """The browser to test with. No browser is a failure: a page that nobody looked at is not tested."""
    named = os.environ.get("SYNPUNKT_CHROMIUM") or os.environ.get("CHROMIUM")
    if named:
        return named
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    for unpacked in sorted(REPO.glob("**/node_modules/@sparticuz/chromium/**/chromium")):
        if unpacked.is_file() and os.access(unpacked, os.X_OK):
            return str(unpacked)
    pytest.fail("No Chromium: set SYNPUNKT_CHROMIUM, or install one on the PATH.")


@pytest.fixture(scope="session")
def browsers(pytestconfig: pytest.Config) -> Iterator[Browsers]:
    browsers = Browsers(find_chromium())
    pytestconfig.stash[_BROWSERS] = browsers
    yield browsers
    browsers.close()


@pytest.fixture
def browser(browsers: Browsers, request: pytest.FixtureRequest) -> Iterator[Browser]:
    with browsers.visit(request.node.nodeid) as browser:
        yield browser


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Site:
    """The running service: the local stack, or the one SYNPUNKT_URL names."""
    url = os.environ.get("SYNPUNKT_URL") or str(request.getfixturevalue("stack").url)
    return Site(url.rstrip("/"))


@pytest.fixture
def person(browser: Browser, site: Site) -> Iterator[Person]:
    """Somebody with a phone: 390 pixels wide, touch, Swedish."""
    person = Person(browser, site)
    yield person
    person.leave()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo as a phone makes it: landscape, some detail, and it says where it was taken."""
    from PIL import Image, ImageDraw
    from PIL.TiffImagePlugin import IFDRational

    picture = Image.effect_noise((1600, 1200), 60).convert("RGB")
    ImageDraw.Draw(picture).ellipse((500, 400, 1100, 900), fill=(40, 40, 46))
    exif = Image.Exif()
    exif[0x8825] = {
        1: "N",
        2: (IFDRational(58), IFDRational(23), IFDRational(24)),
        3: "E",
        4: (IFDRational(13), IFDRational(50), IFDRational(42)),
    }
    path = tmp_path / "hål i vägen.jpg"
    picture.save(path, quality=88, exif=exif)
    return path
