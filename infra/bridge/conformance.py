"""Does an adapter what docs/bridge.md asks for? Tried on a made-up back office that is good first, and bad then.

`python -m infra.bridge.conformance FILE --config '{"url": "{url}"}'`; FILE is the adapter, with a function
`rehearse(method, path, body)` that answers as its back office does: a status and a text.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

from functions.bridge.adapters import Adapter, Case, NotSent, Receipt, Refused, Tools, Uncertain
from functions.bridge.adapters.base import a_number
from functions.bridge.asking import ask
from functions.bridge.web import MAX_ANSWER, Web

Rehearse = Callable[[str, str, bytes], tuple[int, str]]
Make = Callable[[Mapping[str, Any], Mapping[str, str], Tools], Adapter]
SECRET_WORDS = "Någon Påhittadsson"
_SECONDS = 1.0
_NOBODYS = "no-such-number"
_BARE = {
    "case_id": "01M80EAX9D1X6F1FS039C0XSKB",
    "reference": "7KQ-4M2X",
    "kind": "fault",
    "category_name": "Hål i vägen",
    "created_at": "2026-11-22T10:00:00.000Z",
    "page": "https://synpunkt.example/c/7KQ-4M2X",
}
_FULL = {
    **_BARE,
    "category": "pothole",
    "description": f"{SECRET_WORDS} bor vid ett djupt hål.",
    "location": {"lat": 58.5371, "lon": 15.0365, "accuracy_m": 10.0, "text": "vid torget"},
    "reporter": {"name": SECRET_WORDS, "email": "test@example.com", "phone": "+46701234567"},
}
_LONG = {**_FULL, "description": "=1+1;\"'<b>&\r\n" + "🕳️å" * 5000}


@dataclass(frozen=True)
class Result:
    """One thing that was tried. `why`: what was wrong, if something was."""

    name: str
    why: str | None = None


@dataclass
class _Stage:
    rehearse: Rehearse
    bad: str | None = None
    asked: int = 0
    stopped: Event = field(default_factory=Event)


def check(make: Make, config: str, rehearse: Rehearse) -> list[Result]:
    """Everything that is tried, in order. `config`: JSON, with `{url}` where the made-up back office's address goes."""
    stage = _Stage(rehearse)
    with _running(stage) as url:
        adapter = _made(make, config, url)
        results = [
            Result(f"takes {name}", _takes(adapter, Case.model_validate(case)))
            for name, case in (
                ("a case with everything", _FULL),
                ("one with next to nothing", _BARE),
                ("20,000", _LONG),
            )
        ]
        results.append(Result("knows the status of what it sent, and of nothing else", _knows(adapter)))
        stage.bad = _ONE_REFUSED
        results.append(Result("asking: one number that is refused hides no other", _finds_the_others(adapter)))
        for bad, wanted in _BAD.items():
            stage.bad, stage.asked = bad, 0
            results.append(Result(f"sending: {bad}", _fails(adapter, wanted)))
            if adapter.follows:
                results.append(Result(f"asking: {bad}", _asks_and_fails(adapter)))
            if bad.startswith("a redirect") and stage.asked > 1 + adapter.follows:
                results.append(Result("follows no redirect", "it did"))
    down = _made(make, config, url)
    results.append(Result("sending: nobody there", _fails(down, (NotSent,))))
    return results


def _made(make: Make, config: str, url: str) -> Adapter:
    def no_aws(service: str) -> Any:
        raise RuntimeError("nothing of AWS here")

    try:
        found = json.loads(config.replace("{url}", url))
    except ValueError as error:
        raise CannotTry(f"What stands after --config is not JSON: {error}.") from None
    try:
        return make(found, {"back_office_key": "key"}, Tools(Web(_SECONDS), no_aws))
    except Exception as error:
        raise CannotTry(f"`make` cannot use that configuration: {type(error).__name__}: {error}") from error


_ONE_REFUSED = "404, whenever one number is asked for"
_BAD: dict[str, tuple[type[Exception], ...]] = {
    "503, come again": (NotSent,),
    "429, too much": (NotSent,),
    "400, with the words it was sent": (Refused,),
    "403": (Refused,),
    "500, perhaps after it was done": (Uncertain,),
    "a redirect to another address": (Uncertain, Refused),
    "no JSON, no XML, nothing": (Uncertain,),
    "a list in a list": (Uncertain,),
    "a gigabyte": (Uncertain,),
    "half an answer": (Uncertain,),
    "a byte now and then": (Uncertain,),
}


def _takes(adapter: Adapter, case: Case) -> str | None:
    try:
        receipt = adapter.send(case)
    except Exception as error:
        return f"it raised {type(error).__name__} {error}"
    return _wrong(receipt)


