"""Sets by API what the emulator drops from the templates, so that local tables behave as the cloud's."""

from __future__ import annotations

from .clients import Clients
from .layout import named

TABLES = ("cases", "people", "registry", "deliveries", "insight")
EXPIRING = ("cases", "people", "deliveries", "insight", "registry")


def fix_up(clients: Clients) -> None:
    """Turns on expiry and point-in-time recovery; does nothing to what is set already."""
    dynamodb = clients.of("dynamodb")
    for table in TABLES:
        dynamodb.update_continuous_backups(
            TableName=named(table), PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
    for table in EXPIRING:
        told = dynamodb.describe_time_to_live(TableName=named(table))["TimeToLiveDescription"]
        if told["TimeToLiveStatus"] not in ("ENABLED", "ENABLING"):
            dynamodb.update_time_to_live(
                TableName=named(table), TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"}
            )
