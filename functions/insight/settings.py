"""What insight needs to know of its surroundings."""

from synpunkt.settings import Settings


class EventSettings(Settings):
    """Settings of `insight.on_event`."""

    cases_table: str
    insight_table: str
