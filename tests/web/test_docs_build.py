"""The pages for developers as they are built: what they point to is there, and their addresses are explained."""

from __future__ import annotations

import html
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

REPO = Path(__file__).resolve().parents[2]
BUILD = "import { buildDocs } from './docs/pages.mjs'; await buildDocs(process.argv[1]);"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that is served as /docs/."""
    out = tmp_path_factory.mktemp("pages") / "docs"
    subprocess.run(["node", "--input-type=module", "-e", BUILD, str(out)], cwd=REPO / "web", check=True)
    return out


def pages(built: Path) -> dict[str, str]:
    """Each page's HTML by its name; the front page has none."""
    return {each.parent.relative_to(built).as_posix(): each.read_text("utf-8") for each in built.rglob("index.html")}


def test_what_the_documents_point_to_is_a_page_or_a_file(built: Path) -> None:
    found = pages(built)
    assert 'href="/docs/staff/"' in found["events"]
    assert "/api/v1/desk/keys" in found["staff"]
    assert 'href="/docs/changelog/"' in found["api"].partition("<main")[2]
    for page, name in (("events", "follow_cases"), ("events", "webhook_receiver"), ("bridge", "bridge_adapter")):
        assert f'href="/docs/examples/{name}.py"' in found[page]
        kept = REPO / f"docs/examples/{name}.py"
        assert (built / f"examples/{name}.py").read_bytes() == kept.read_bytes()


def test_every_link_between_them_leads_to_a_heading_that_there_is(built: Path) -> None:
    found = pages(built)
    led = 0
    for page, text in found.items():
        for name, fragment in re.findall(r'href="/docs/([a-z-]+)/#([^"]+)"', text):
            assert f'id="{unquote(html.unescape(fragment))}"' in found[name], f"{page}: {name}#{fragment}"
            led += 1
    assert led > 2


def test_who_reads_an_address_of_their_own_machine_is_told_so(built: Path) -> None:
    for name, text in pages(built).items():
        without = re.sub('<p class="whose">.*?</p>', "", text)
        assert ("127.0.0.1:8000" in without) == (without != text), name
    assert "unless <code>PORT</code> named another port" in pages(built)["events"]
