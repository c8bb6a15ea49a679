"""The header by which a request that comes twice is known."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[A-Za-z0-9_-]{22,128}$",
        description="Made once for what is sent; a UUID is fine. The same key and body are done once.",
    ),
]
