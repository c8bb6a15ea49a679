"""What was promised, as a citizen reads it. A promise nobody made is never mentioned."""

from __future__ import annotations

from datetime import date, datetime

from synpunkt.lifecycle import Case, Promised
from synpunkt.names import municipality_name
from synpunkt.promises.calendar import SWEDEN
from synpunkt.promises.standing import deadline, is_overdue, stands_still
from synpunkt.texts import text


def promise_sentences(case: Case, now: datetime, language: str) -> tuple[str, ...]:
    """A sentence for each promise that is not kept yet, by whom and by when; none where nobody promised."""
    sentences = []
    for which in Promised:
        found = deadline(case, which, now)
        if found is None:
            continue
        late = is_overdue(case, found, now)
        name = municipality_name(found.municipality, language)
        if late:
            key = f"promise.overdue.{which}"
        else:
            key = f"promise.paused.{which}" if stands_still(case) else f"promise.{which}"
        sentences.append(text(key, language, municipality=name, when=when_text(found.at, language, now)))
    return tuple(sentences)


def when_text(moment: datetime, language: str, now: datetime) -> str:
    """A moment in words, Swedish time: weekday, day and hour, with the year when it is another one than now."""
    at = moment.astimezone(SWEDEN)
    year = f" {at.year}" if at.year != now.astimezone(SWEDEN).year else ""
    return text(
        "when.minute" if at.minute else "when.hour",
        language,
        weekday=text(f"weekday.{at.isoweekday()}", language),
        day=at.day,
        month=text(f"month.{at.month}", language) + year,
        hour=at.hour,
        minute=f"{at.minute:02d}",
    )


def day_text(day: date, language: str, told: date) -> str:
    """A day in words: weekday, day and month, with the year when it is another one than when it was told."""
    year = f" {day.year}" if day.year != told.year else ""
    weekday, month = text(f"weekday.{day.isoweekday()}", language), text(f"month.{day.month}", language)
    return text("when.day", language, weekday=weekday, day=day.day, month=month + year)
