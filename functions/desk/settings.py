"""What desk needs to know of its surroundings."""

from synpunkt.http.callers import LoginSettings
from synpunkt.mail import MailSettings
from synpunkt.settings import Settings


class DoorSettings(LoginSettings):
    """What every function needs that answers about cases: those who call, the cases, and the links to them."""

    public_url: str
    cases_table: str
    registry_table: str
    token_secret_id: str


class ApiSettings(DoorSettings):
    """Settings of `desk.api`. `sending_delay_seconds`: how long what is said with `delay` can be undone."""

    insight_table: str
    photos_bucket: str
    quarantine_bucket: str
    waiting_queue_url: str
    sending_queue_url: str
    sending_delay_seconds: int


class ContactApiSettings(DoorSettings):
    """Settings of `desk.contact_api`. `reply_to`: where mails can be answered to, as those who send them know it."""

    people_table: str
    reply_to: str


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


class SendingSettings(Settings):
    """Settings of `desk.on_sending`."""

    cases_table: str
    registry_table: str
    sending_queue_url: str


class StaffApiSettings(LoginSettings, MailSettings):
    """Settings of `desk.staff_api`. `hosted_login`: where the user pool's own pages are; empty in stage local.

    `tile_url`: the map's tiles; empty draws outlines only.
    """

    public_url: str
    cases_table: str
    registry_table: str
    quarantine_bucket: str
    push_queue_url: str
    sandbox_push_queue_url: str
    hosted_login: str
    tile_url: str = ""
    tile_attribution: str = ""
