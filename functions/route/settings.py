"""What route needs to know of its surroundings."""

from synpunkt.settings import Settings


class ApiSettings(Settings):
    """Settings of `route.api`."""

    registry_table: str


class EventSettings(Settings):
    """Settings of `route.on_event`."""

    cases_table: str
    registry_table: str
