"""The bridge as Chalice packages it: one zip, and a SAM template made from the app and from `resources.json`.

Chalice ships what the app imports for the Python that runs Chalice. Ours is for arm64 and python3.13 like everything
else, from a hashed lock, so the libraries are laid beside the app as they are, and Chalice asks no registry.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.package import BUILD, ROOT, Target, cloud, layer, sources

HERE = Path(__file__).resolve().parent
STAGE = "bridge"
RESOURCES = HERE / "resources.json"
_MOMENT = 315532800  # the first of January 1980, the earliest a zip can hold


@dataclass(frozen=True)
class Package:
    """What is deployed."""

    template: dict[str, Any]
    zip: Path


def package(folder: Path, target: Target | None = None, own_adapter: Path | None = None) -> Package:
    """Packages the bridge into the folder, for the target (the cloud), with an adapter of one's own if there is one."""
    target = target or cloud()
    shutil.rmtree(folder, ignore_errors=True)
    project, out = folder / "project", folder / "out"
    _assemble(project, target, own_adapter)
    command = [
        str(Path(sys.executable).parent / "chalice"),
        "package",
        "--stage",
        STAGE,
        "--merge-template",
        str(RESOURCES),
        str(out),
    ]
    done = subprocess.run(command, cwd=project, env=_environment(), check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"chalice could not package the bridge:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
    return Package(json.loads((out / "sam.json").read_text("utf-8")), out / "deployment.zip")


def _assemble(project: Path, target: Target, own_adapter: Path | None) -> None:
    """A Chalice project: the app, its settings, and all that it imports in `vendor`."""
    vendor = project / "vendor"
    vendor.mkdir(parents=True)
    (project / ".chalice").mkdir()
    (project / "requirements.txt").touch()
    shutil.copy(HERE / "project/app.py", project)
    for each in (HERE / "project/config.json", *sorted((HERE / "project/policies").iterdir())):
        shutil.copy(each, project / ".chalice")
    for path in (ROOT / "functions/__init__.py", *sources(ROOT / "functions/bridge"), *(ROOT / "events").glob("*.py")):
        to = vendor / path.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, to)
    (BUILD / "package" / target.name).mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(layer("bridge", target, BUILD / "package" / target.name)) as libraries:
        for name in libraries.namelist():
            to = vendor / name.removeprefix("python/")
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(libraries.read(name))
    if own_adapter is not None:
        shutil.copy(own_adapter, vendor / "own_adapter.py")
    for path in project.rglob("*"):
        os.utime(path, (_MOMENT, _MOMENT))


def _environment() -> dict[str, str]:
    """Chalice wants to know a region's partition; it asks nothing there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHONPATH"))}
    return kept | {"AWS_DEFAULT_REGION": "eu-north-1", "PYTHONDONTWRITEBYTECODE": "1"}


_KEYS = json.loads(RESOURCES.read_text("utf-8"))["Resources"]["Table"]["Properties"]
TABLE: dict[str, Any] = {
    name: _KEYS[name] for name in ("BillingMode", "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes")
}
"""What `CreateTable` needs to make the bridge's table, for tests."""
