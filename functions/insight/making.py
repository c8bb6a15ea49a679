"""Makes the files of days say what the rows say."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from aws_lambda_powertools import Logger

from functions.insight.day_files import PARQUET, key_of, s3
from functions.insight.parquet_file import as_parquet
from synpunkt.clock import to_iso
from synpunkt.stores.open_data import DayFile, DueDay, OpenStore, today

logger = Logger()

DAYS_A_ROUND = 60
CASES_A_ROUND = 200_000
"""What a round makes at most, for its time and memory; the next goes on where it stopped."""
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Making:
    """Makes files of days that are over, each from all rows of its day."""

    opened: OpenStore
    bucket: str

    def round(self, now: datetime) -> None:
        """Makes the files that are due, those a case has left first; a day without a case has no file."""
        due = self.opened.due_days(before=today(now))
        made = cases = 0
        for each in due[:DAYS_A_ROUND]:
            cases += self._make(each, now)
            made += 1
            if cases >= CASES_A_ROUND:
                break
        if due:
            logger.info("days made", days=made, cases=cases, left=len(due) - made)

    def _make(self, due: DueDay, now: datetime) -> int:
        """The file of one day; again when a row changed while it was made, so that no older file stays."""
        for _ in range(_TRIES):
            rows = self.opened.of_day(due.day)
            file: DayFile | None = None
            if rows:
                body = as_parquet(rows)
                s3().put_object(Bucket=self.bucket, Key=key_of(due.day), Body=body, ContentType=PARQUET)
                file = DayFile(due.day, len(rows), len(body), hashlib.sha256(body).hexdigest(), to_iso(now))
            else:
                s3().delete_object(Bucket=self.bucket, Key=key_of(due.day))
            if self.opened.made(due, file):
                break
        return len(rows)
