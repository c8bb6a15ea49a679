"""What desk needs to know of its surroundings."""

from synpunkt.settings import Settings


class ApiSettings(Settings):
    """Settings of `desk.api`."""

    public_url: str
    cases_table: str
    people_table: str
    photos_bucket: str
    registry_table: str
    token_secret_id: str
