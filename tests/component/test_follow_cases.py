"""The client of docs/events.md, run as it stands, by a municipality whose cases do not all stay there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from synpunkt.identity import Scope
from tests.component.test_feed import KEY, MOTALA
from tests.component.world import World
from tests.contract.open311 import BASE, served

CLIENT = Path(__file__).parents[2] / "docs/examples/follow_cases.py"


def run(url: str, key: str, cursor: Path) -> subprocess.CompletedProcess[str]:
    """The client, once."""
    command = [sys.executable, str(CLIENT), url.removesuffix(BASE), key, str(cursor)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_case_that_was_handed_over_stops_no_other(world: World, tmp_path: Path) -> None:
    world.claim("0583")
    gone, stays = world.routed(location=MOTALA), world.routed(location=MOTALA)
    moved = {"municipality": "0180", "reason": "Gatan är deras."}
    path, headers = f"/api/v1/desk/cases/{gone['case_id']}/hand-over", {"Authorization": f"Bearer {KEY}"}
    assert world.call("desk", "POST", path, body=moved, headers=headers).status == 200
    world.settle()
    key, _ = world.key("System", ["0583"], [Scope.READ, Scope.WRITE])
    cursor = tmp_path / "cursor"
    with served(world) as url:
        first = run(url, key, cursor)
        assert first.returncode == 0, first.stderr
        assert stays["reference"] in first.stdout
        assert (gone["reference"] in first.stdout, gone["reference"] in first.stderr) == (False, True)
        # It was left behind: the next run goes on after it.
        again = run(url, key, cursor)
        assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_a_key_that_does_not_work_stops_it_before_anything_is_left_behind(world: World, tmp_path: Path) -> None:
    cursor = tmp_path / "cursor"
    with served(world) as url:
        assert "HTTPError" in run(url, "nobodys-key", cursor).stderr
    assert not cursor.exists()
