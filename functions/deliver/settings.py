"""What deliver needs to know of its surroundings."""

from synpunkt.mail import MailSettings
from synpunkt.settings import Settings


class ApiSettings(Settings):
    """Settings of `deliver.api`."""

    deliveries_table: str
    registry_table: str


class FeedSettings(Settings):
    """Settings of `deliver.on_feed`."""

    cases_table: str
    deliveries_table: str


class BounceSettings(Settings):
    """Settings of `deliver.on_bounce`."""

    cases_table: str
    deliveries_table: str


class EventSettings(MailSettings):
    """Settings of `deliver.on_event`."""

    public_url: str
    cases_table: str
    registry_table: str


class WakeSettings(Settings):
    """Settings of `deliver.on_wake`."""

    registry_table: str
    deliveries_table: str
    push_queue_url: str
    sandbox_push_queue_url: str


class PushSettings(MailSettings):
    """Settings of `deliver.on_push`."""

    public_url: str
    cases_table: str
    registry_table: str
    push_queue_url: str
    sandbox_push_queue_url: str
