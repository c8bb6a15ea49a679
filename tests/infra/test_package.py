"""Zips: the same bytes twice, everything a handler imports inside, nothing that does not belong."""

from __future__ import annotations

import re
import subprocess
import zipfile
from importlib.util import MAGIC_NUMBER, find_spec
from pathlib import Path

import pytest

from infra.expand import Stack
from infra.local.layout import EMULATOR_PYTHON
from infra.package import BOUNDARIES, Artifacts, build, local

ROOT = Path(__file__).parents[2]
RUNTIME_HAS = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")


@pytest.fixture(scope="module")
def artifacts() -> Artifacts:
    """The local zips, as `make run` builds them."""
    return build(local(EMULATOR_PYTHON))


@pytest.fixture(scope="module")
def unpacked(artifacts: Artifacts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All zips side by side, and what the runtime brings."""
    folder = tmp_path_factory.mktemp("zips")
    for name, path in (artifacts.rooms | artifacts.layers).items():
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder / name)
    runtime = folder / "runtime"
    runtime.mkdir()
    for package in RUNTIME_HAS:
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (runtime / source.name).symlink_to(source)
    return folder


def test_the_same_sources_give_the_same_bytes(artifacts: Artifacts) -> None:
    before = {name: path.read_bytes() for name, path in artifacts.rooms.items()}
    again = build(local(EMULATOR_PYTHON))
    assert again.release == artifacts.release
    assert {name: path.read_bytes() for name, path in again.rooms.items()} == before


def test_every_handler_starts_from_what_its_zip_and_layers_hold(app: Stack, unpacked: Path) -> None:
    failed = {}
    for function in app.of_type("AWS::Lambda::Function").values():
        module = function["Handler"].removesuffix(".handler")
        room = module.split(".")[1]
        layers = ["layer-" + re.sub(r"ref:(\w+)Layer\w*", r"\1", each).lower() for each in function["Layers"]]
        paths = [unpacked / room, *(unpacked / layer / "python" for layer in layers), unpacked / "runtime"]
        variables = {key: str(value) for key, value in function["Environment"]["Variables"].items()}
        code = f"import sys; sys.path[:0] = {[str(path) for path in paths]!r}; from {module} import handler"
        done = subprocess.run(
            [str(EMULATOR_PYTHON), "-I", "-S", "-c", code],
            env=variables | {"AWS_DEFAULT_REGION": "eu-north-1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            failed[module] = done.stderr.strip().splitlines()[-1]
    assert not failed


def test_zips_hold_no_tests_no_secrets_and_no_other_room(artifacts: Artifacts) -> None:
    for room, path in artifacts.rooms.items():
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        tops = {name.split("/")[0] for name in names}
        assert tops - {"web", "docs"} == {"functions", "synpunkt", "events"}, room
        assert all(name.startswith("docs/agreements/") for name in names if name.startswith("docs/")), room
        rooms = {name.split("/")[1] for name in names if name.startswith("functions/")} - {"__init__.py", "__pycache__"}
        assert rooms == {room}
        assert not [name for name in names if "test" in name or name.endswith((".env", ".pem"))], room


def test_rooms_that_look_up_points_hold_what_they_look_in(artifacts: Artifacts) -> None:
    looking = {
        room
        for room in artifacts.rooms
        for path in (ROOT / "functions" / room).rglob("*.py")
        if re.search(r"\b(place_in_sweden|locate|municipality_at)\(", path.read_text("utf-8"))
    }
    assert {"intake", "route", "cases"} <= looking
    for room in looking:
        with zipfile.ZipFile(artifacts.rooms[room]) as archive:
            assert BOUNDARIES in archive.namelist(), room


def test_zips_and_layers_stay_small(artifacts: Artifacts) -> None:
    """Each worker unpacks its layers anew, and a cold start reads them."""
    for name, path in (artifacts.rooms | artifacts.layers).items():
        assert path.stat().st_size < 12_000_000, f"{name}: {path.stat().st_size / 1e6:.1f} MB"


def test_libraries_are_bytecode_of_the_interpreter_that_runs_them(artifacts: Artifacts) -> None:
    with zipfile.ZipFile(artifacts.layers["layer-base"]) as archive:
        modules = [name for name in archive.namelist() if name.endswith((".py", ".pyc"))]
        assert all(name.endswith(".pyc") for name in modules)
        assert {archive.read(name)[:4] for name in modules} == {MAGIC_NUMBER}
