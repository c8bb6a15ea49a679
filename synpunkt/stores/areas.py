"""The shapes of a municipality's sub-areas as it uploads them, and which of them its next version takes.

An upload never changes. What does is the draft: for each sub-area, the upload that a publication takes. A version
cites uploads, so what is uploaded or removed later does not touch it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.places import DATA_VERSION
from synpunkt.places.area_upload import Area, check_id, parse_area
from synpunkt.stores.dynamo import ConditionFailed, batch_get, batch_put, query_all, to_wire, transact

_CHUNK = 300_000
_FILE_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload of one area's shape: what was sent, by whom, when.

    `upload`: its id; `sha256`: of the file as it came, which is not kept; `file`: what it was called; `crs`,
    `vertices`: of the file; `boundaries`: the municipal boundaries it was checked against; `parts`: items it fills.
    """

    area: str
    upload: str
    sha256: str
    file: str
    author: str
    at: str
    crs: str
    vertices: int
    boundaries: str
    parts: int


class AreaStore:
    """Keeps uploads and the draft. `table`: the name of the registry table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def put(self, code: str, area: str, raw: bytes, *, file: str, author: str) -> Upload:
        """The shape in a GeoJSON file, checked in full, kept, and the area's from the next publication on.

        `file`: its name, of which folders are left out. Raises `AreaError` with a stable code, and `KeyError` for a
        municipality that does not exist; nothing is kept or changed then.
        """
        check_id(area)
        found = parse_area(raw, code)
        content = list(_chunks(found.packed()))
        upload = Upload(
            area=area,
            upload=clock.new_id(),
            sha256=hashlib.sha256(raw).hexdigest(),
            file=re.split(r"[\\/]", file)[-1][:_FILE_NAME],
            author=author,
            at=to_iso(clock.now()),
            crs=found.crs,
            vertices=found.vertices,
            boundaries=DATA_VERSION,
            parts=len(content),
        )
        partition = _upload_key(code, upload)
        # Nothing refers to the upload until the draft does, so half of one is never seen by anybody.
        batch_put(
            self.table,
            [
                {"pk": partition, "sk": "HEAD", **asdict(upload)},
                *({"pk": partition, "sk": _part_key(n), "content": part} for n, part in enumerate(content)),
            ],
        )
        self.take(code, [upload])
        return upload

    def draft(self, code: str) -> tuple[Upload, ...]:
        """Every area that has a shape, by id, with the upload that the next publication takes."""
        return tuple(map(_upload_of, query_all(self.table, f"A#{code}", prefix="AREA#")))

    def take(self, code: str, uploads: Iterable[Upload]) -> None:
        """Puts uploads into the draft, each as its area's shape; what the draft has for other areas stays."""
        batch_put(self.table, [_draft_key(code, each.area) | asdict(each) for each in uploads])

    def remove(self, code: str, area: str) -> bool:
        """Takes an area out of the draft; `False` when it was not there. Versions that have it keep it."""
        delete = {
            "TableName": self.table,
            "Key": to_wire(_draft_key(code, area)),
            "ConditionExpression": "attribute_exists(pk)",
        }
        try:
            transact([{"Delete": delete}])
        except ConditionFailed:
            return False
        return True

    def shapes(self, code: str, uploads: Iterable[Upload]) -> dict[str, Area]:
        """The checked shapes of uploads, by area."""
        wanted = tuple(uploads)
        keys = [(_upload_key(code, each), _part_key(n)) for each in wanted for n in range(each.parts)]
        found = {(item["pk"], item["sk"]): bytes(item["content"]) for item in batch_get(self.table, keys)}
        if missing := set(keys) - found.keys():
            raise LookupError(f"uploaded shapes of {code} are incomplete: {len(missing)} parts are missing")
        return {
            each.area: Area.unpacked(b"".join(found[_upload_key(code, each), _part_key(n)] for n in range(each.parts)))
            for each in wanted
        }


def _upload_key(code: str, upload: Upload) -> str:
    return f"S#{code}#{upload.upload}"


def _part_key(number: int) -> str:
    return f"PART#{number:03d}"


def _draft_key(code: str, area: str) -> dict[str, str]:
    return {"pk": f"A#{code}", "sk": f"AREA#{area}"}


def _chunks(content: bytes) -> Iterator[bytes]:
    return (content[start : start + _CHUNK] for start in range(0, len(content), _CHUNK))


def _upload_of(item: Mapping[str, Any]) -> Upload:
    return Upload(**{name: item[name] for name in Upload.__slots__})
