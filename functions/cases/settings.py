"""What cases needs to know of its surroundings."""

from synpunkt.settings import Settings


class ApiSettings(Settings):
    """Settings of `cases.api`."""

    public_url: str
    cases_table: str
    deliveries_table: str
    registry_table: str
    photos_bucket: str
    quarantine_bucket: str
    token_secret_id: str
    tile_url: str = ""
    tile_attribution: str = ""
