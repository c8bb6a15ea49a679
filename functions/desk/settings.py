"""What desk needs to know of its surroundings."""

from synpunkt.mail import MailSettings
from synpunkt.settings import Settings


class ApiSettings(Settings):
    """Settings of `desk.api`."""

    public_url: str
    cases_table: str
    people_table: str
    photos_bucket: str
    registry_table: str
    token_secret_id: str
    waiting_queue_url: str


class RegistryApiSettings(MailSettings):
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
