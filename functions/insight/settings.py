"""What insight needs to know of its surroundings."""

from synpunkt.settings import Settings


class EventSettings(Settings):
    """Settings of `insight.on_event`."""

    cases_table: str
    insight_table: str


class ApiSettings(Settings):
    """Settings of `insight.api`."""

    insight_table: str
    open_bucket: str


class ScheduleSettings(Settings):
    """Settings of `insight.on_schedule`."""

    insight_table: str
    open_bucket: str
