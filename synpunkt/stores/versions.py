"""Registry versions: written once, never changed, and put in force by moving one pointer."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.places import DATA_VERSION
from synpunkt.places.area_index import AreasTooDense
from synpunkt.places.area_upload import Area, AreaError, check_place
from synpunkt.responsibility.changes import changes
from synpunkt.responsibility.compiled import Compiled, compiled
from synpunkt.responsibility.document import Document
from synpunkt.responsibility.lint import Finding, lint
from synpunkt.stores.areas import AreaStore, Upload
from synpunkt.stores.dynamo import ConditionFailed, batch_put, get_item, query_all, to_wire, transact
from synpunkt.stores.registry import AREAS, POINTER, build_key

_CHUNK = 300_000
_DOCUMENT, _SHAPES = "DOC#", "SHAPES#"
_CHANGES_KEPT = 200


class Overtaken(Exception):
    """Somebody else published or rolled back meanwhile. `changes`: what they changed, in words."""

    def __init__(self, based_on: int, current: int, by: str, what: tuple[str, ...]) -> None:
        super().__init__(f"based on version {based_on}, but {by} has put version {current} in force")
        self.based_on = based_on
        self.current = current
        self.by = by
        self.changes = what


class Refused(Exception):
    """The document has errors, so it cannot be put in force. `findings`: them."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(each.message for each in findings))
        self.findings = findings


class UnknownVersion(Exception):
    """There is no such version."""


class AlreadyInForce(Exception):
    """Nothing is to be taken back: that version is the one in force."""


