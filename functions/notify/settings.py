"""What notify needs to know of its surroundings."""

from synpunkt.mail import MailSettings


class EventSettings(MailSettings):
    """Settings of `notify.on_event`."""

    public_url: str
    cases_table: str
    people_table: str
    registry_table: str


class DigestSettings(MailSettings):
    """Settings of `notify.on_digest`."""

    public_url: str
    cases_table: str
    registry_table: str
