"""An object in the quarantine bucket → renditions, or a rejection."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote_plus

from functions.photo.judging import Judge
from functions.photo.settings import UploadSettings
from synpunkt.bus import queue_handler
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.uploads import UploadStore


@cache
def judge() -> Judge:
    """The judge with its stores."""
    settings = UploadSettings.from_env()
    return Judge(
        CaseStore(settings.cases_table),
        UploadStore(settings.cases_table),
        settings.quarantine_bucket,
        settings.photos_bucket,
    )


def react(notification: Mapping[str, Any]) -> None:
    """Judges each object of an S3 notification; S3's test message names none."""
    for record in notification.get("Records", []):
        stored = record["s3"]["object"]
        judge().judge(unquote_plus(stored["key"]), int(stored.get("size", 0)))


handler = queue_handler(react)