def _wrong(receipt: Any) -> str | None:
    if not isinstance(receipt, Receipt):
        return "`send` answers a Receipt"
    for each in (receipt.number, receipt.token):
        if each is not None and a_number(each) != each:
            return "a number is text of 1 to 200 characters on one line: use `a_number`"
    return None


def _knows(adapter: Adapter) -> str | None:
    number = adapter.send(Case.model_validate(_FULL)).number
    if not adapter.follows or number is None:
        return None
    found = adapter.statuses([number, _NOBODYS])
    if _NOBODYS in found:
        return "it knows a number that does not exist"
    if not isinstance(found.get(number), str) or not found[number].strip():
        return "it does not know what it has just sent"
    return None


def _finds_the_others(adapter: Adapter) -> str | None:
    number = adapter.send(Case.model_validate(_FULL)).number
    if not adapter.follows or number is None:
        return None
    try:
        found = ask(adapter.statuses, [[number, _NOBODYS]], lambda: True)
    except Exception as error:
        return f"it raised {type(error).__name__}, and should have Refused"
    return None if number in found.words else "it should raise Refused: then they are asked for apart"


def _fails(adapter: Adapter, wanted: tuple[type[Exception], ...]) -> str | None:
    names = " or ".join(each.__name__ for each in wanted)
    try:
        adapter.send(Case.model_validate(_FULL))
    except (NotSent, Refused, Uncertain) as error:
        if SECRET_WORDS.split()[1].lower() in str(error).lower():
            return "the code repeats what somebody wrote, and codes are logged"
        return None if isinstance(error, wanted) else f"it raised {type(error).__name__}, and should have {names}"
    except Exception as error:
        return f"it raised {type(error).__name__}, and should have {names}"
    return f"it said that it went well, and should have raised {names}"


def _asks_and_fails(adapter: Adapter) -> str | None:
    try:
        found = adapter.statuses(["17"])
    except (NotSent, Refused, Uncertain):
        return None
    except Exception as error:
        return f"it raised {type(error).__name__}, which is none of the three"
    return f"it made a status out of that: {found}" if found else None


@contextmanager
def _running(stage: _Stage) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            stage.asked += 1
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            is_refused = stage.bad != _ONE_REFUSED or _NOBODYS in self.path or _NOBODYS.encode() in body
            if stage.bad is not None and is_refused:
                _misbehave(self, stage, body)
                return
            status, text = stage.rehearse(self.command, self.path, body)
            _answer(self, status, text.encode())

        do_GET = do_PUT = do_PATCH = do_POST

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing: the results say what there is to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        stage.stopped.set()
        server.shutdown()
        server.server_close()


def _misbehave(handler: BaseHTTPRequestHandler, stage: _Stage, body: bytes) -> None:
    bad = str(stage.bad)
    if bad[:3].isdigit():
        _answer(handler, int(bad[:3]), body)
    elif bad.startswith("a redirect"):
        _answer(handler, 302, b"", Location="/elsewhere")
    elif bad.startswith("no JSON"):
        _answer(handler, 200, b"\xff\xfe<oops>")
    elif bad.startswith("a list"):
        _answer(handler, 200, b"[[17]]")
    elif bad.startswith("a gigabyte"):
        _answer(handler, 200, b'{"id": "' + b"x" * MAX_ANSWER + b'"}')
    elif bad.startswith("half"):
        handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id": 17}')
    else:
        _drip(handler, stage)


def _drip(handler: BaseHTTPRequestHandler, stage: _Stage) -> None:
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not stage.stopped.wait(0.05):
            handler.wfile.write(b"x")
    except OSError:
        return


def _answer(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


class CannotTry(Exception):
    """There is no adapter to be tried; the message says why, in a sentence."""


def loaded(path: Path) -> Any:
    """The module in a file. Raises `CannotTry` for a file that is not there, or does not hold what it should."""
    if path.suffix != ".py" or not path.is_file():
        raise CannotTry(f"There is no Python file {path}.")
    try:
        module = _imported(path)
    except Exception as error:
        raise CannotTry(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    for name in ("make", "rehearse"):
        if not callable(getattr(module, name, None)):
            raise CannotTry(f"{path} has no function `{name}`: docs/bridge.md shows one.")
    return module


def _imported(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def main() -> int:
    """Prints what was tried; answers an exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--config", default='{"url": "{url}"}')
    arguments = parser.parse_args()
    try:
        adapter = loaded(arguments.file)
        results = check(adapter.make, arguments.config, adapter.rehearse)
    except CannotTry as error:
        print(error, file=sys.stderr)
        return 2
    for each in results:
        print(f"{'ok ' if each.why is None else 'NO '} {each.name}" + (f": {each.why}" if each.why else ""))
    return 1 if any(each.why for each in results) else 0


if __name__ == "__main__":
    sys.exit(main())
