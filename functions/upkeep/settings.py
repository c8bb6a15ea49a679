"""What upkeep needs to know of its surroundings."""

from synpunkt.settings import Settings


class ScheduleSettings(Settings):
    """Settings of `upkeep.on_schedule`."""

    cases_table: str
    registry_table: str
    sending_queue_url: str
    digest_queue_url: str
    push_queue_url: str
    sandbox_push_queue_url: str
