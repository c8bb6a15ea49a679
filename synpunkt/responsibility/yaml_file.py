"""Registry documents as YAML: read without trusting them, and written so that reading gives the same document."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from synpunkt.responsibility.document import Document

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 12
MAX_NOT_TEXT = 40

_TEXT = "tag:yaml.org,2002:str"

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SafeDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
# What newer YAML reads as a number and this library does not, so does not quote: 0180, 1e3, 0o17.
_LOOKS_LIKE_A_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+")


class _Dumper(_SafeDumper):  # type: ignore[misc]
    """Quotes text that any YAML reader could take for a number."""


def _quoted(dumper: Any, value: str) -> Any:
    return dumper.represent_scalar(_TEXT, value, style="'" if _LOOKS_LIKE_A_NUMBER.fullmatch(value) else None)


_Dumper.add_representer(str, _quoted)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a document, and where. `line`: counted from one, where it is known."""

    where: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        place = ", ".join(filter(None, (f"line {self.line}" if self.line else "", self.where)))
        return f"{place}: {self.message}" if place else self.message


class BadDocument(Exception):
    """The text is no registry document; nothing of it was used."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document and the lines its parts stand on."""

    document: Document
    lines: Mapping[Path, int]

    def line_of(self, path: Path) -> int | None:
        """The line of a part, or of the nearest part around it."""
        return _line(self.lines, path)


def load(content: bytes | str) -> Loaded:
    """The document in a YAML text of at most 1 MB.

    Raises `BadDocument` naming every place that is wrong. Anchors, aliases, tags and repeated keys are refused:
    a document says what it says where it says it, and an alias can make a small file enormous.
    """
    raw = content.encode() if isinstance(content, str) else content
    if len(raw) > MAX_BYTES:
        raise BadDocument(Fault("", f"the file is larger than {MAX_BYTES} bytes"))
    try:
        text = raw.decode("utf-8-sig")
        _check_events(text)
        node = yaml.compose(text, Loader=_Loader)
    except UnicodeDecodeError as error:
        raise BadDocument(Fault("", "the file is not UTF-8 text")) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadDocument(Fault("", f"not YAML: {error.problem}", mark.line + 1 if mark else None)) from error
    except (yaml.YAMLError, ValueError) as error:
        raise BadDocument(Fault("", "not YAML: it holds characters that no text has")) from error
    if node is None:
        raise BadDocument(Fault("", "the file is empty"))
    lines: dict[Path, int] = {}
    data = _plain(node, (), lines)
    try:
        return Loaded(Document.model_validate(data), lines)
    except ValidationError as error:
        raise _bad(error, lines) from error


def load_json(content: str) -> Loaded:
    """The document in a JSON text of at most 1 MB. Raises `BadDocument` naming every place that is wrong."""
    if len(content.encode()) > MAX_BYTES:
        raise BadDocument(Fault("", f"the document is larger than {MAX_BYTES} bytes"))
    try:
        return Loaded(Document.from_json(content), {})
    except ValidationError as error:
        raise _bad(error, {}) from error


def dump(document: Document) -> str:
    """The document as YAML; `load` gives it back unchanged."""
    out = io.StringIO()
    yaml.dump(
        document.as_data(),
        out,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=110,
    )
    return out.getvalue()


def path_text(path: Path) -> str:
    """A place in a document as people write it: `rules[3].to`."""
    return "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in path).lstrip(".")


def _bad(error: ValidationError, lines: Mapping[Path, int]) -> BadDocument:
    faults = [
        Fault(path_text(_location(each["loc"])), _message(each), _line(lines, _location(each["loc"])))
        for each in error.errors(include_input=False, include_url=False)
    ]
    return BadDocument(*faults[:50])


def _check_events(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadDocument(Fault("", "anchors (&) and aliases (*) are not allowed", line))
        if isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None):
            raise BadDocument(Fault("", "tags (!) are not allowed", line))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise BadDocument(Fault("", f"nested deeper than {MAX_DEPTH} levels", line))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    line = lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each, (*path, number), lines) for number, each in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        data: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != _TEXT:
                raise BadDocument(Fault(path_text(path), "a key must be text", key.start_mark.line + 1))
            if key.value in data:
                raise BadDocument(Fault(path_text((*path, key.value)), "stands here twice", key.start_mark.line + 1))
            data[key.value] = _plain(value, (*path, key.value), lines)
            lines[(*path, key.value)] = key.start_mark.line + 1
        return data
    # Text is taken as it stands; anything else is short, and a number of a million digits takes minutes to read.
    if node.tag != _TEXT and len(node.value) > MAX_NOT_TEXT:
        raise BadDocument(Fault(path_text(path), "cannot be read as a value", line))
    constructor = yaml.constructor.SafeConstructor()
    try:
        return constructor.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        raise BadDocument(Fault(path_text(path), "cannot be read as a value", line)) from error


_MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "there is no such field",
    "string_type": "must be text; put it in quotes",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping with fields",
    "date_type": "must be a date, as 2026-08-31",
}


def _message(error: ErrorDetails) -> str:
    return _MESSAGES.get(error["type"]) or error["msg"][:1].lower() + error["msg"][1:]


def _location(found: tuple[int | str, ...]) -> Path:
    # pydantic names the member of a union too; no field of ours is called that.
    return tuple(
        each for each in found if each not in {"bool", "int", "str", "[key]"} and "constrained" not in str(each)
    )


def _line(lines: Mapping[Path, int], path: Path) -> int | None:
    while path not in lines and path:
        path = path[:-1]
    return lines.get(path)
