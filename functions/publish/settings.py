"""What publish needs to know of its surroundings."""

from synpunkt.settings import Settings


class StreamSettings(Settings):
    """Settings of `publish.on_stream`."""

    cases_table: str
    bus_name: str


class ScheduleSettings(StreamSettings):
    """Settings of `publish.on_schedule`."""
