"""What intake needs to know of its surroundings."""

from synpunkt.mail import MailSettings
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


class InboundSettings(MailSettings):
    """Settings of `intake.on_mail`. `mail_bucket`: where SES puts what comes in."""

    cases_table: str
    people_table: str
    registry_table: str
    quarantine_bucket: str
    mail_bucket: str