@dataclass(frozen=True, slots=True)
class Version:
    """A published version: who, when, why, and what it changed."""

    version: int
    author: str
    at: str
    note: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A document held against the draft's shapes, as it would be published. `made`: `None` when it has errors.

    `uploads`: the shapes of the areas it names, which are these from now on whatever is uploaded meanwhile.
    """

    document: Document
    findings: tuple[Finding, ...]
    uploads: tuple[Upload, ...]
    made: Compiled | None

    @property
    def ready(self) -> Compiled:
        """What would be put in force. Raises `Refused` when it has errors."""
        if self.made is None:
            raise Refused(tuple(each for each in self.findings if each.level == "error"))
        return self.made


@dataclass(frozen=True, slots=True)
class RollBack:
    """An earlier version was put in force again."""

    version: int
    to: int
    author: str
    at: str
    note: str


@dataclass(frozen=True, slots=True)
class _Pointer:
    """Which version is in force. `latest`: the highest number ever given; `moves`: how often it was moved."""

    version: int = 0
    build: str = ""
    latest: int = 0
    moves: int = 0
    by: str = ""


class VersionStore:
    """Publishes, rolls back and exports. `table`: the name of the registry table."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.areas = AreaStore(table)

    def current(self, code: str) -> int:
        """The version in force; 0 when there is none."""
        return self._pointer(code).version

    def document(self, code: str, version: int | None = None) -> Document | None:
        """The document of a version as it was published, by default of the one in force; `None` for version 0.

        Raises `UnknownVersion`.
        """
        number = self.current(code) if version is None else version
        return self._read(code, self._build_of(code, number)) if number else None

    def uploads(self, code: str, version: int | None = None) -> tuple[Upload, ...]:
        """The uploads a version took its areas' shapes from, by default the one in force; none for version 0.

        Raises `UnknownVersion`.
        """
        number = self.current(code) if version is None else version
        return self._uploads(code, self._build_of(code, number)) if number else ()

    def in_force(self, code: str) -> Compiled | None:
        """The version in force as it decides, to try others beside it; `None` for version 0."""
        pointer = self._pointer(code)
        if not pointer.version:
            return None
        partition = build_key(code, pointer.build)
        areas = {
            str(row["sk"]).removeprefix(AREAS): bytes(row["content"])
            for row in query_all(self.table, partition, prefix=AREAS)
        }
        return replace(compiled(self._read(code, pointer.build)), areas=areas)

    def history(self, code: str) -> Iterator[Version]:
        """Every version that was published, the first one first."""
        for row in query_all(self.table, f"H#{code}", prefix="V#"):
            yield Version(row["version"], row["author"], row["at"], row["note"], tuple(row["changes"]))

    def roll_backs(self, code: str) -> Iterator[RollBack]:
        """Every roll back, the first one first."""
        for row in query_all(self.table, f"H#{code}", prefix="MOVE#"):
            yield RollBack(row["from"], row["to"], row["author"], row["at"], row["note"])

    def check(self, document: Document) -> Checked:
        """Everything that is wrong with a document and with the draft's shapes of the areas it names."""
        code = document.municipality
        draft = {each.area: each for each in self.areas.draft(code)} if document.areas else {}
        # By id: one that stands there twice is an error that lint tells of.
        uploads = tuple({each.id: draft[each.id] for each in document.areas if each.id in draft}.values())
        shapes = self.areas.shapes(code, uploads)
        problems = {each.area: why for each in uploads if (why := _moved_out(each, shapes[each.area], code))}
        findings = lint(document, known_areas=draft.keys(), area_problems=problems)
        if any(each.level == "error" for each in findings):
            return Checked(document, findings, uploads, None)
        try:
            return Checked(document, findings, uploads, compiled(document, shapes))
        except AreasTooDense as error:
            too_dense = Finding("error", "areas_too_dense", ("areas",), str(error))
            return Checked(document, (too_dense, *findings), uploads, None)

    def publish(self, document: Document, *, author: str, note: str) -> Version:
        """The new version, in force from now on, with the draft's shapes of the areas it names.

        Raises what `put_in_force` does.
        """
        return self.put_in_force(self.check(document), author=author, note=note)

    def put_in_force(self, checked: Checked, *, author: str, note: str) -> Version:
        """The new version, in force from now on, exactly as it was checked.

        Raises `Refused` when it has errors, and `Overtaken` when the version in force is not the one the document
        is based on; nothing of it is in force then.
        """
        made, document = checked.ready, checked.document
        code = document.municipality
        pointer = self._pointer(code)
        if pointer.version != document.based_on:
            raise self._overtaken(code, document.based_on, pointer)
        number, build = pointer.latest + 1, clock.new_id()
        what = changes(
            self._read(code, pointer.build) if pointer.version else None,
            document,
            _hashes(self._uploads(code, pointer.build) if pointer.version else ()),
            _hashes(checked.uploads),
        )
        version = Version(number, author, to_iso(clock.now()), note, what[:_CHANGES_KEPT])
        # Nothing refers to the build until the pointer moves, so half a build is never seen by anybody.
        batch_put(self.table, _build_items(build_key(code, build), checked, made))
        record = {
            "pk": f"H#{code}",
            "sk": f"V#{number:08d}",
            "version": number,
            "build": build,
            "author": author,
            "at": version.at,
            "note": note,
            "changes": list(version.changes),
        }
        self._move(code, pointer, _Pointer(number, build, number, pointer.moves + 1, author), record)
        return version

    def rollback(self, code: str, to: int, *, author: str, note: str) -> None:
        """Puts an earlier version in force again, exactly as it was; 0 is the time before the first.

        Raises `UnknownVersion`, `AlreadyInForce`, and `Overtaken` when somebody else moved the pointer at the same
        time.
        """
        pointer = self._pointer(code)
        build = self._build_of(code, to) if to else ""
        if to == pointer.version:
            raise AlreadyInForce(f"version {to} of {code} is in force already")
        moves = pointer.moves + 1
        record = {
            "pk": f"H#{code}",
            "sk": f"MOVE#{moves:08d}",
            "from": pointer.version,
            "to": to,
            "author": author,
            "at": to_iso(clock.now()),
            "note": note,
        }
        self._move(code, pointer, _Pointer(to, build, pointer.latest, moves, author), record)

    def _move(self, code: str, before: _Pointer, after: _Pointer, record: Mapping[str, Any]) -> None:
        item = {
            "pk": f"M#{code}",
            "sk": POINTER,
            "version": after.version,
            "build": after.build,
            "latest": after.latest,
            "moves": after.moves,
            "by": after.by,
        }
        put: dict[str, Any] = {"TableName": self.table, "Item": to_wire(item)}
        if before.moves:
            # Not the version: that would let A → B → A pass unseen.
            put["ConditionExpression"] = "moves = :moves"
            put["ExpressionAttributeValues"] = to_wire({":moves": before.moves})
        else:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        history = {
            "TableName": self.table,
            "Item": to_wire(record),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        try:
            transact([{"Put": put}, {"Put": history}])
        except ConditionFailed as failed:
            raise self._overtaken(code, before.version, self._pointer(code)) from failed

    def _overtaken(self, code: str, based_on: int, pointer: _Pointer) -> Overtaken:
        now = self._read(code, pointer.build) if pointer.version else None
        shapes_now = self._uploads(code, pointer.build) if pointer.version else ()
        try:
            before, shapes_before = self.document(code, based_on), self.uploads(code, based_on)
        except UnknownVersion:
            before, shapes_before = None, ()
        what = changes(before, now, _hashes(shapes_before), _hashes(shapes_now))
        return Overtaken(based_on, pointer.version, pointer.by or "nobody", what)

    def _pointer(self, code: str) -> _Pointer:
        item = get_item(self.table, f"M#{code}", POINTER)
        if item is None:
            return _Pointer()
        return _Pointer(item["version"], item["build"], item["latest"], item["moves"], item["by"])

    def _build_of(self, code: str, version: int) -> str:
        item = get_item(self.table, f"H#{code}", f"V#{version:08d}")
        if item is None:
            raise UnknownVersion(f"{code} has no version {version}")
        return str(item["build"])

    def _read(self, code: str, build: str) -> Document:
        return Document.from_json(self._unpacked(code, build, _DOCUMENT))

    def _uploads(self, code: str, build: str) -> tuple[Upload, ...]:
        # Versions published before there were shapes have none.
        return tuple(Upload(**each) for each in json.loads(self._unpacked(code, build, _SHAPES) or "[]"))

    def _unpacked(self, code: str, build: str, name: str) -> str:
        rows = query_all(self.table, build_key(code, build), prefix=name)
        packed = b"".join(bytes(row["content"]) for row in rows)
        return zlib.decompress(packed).decode() if packed else ""


def _hashes(uploads: Iterable[Upload]) -> dict[str, str]:
    return {each.area: each.sha256 for each in uploads}


def _moved_out(upload: Upload, shape: Area, code: str) -> str | None:
    """Why a shape that was good when it was uploaded is not by the municipal boundaries of today."""
    if upload.boundaries == DATA_VERSION:
        return None
    try:
        check_place(shape, code)
    except AreaError as error:
        return error.sentence("en")
    return None


def _build_items(partition: str, checked: Checked, made: Compiled) -> Iterator[dict[str, Any]]:
    yield from _packed(partition, _DOCUMENT, checked.document.as_json())
    if checked.uploads:
        yield from _packed(partition, _SHAPES, json.dumps([asdict(each) for each in checked.uploads]))
    for prefix, content in made.areas.items():
        yield {"pk": partition, "sk": f"{AREAS}{prefix}", "content": content}
    yield {"pk": partition, "sk": "HEAD", **made.head}
    for name, data in made.categories.items():
        yield {"pk": partition, "sk": f"CAT#{name}", **data}
    for key, rules in made.buckets.items():
        yield {"pk": partition, "sk": f"RULES#{key}", "rules": rules}


def _packed(partition: str, name: str, text: str) -> Iterator[dict[str, Any]]:
    content = zlib.compress(text.encode(), 9)
    for number, start in enumerate(range(0, len(content), _CHUNK)):
        yield {"pk": partition, "sk": f"{name}{number:03d}", "content": content[start : start + _CHUNK]}
