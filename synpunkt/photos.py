"""Where a photo's safe renditions are kept."""

from __future__ import annotations

import re

RENDITIONS = ("1600", "320")


_FILE = re.compile(rf"({'|'.join(RENDITIONS)})(?:-([1-9][0-9]{{0,5}}))?\.jpg")


def rendition_key(upload_id: str, rendition: str, revision: int = 0) -> str:
    """The object's key in the photos bucket. `rendition`: the longest side in pixels, `1600` or `320`.

    `revision`: how often the photo was drawn anew; each drawing has a key, and an address, of its own.
    """
    return f"{folder(upload_id)}{file_name(rendition, revision)}"


def folder(upload_id: str) -> str:
    """What the keys of all renditions of an upload begin with."""
    return f"photos/{upload_id}/"


def file_name(rendition: str, revision: int) -> str:
    """What a rendition is called in addresses: `1600.jpg`, and `1600-2.jpg` once it was drawn anew twice."""
    return f"{rendition}-{revision}.jpg" if revision else f"{rendition}.jpg"


def rendition_of(name: str) -> tuple[str, int | None] | None:
    """The reverse of `file_name`; without a revision, `1600.jpg` means the latest. `None` for anything else."""
    found = _FILE.fullmatch(name)
    return (found[1], int(found[2]) if found[2] else None) if found else None
