"""What intake needs to know of its surroundings."""

from synpunkt.settings import Settings


class ApiSettings(Settings):
    """Settings of `intake.api`. `public_url`: the origin people see, without a slash at the end."""

    public_url: str
    cases_table: str
    people_table: str
    registry_table: str
    quarantine_bucket: str
    token_secret_id: str
    tile_url: str = ""
    tile_attribution: str = ""
