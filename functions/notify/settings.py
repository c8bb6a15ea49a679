"""What notify needs to know of its surroundings."""

from synpunkt.mail import MailSettings


class EventSettings(MailSettings):
    """Settings of `notify.on_event`."""

    public_url: str
    cases_table: str
    people_table: str
