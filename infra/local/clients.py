"""AWS clients that speak to the local emulator as its operator."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from .emulator import Identity
from .layout import REGION

_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 3}, read_timeout=120, max_pool_connections=20)


class Clients:
    """Makes each client once; never reads the machine's own AWS profile."""

    def __init__(self, identity: Identity) -> None:
        self.endpoint = identity.endpoint
        self._session = boto3.Session(identity.access_key, identity.secret_key, region_name=REGION)
        self.of = cache(self._made)

    def _made(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self.endpoint, config=_CONFIG)  # type: ignore[call-overload]
