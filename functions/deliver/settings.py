"""What deliver needs to know of its surroundings."""

from synpunkt.settings import Settings


class BounceSettings(Settings):
    """Settings of `deliver.on_bounce`."""

    cases_table: str
    deliveries_table: str


class EventSettings(Settings):
    """Settings of `deliver.on_event`. `reply_to`: the address whose mails are read; empty until one is."""

    public_url: str
    cases_table: str
    registry_table: str
    deliveries_table: str
    token_secret_id: str
    mail_from: str
    mail_configuration_set: str
    reply_to: str = ""
