"""What photo needs to know of its surroundings."""

from synpunkt.settings import Settings


class UploadSettings(Settings):
    """Settings of `photo.on_upload`."""

    cases_table: str
    quarantine_bucket: str
    photos_bucket: str


class ForgottenSettings(Settings):
    """Settings of `photo.on_forgotten`."""

    photos_bucket: str


class MaskSettings(Settings):
    """Settings of `photo.on_mask`."""

    cases_table: str
    photos_bucket: str
