"""What notify needs to know of its surroundings."""

from synpunkt.settings import Settings


class EventSettings(Settings):
    """Settings of `notify.on_event`."""

    public_url: str
    cases_table: str
    people_table: str
    deliveries_table: str
    token_secret_id: str
    mail_from: str
    mail_configuration_set: str
