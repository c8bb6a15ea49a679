"""An upload that the table has forgotten → no renditions of it either. Thin: it raises, and the stream tries again.

Forgotten is what nobody sent a report with within a week, and what belonged to a made-up case.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from functions.photo.forgetting import Forgetter
from functions.photo.settings import ForgottenSettings
from synpunkt.stores.uploads import upload_of


@cache
def forgetter() -> Forgetter:
    """The forgetter with its bucket."""
    return Forgetter(ForgottenSettings.from_env().photos_bucket)


def handler(event: Mapping[str, Any], context: object) -> None:
    """Forgets the uploads of one stream batch."""
    for record in event["Records"]:
        forgetter().forget(upload_of(record["dynamodb"]["Keys"]))
