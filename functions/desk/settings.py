"""What desk needs to know of its surroundings."""

from synpunkt.http.callers import LoginSettings
from synpunkt.mail import MailSettings
from synpunkt.settings import Settings


class ApiSettings(LoginSettings):
    """Settings of `desk.api`."""

    public_url: str
    cases_table: str
    people_table: str
    photos_bucket: str
    registry_table: str
    token_secret_id: str
    waiting_queue_url: str


class RegistryApiSettings(LoginSettings, MailSettings):
    """Settings of `desk.registry_api`."""

    public_url: str
    cases_table: str
    registry_table: str
    waiting_queue_url: str


class WaitingSettings(Settings):
    """Settings of `desk.on_waiting`."""

    cases_table: str
    registry_table: str
    waiting_queue_url: str


class StaffApiSettings(LoginSettings, MailSettings):
    """Settings of `desk.staff_api`. `hosted_login`: where the user pool's own pages are; empty in stage local.

    `tile_url`: the map's tiles; empty draws outlines only.
    """

    public_url: str
    registry_table: str
    hosted_login: str
    tile_url: str = ""
    tile_attribution: str = ""
