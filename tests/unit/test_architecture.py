"""The house: who may import whom, who may do I/O, and who may speak to the bus."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = sorted(path.name for path in (ROOT / "functions").iterdir() if path.is_dir() and path.name != "__pycache__")
PURE = ("claims", "lifecycle", "places", "promises", "push", "responsibility", "identity", "texts")
DOES_IO = {"boto3", "botocore", "httpx", "requests", "socket", "urllib.request", "subprocess", "aws_lambda_powertools"}


def _files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (ROOT / folder).rglob("*.py")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    package = ".".join(path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]).rstrip(".")
            found.add(base)
    return found


def _room(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "functions" else ""


def _starts(name: str, prefixes: set[str]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_no_other_room(room: str) -> None:
    others = {f"functions.{other}" for other in ROOMS if other != room}
    for path in _files(f"functions/{room}"):
        assert not [name for name in _imports(path) if _starts(name, others)], path


def test_the_bridge_depends_on_the_event_contract_alone() -> None:
    """Whoever runs it has nothing else of ours; what it shares with Synpunkt is what is public."""
    for path in _files("functions/bridge"):
        ours = [name for name in _imports(path) if _starts(name, {"synpunkt", "functions", "infra", "tests"})]
        assert not [name for name in ours if not _starts(name, {"functions.bridge"})], path
    assert any("events" in _imports(path) for path in _files("functions/bridge"))


def test_the_kernel_knows_no_room() -> None:
    for path in _files("synpunkt", "events"):
        assert not [name for name in _imports(path) if _starts(name, {"functions", "infra", "tests"})], path


def test_the_event_contract_depends_on_nothing_of_ours() -> None:
    for path in _files("events"):
        assert not [name for name in _imports(path) if _starts(name, {"synpunkt"})], path


@pytest.mark.parametrize("part", PURE)
def test_the_domain_does_no_io(part: str) -> None:
    for path in _files(f"synpunkt/{part}"):
        assert not [name for name in _imports(path) if _starts(name, DOES_IO)], path
        assert not [name for name in _imports(path) if _starts(name, {"synpunkt.stores", "synpunkt.http"})], path


def test_the_life_of_a_case_imports_nothing_at_all() -> None:
    allowed = {"__future__", "collections.abc", "dataclasses", "datetime", "enum", "typing", "synpunkt.lifecycle"}
    for path in _files("synpunkt/lifecycle"):
        assert not [name for name in _imports(path) if not _starts(name, allowed)], path


def test_only_publish_speaks_to_the_bus() -> None:
    """One file of `deliver` puts events on buses of other accounts, which its role tells apart from ours."""
    for path in _files("functions", "synpunkt"):
        if "put_events" in path.read_text("utf-8"):
            assert _room(path) == "publish" or path == ROOT / "functions/deliver/hosted.py", path


def test_only_intake_notify_and_one_function_of_the_desk_touch_contact_data() -> None:
    """What the desk shows of it is shown by a function of its own, whose files no other function of the desk loads."""
    touching = {"contact_api", "privacy.contacts", "words.previews", "register.register", "register.register_senders"}
    files = {f"functions/desk/{each.replace('.', '/')}.py" for each in touching}
    for path in _files("functions"):
        imported = _imports(path)
        shows = str(path.relative_to(ROOT)) in files
        if "synpunkt.stores.people" in imported:
            assert _room(path) in {"intake", "notify"} or shows, path
        if imported & {f"functions.desk.{each}" for each in touching}:
            assert shows, path


def test_nothing_scans() -> None:
    for path in _files("functions", "synpunkt"):
        assert ".scan(" not in path.read_text("utf-8"), path
        assert '"scan"' not in path.read_text("utf-8"), path


def _handles(path: Path) -> bool:
    """Whether a Lambda function begins in the file, or one of its routes does."""
    if path.name in {"api.py", "app.py", "doors.py"} or path.name.startswith("on_"):
        return True
    calls = (node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    return any(isinstance(each, ast.Name) and each.id in {"Router", "make_api"} for each in calls)


def test_handlers_are_thin() -> None:
    handlers = [path for path in _files("functions") if _handles(path)]
    names = {path.name for path in handlers}
    assert {
        "api.py",
        "registry_api.py",
        "hand_overs.py",
        "triage.py",
        "work.py",
        "on_event.py",
        "on_stream.py",
    } <= names
    for path in handlers:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = (node.end_lineno or 0) - body[0].lineno + 1
                assert lines <= 25, f"{path.name}:{node.name} has {lines} lines"


def test_everything_public_says_what_it_promises() -> None:
    missing = []
    for path in _files("functions", "synpunkt", "events"):
        tree = ast.parse(path.read_text("utf-8"))
        if path.name != "__init__.py" and not ast.get_docstring(tree):
            missing.append(str(path))
        classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        methods = [each for node in classes for each in node.body if isinstance(each, ast.FunctionDef)]
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        documented: list[ast.ClassDef | ast.FunctionDef] = [*classes, *methods, *functions]
        missing += [
            f"{path.relative_to(ROOT)}:{each.name}"
            for each in documented
            if not each.name.startswith("_") and not ast.get_docstring(each)
        ]
    assert missing == []
