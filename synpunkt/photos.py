"""Where a photo's safe renditions are kept."""

from __future__ import annotations

RENDITIONS = ("1600", "320")


def rendition_key(upload_id: str, rendition: str) -> str:
    """The object's key in the photos bucket. `rendition`: the longest side in pixels, `1600` or `320`."""
    return f"photos/{upload_id}/{rendition}.jpg"
