"""Builds the zips that run: one per room and one per layer, the same bytes from the same sources.

The cloud's are for arm64 and python3.13, the local ones for the interpreter the emulator runs functions on. Both
layers come from the same hashed locks. boto3 is not shipped: the runtime has it.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
ROOMS = ("intake", "route", "cases", "desk", "photo", "publish", "deliver", "notify", "upkeep", "insight")
LAYERS = ("layer-base", "layer-image", "layer-crypto", "layer-parquet")
WITH_PAGES = {"intake", "cases", "desk"}
"""Rooms that render pages."""
PAGES = ("web/citizen/pages", "web/citizen/texts")
ALSO = {"desk": ("docs/agreements",)}
"""What a room shows people that is kept elsewhere: the desk, the agreements municipalities accept."""
BOUNDARIES = "synpunkt/places/data/boundaries.bin"
WITHOUT_BOUNDARIES = {"photo", "publish", "deliver", "notify", "insight"}
"""Rooms that never look up a point: they do without the boundary index."""

_CLOUD_PLATFORMS = (
    "manylinux_2_28",
    "manylinux_2_27",
    "manylinux_2_26",
    "manylinux_2_24",
    "manylinux_2_17",
    "manylinux2014",
)
_SKIPPED_FOLDERS = {"__pycache__", "tests", "test", "docs", "bin", "include", "share"}
# Phone numbers are checked for their form only, and no short number is looked up.
_UNUSED = ("phonenumbers/shortdata/region_", "pydantic/v1/")
_SKIPPED_ENDINGS = (".pyc", ".pyi", ".c", ".h", ".pyx", ".pxd", ".md", ".typed")
_KEPT_METADATA = ("METADATA", "LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS")
_MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Target:
    """Where the zips will run, and the interpreter (if at hand) that compiles bytecode for it."""

    name: str
    interpreter: str | None
    pip: tuple[str, ...]


@dataclass(frozen=True)
class Artifacts:
    """The built zips by name, and the content hashes that go into their addresses."""

    release: str
    layer_release: str
    rooms: dict[str, Path]
    layers: dict[str, Path]


def cloud() -> Target:
    """AWS Lambda on arm64 with python3.13."""
    platforms = tuple(flag for name in _CLOUD_PLATFORMS for flag in ("--platform", f"{name}_aarch64"))
    pip = (*platforms, "--python-version", "3.13", "--implementation", "cp", "--abi", "cp313", "--abi", "abi3")
    return Target("cloud", "python3.13" if _runs("python3.13") else None, (*pip, "--abi", "none"))


def local(interpreter: Path) -> Target:
    """The emulator's own Python, whatever the template says."""
    return Target("local", str(interpreter), ())


def build(target: Target) -> Artifacts:
    """Builds every zip for the target; the same sources give the same bytes and so the same hashes."""
    folder = BUILD / "package" / target.name
    folder.mkdir(parents=True, exist_ok=True)
    layers = {name: layer(name, target, folder) for name in LAYERS}
    rooms = _rooms(target, folder)
    return Artifacts(_hash(rooms.values()), _hash(layers.values()), rooms, layers)


def room_files(room: str) -> dict[str, Path]:
    """The files of a room's zip by their name in it: its own folder, the kernel and the event contract."""
    files = {"functions/__init__.py": ROOT / "functions/__init__.py"}
    pages = PAGES if room in WITH_PAGES else ()
    for top in (f"functions/{room}", "synpunkt", "events", *pages, *ALSO.get(room, ())):
        files |= {str(path.relative_to(ROOT)): path for path in sources(ROOT / top)}
    if room in WITHOUT_BOUNDARIES:
        files.pop(BOUNDARIES, None)
    return files


