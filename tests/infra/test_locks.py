"""Locks: hashed, of one mind, and silent about where they came from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
LOCKS = sorted(path.stem for path in REQUIREMENTS.glob("*.txt"))
OF_ONE_MIND = ("test", "run", "layer-base", "layer-image", "layer-parquet", "bridge", "bridge-tools", "geodata")


def versions(lock: str) -> dict[str, str]:
    """Every pinned package of a lock."""
    text = (REQUIREMENTS / f"{lock}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==([^ ;\\\n]+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    text = (REQUIREMENTS / f"{lock}.txt").read_text()
    for pin in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert "--hash=sha256:" in pin, pin.splitlines()[0]


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_tells_where_it_was_made(lock: str) -> None:
    for suffix in ("in", "txt"):
        text = (REQUIREMENTS / f"{lock}.{suffix}").read_text()
        assert "://" not in text
        assert "--index" not in text
        assert "--find-links" not in text


@pytest.mark.parametrize("lock", OF_ONE_MIND)
def test_what_runs_is_what_is_tested(lock: str) -> None:
    tested = versions("test")
    differing = {
        name: (version, tested[name])
        for name, version in versions(lock).items()
        if tested.get(name, version) != version
    }
    assert not differing


@pytest.mark.parametrize("layer", ["layer-base", "layer-image", "bridge"])
def test_layers_are_part_of_what_runs_locally(layer: str) -> None:
    running = versions("run")
    assert versions(layer).items() <= running.items()
    assert "boto3" not in versions(layer), "the runtime has it"


def test_compiled_packages_of_the_layers_have_wheels_for_more_than_one_machine() -> None:
    """A lock made from an index that holds one machine's files could be installed nowhere else."""
    text = (REQUIREMENTS / "layer-base.txt").read_text()
    [pin] = [each for each in re.split(r"\n(?=[a-z0-9])", text) if each.startswith("pydantic-core==")]
    assert pin.count("--hash=") > 20