def sources(folder: Path) -> Iterator[Path]:
    """The files of a folder as they are written, without what Python made of them."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
            yield path


def _rooms(target: Target, folder: Path) -> dict[str, Path]:
    contents = {room: {name: path.read_bytes() for name, path in room_files(room).items()} for room in ROOMS}
    every = {name: data for files in contents.values() for name, data in files.items()}
    bytecode = _compiled(every, target)
    zips = {}
    for room, files in contents.items():
        mine = {name: data for name, data in bytecode.items() if _source_of(name) in files}
        zips[room] = _written(folder / f"{room}.zip", files | mine)
    return zips


def layer(name: str, target: Target, folder: Path) -> Path:
    """Builds one layer from its lock `requirements/<name>.txt`, or finds it built already."""
    lock = ROOT / "requirements" / f"{name}.txt"
    key = hashlib.sha256(lock.read_bytes() + Path(__file__).read_bytes() + _version(target).encode())
    cached = folder / f"{name}-{key.hexdigest()[:16]}.zip"
    if cached.is_file():
        return cached
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary)
        python = target.interpreter if target.name == "local" else sys.executable
        command = [python, "-m", "pip", "install", "--quiet", "--no-input", "--no-deps", "--require-hashes"]
        command += ["--only-binary", ":all:", "--no-compile", "--target", str(tree), *target.pip, "-r", str(lock)]
        done = subprocess.run([str(part) for part in command], check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"the layer {name} could not be built:\n{done.stderr[-3000:]}")
        files = {str(path.relative_to(tree)): path.read_bytes() for path in tree.rglob("*") if _is_needed(path, tree)}
    if target.interpreter is not None:
        files = _bytecode_only(files, _compiled(files, target))
    return _written(cached, {f"python/{name}": data for name, data in files.items()})


def _runs(interpreter: str) -> bool:
    if shutil.which(interpreter) is None:
        return False
    return subprocess.run([interpreter, "-c", ""], check=False, capture_output=True).returncode == 0


def _version(target: Target) -> str:
    if target.interpreter is None:
        return "none"
    asked = [target.interpreter, "-c", "import sys; print(sys.version)"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout


def _is_needed(path: Path, tree: Path) -> bool:
    parts = path.relative_to(tree).parts
    if not path.is_file() or _SKIPPED_FOLDERS & set(parts[:-1]) or path.name.endswith(_SKIPPED_ENDINGS):
        return False
    if path.relative_to(tree).as_posix().startswith(_UNUSED):
        return False
    if ".dist-info" in parts[0]:
        return path.name.startswith(_KEPT_METADATA) or "licenses" in parts
    return True


def _compiled(files: dict[str, bytes], target: Target) -> dict[str, bytes]:
    """Bytecode for every module, never checked against its source; nothing without the target's interpreter."""
    if target.interpreter is None:
        return {}
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary)
        for name, data in files.items():
            if name.endswith(".py"):
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                (tree / name).write_bytes(data)
        command = [target.interpreter, "-m", "compileall", "-q", "-j", "0", "-s", str(tree)]
        subprocess.run([*command, "--invalidation-mode", "unchecked-hash", str(tree)], check=False)
        return {str(path.relative_to(tree)): path.read_bytes() for path in sorted(tree.rglob("*.pyc"))}


def _bytecode_only(files: dict[str, bytes], bytecode: dict[str, bytes]) -> dict[str, bytes]:
    """Puts a library's bytecode in its sources' place: half the files to unpack at every start."""
    compiled = {_source_of(name): data for name, data in bytecode.items()}
    return {name: data for name, data in files.items() if name not in compiled} | {
        f"{name}c": data for name, data in compiled.items()
    }


def _source_of(bytecode: str) -> str:
    folder, _, name = bytecode.rpartition("__pycache__/")
    return f"{folder}{name.split('.')[0]}.py"


def _written(path: Path, files: dict[str, bytes]) -> Path:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    # Whoever builds the same at the same time never reads half of it.
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    scratch.write_bytes(stream.getvalue())
    scratch.replace(path)
    return path


def _hash(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def main() -> None:
    """Builds the cloud's zips into build/package/cloud and prints where they belong."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    artifacts = build(cloud())
    if cloud().interpreter is None:
        print("no python3.13 here: the zips carry no bytecode, the first start of each function is slower")
    for prefix, files in (("releases", artifacts.rooms), ("layers", artifacts.layers)):
        key = artifacts.release if prefix == "releases" else artifacts.layer_release
        for name, path in files.items():
            print(f"{path.stat().st_size / 1e6:6.2f} MB  {prefix}/{key}/{name}.zip  {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
