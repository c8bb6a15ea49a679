"""The clock of a promise: working time in Sweden, and who promised what by when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.holiday_table import LAST_YEAR, TABLE, table
from synpunkt.lifecycle import (
    Actor,
    By,
    Case,
    EventType,
    Holder,
    IllegalTransition,
    Outcome,
    Promise,
    Promised,
    Returned,
    Status,
    Text,
    Visibility,
    answer,
    ask,
    fall_overdue,
    hand_over,
    nudge_holder,
    reopen,
    reply,
    resolve,
    return_hand_over,
    route,
)
from synpunkt.promises import (
    DEFAULT_WORKING_HOURS,
    SWEDEN,
    Calendar,
    Pause,
    day_text,
    deadline,
    due,
    next_look,
    promise_sentences,
    when_text,
    worked,
)
from synpunkt.promises.holidays import is_free, is_public_holiday
from synpunkt.stores.items import case_of, head_item
from tests.unit.test_handling import submitted

OFFICE = Calendar.of(DEFAULT_WORKING_HOURS)
EARLY = Calendar.of({**DEFAULT_WORKING_HOURS, "closes_before_holiday": "12:00"})
LUNCH = Calendar.of(
    {
        "week": [
            {"days": ["mon", "wed", "sat"], "opens": "08:00", "closes": "12:00"},
            {"days": ["mon", "wed"], "opens": "13:00", "closes": "16:30"},
        ]
    }
)
# Somebody who works at night, so that the hours that come twice or never count, too.
NIGHTS = Calendar.of(
    {"week": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "opens": "00:00", "closes": "06:00"}]}
)


def at(text: str) -> datetime:
    """`2026-11-24 15:00`, Swedish time."""
    return datetime.fromisoformat(text).replace(tzinfo=SWEDEN)


# ---- working time --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-24 10:00", 5, "2026-11-24 15:00"),
        ("2026-11-24 08:00", 9, "2026-11-24 17:00"),
        ("2026-11-24 16:00", 2, "2026-11-25 09:00"),
        # At night, and on a Saturday, nobody begins to count.
        ("2026-11-24 23:24", 1, "2026-11-25 09:00"),
        ("2026-11-21 12:00", 1, "2026-11-23 09:00"),
        # Friday to Monday.
        ("2026-11-20 16:30", 1, "2026-11-23 08:30"),
        # Easter: Good Friday to Easter Monday.
        ("2026-04-02 16:00", 2, "2026-04-07 09:00"),
        # The day of Ascension is a Thursday; the Friday after it is a working day.
        ("2026-05-13 16:00", 2, "2026-05-15 09:00"),
        # Midsummer's Eve is a Friday that counts like a Sunday.
        ("2026-06-18 16:00", 2, "2026-06-22 09:00"),
        # Christmas Eve, Christmas, Boxing Day, a Sunday.
        ("2026-12-23 16:00", 2, "2026-12-28 09:00"),
        # New Year's Eve, New Year, a weekend.
        ("2026-12-30 16:00", 2, "2027-01-04 09:00"),
        # Epiphany.
        ("2027-01-05 16:00", 2, "2027-01-07 09:00"),
        # May Day, and the National Day on a weekday.
        ("2026-04-30 16:00", 2, "2026-05-04 09:00"),
        ("2028-06-05 16:00", 2, "2028-06-07 09:00"),
        # The weekends when the clocks change.
        ("2026-03-27 16:00", 2, "2026-03-30 09:00"),
        ("2026-10-23 16:00", 2, "2026-10-26 09:00"),
    ],
)
def test_what_is_due_when(start: str, hours: int, end: str) -> None:
    assert due(at(start), hours, OFFICE) == at(end)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # Maundy Thursday, Twelfth Night, Walpurgis Night, All Saints' Eve: they go home at noon.
        ("2026-04-02 11:00", 2, "2026-04-07 09:00"),
        ("2026-01-05 11:00", 2, "2026-01-07 09:00"),
        ("2026-04-30 11:00", 2, "2026-05-04 09:00"),
        ("2026-10-30 11:00", 2, "2026-11-02 09:00"),
        # Not on the days before the three eves: those are no public holidays.
        ("2026-12-23 11:00", 2, "2026-12-23 13:00"),
        ("2026-12-30 11:00", 2, "2026-12-30 13:00"),
        ("2026-06-18 11:00", 2, "2026-06-18 13:00"),
    ],
)
def test_half_days_before_public_holidays(start: str, hours: int, end: str) -> None:
    assert due(at(start), hours, EARLY) == at(end)


def test_lunch_is_no_working_time() -> None:
    assert due(at("2026-11-23 11:30"), 1, LUNCH) == at("2026-11-23 13:30")
    assert due(at("2026-11-25 16:00"), 1, LUNCH) == at("2026-11-28 08:30")


def test_an_hour_is_an_hour_in_the_nights_when_the_clocks_change() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    lengths = {}
    for day in (spring, autumn, date(2026, 11, 21)):
        midnight = datetime.combine(day, datetime.min.time(), SWEDEN)
        lengths[day] = worked(midnight, midnight + timedelta(days=1), NIGHTS)
    assert list(lengths.values()) == [timedelta(hours=5), timedelta(hours=7), timedelta(hours=6)]
    assert due(at("2026-03-29 00:00"), 5, NIGHTS) == at("2026-03-29 06:00")
    assert due(at("2026-10-25 00:00"), 7, NIGHTS) == at("2026-10-25 06:00")


def test_pauses_move_what_is_due_by_the_working_time_that_passed() -> None:
    start = at("2026-11-23 08:00")
    # Over a night and half a day: 1 + 4 working hours.
    pause = (at("2026-11-23 16:00"), at("2026-11-24 12:00"))
    assert due(start, 10, OFFICE) == at("2026-11-24 09:00")
    assert due(start, 10, OFFICE, [pause]) == at("2026-11-24 14:00")
    # A weekend costs nobody anything.
    assert due(start, 10, OFFICE, [(at("2026-11-21 00:00"), at("2026-11-22 23:00"))]) == at("2026-11-24 09:00")


def test_nobody_who_never_works_promises_anything() -> None:
    with pytest.raises(ValueError, match="ever works"):
        due(at("2026-11-23 08:00"), 1, Calendar({}))
    assert worked(at("2026-11-23 08:00"), at("2026-11-24 08:00"), Calendar({})) == timedelta(0)


MOMENTS = st.datetimes(datetime(2024, 6, 1), datetime(2032, 1, 1), timezones=st.just(UTC), allow_imaginary=False).map(
    lambda each: each.replace(microsecond=0)
)
HOURS = st.integers(1, 200)
CALENDARS = st.sampled_from([OFFICE, EARLY, LUNCH, NIGHTS])
PAUSES = st.lists(
    st.tuples(MOMENTS, st.integers(1, 60 * 24 * 20)).map(lambda each: (each[0], each[0] + timedelta(minutes=each[1]))),
    max_size=4,
)


def near(start: datetime, pauses: list[Pause]) -> list[Pause]:
    """The pauses moved so that they begin within weeks of `start`."""
    return [
        (
            start + timedelta(minutes=(since - start) // timedelta(days=1)),
            start + timedelta(minutes=(since - start) // timedelta(days=1)) + (until - since),
        )
        for since, until in pauses
    ]


@given(MOMENTS, HOURS, CALENDARS, PAUSES)
def test_due_and_worked_are_each_others_reverse(
    start: datetime, hours: int, calendar: Calendar, pauses: list[Pause]
) -> None:
    pauses = near(start, pauses)
    end = due(start, hours, calendar, pauses)
    assert worked(start, end, calendar, pauses) == timedelta(hours=hours)
    assert end > start


@given(MOMENTS, HOURS, HOURS, CALENDARS, PAUSES)
def test_due_is_additive_and_monotone(
    start: datetime, first: int, second: int, calendar: Calendar, pauses: list[Pause]
) -> None:
    pauses = near(start, pauses)
    step = due(start, first, calendar, pauses)
    assert due(step, second, calendar, pauses) == due(start, first + second, calendar, pauses) > step
    assert due(start + timedelta(hours=1), first, calendar, pauses) >= step
    assert step >= due(start, first, calendar)


@given(MOMENTS, st.integers(0, 60 * 24 * 40), st.integers(0, 60 * 24 * 40), CALENDARS)
def test_worked_is_additive(start: datetime, first: int, second: int, calendar: Calendar) -> None:
    middle, end = start + timedelta(minutes=first), start + timedelta(minutes=first + second)
    assert worked(start, middle, calendar) + worked(middle, end, calendar) == worked(start, end, calendar)
    assert timedelta(0) <= worked(start, end, calendar) <= end - start
    assert worked(end, start - timedelta(minutes=1), calendar) == timedelta(0)


@given(MOMENTS, HOURS)
def test_nothing_falls_due_at_night_on_a_weekend_or_on_a_holiday(start: datetime, hours: int) -> None:
    end = due(start, hours, OFFICE).astimezone(SWEDEN)
    assert end.weekday() < 5
    assert not is_free(end.date())
    assert 8 * 60 <= end.hour * 60 + end.minute <= 17 * 60


@given(st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_no_time_on_free_days(day: date) -> None:
    midnight = datetime.combine(day, datetime.min.time(), SWEDEN)
    passed = worked(midnight, midnight + timedelta(days=1), OFFICE)
    free = day.weekday() > 4 or is_free(day)
    assert passed == timedelta(hours=0 if free else 9)


# ---- the table of holidays -----------------------------------------------------------------------------------------


def test_the_table_is_what_the_library_says() -> None:
    assert TABLE.read_text("utf-8") == table(), "run python -m infra.holiday_table"


def test_the_table_reaches_far_enough_for_every_promise() -> None:
    assert datetime.now(UTC).year + 10 <= LAST_YEAR, "raise LAST_YEAR and run python -m infra.holiday_table"


def test_holidays_as_people_know_them() -> None:
    named = ["2026-06-20", "2026-06-19", "2026-12-24", "2026-12-31", "2026-04-03", "2026-05-14", "2026-10-31"]
    days = list(map(date.fromisoformat, named))
    assert all(map(is_free, days))
    assert [is_public_holiday(day) for day in days] == [True, False, False, False, True, True, True]
    # Bridge days and Whit Monday are working days.
    assert not any(map(is_free, (date(2026, 5, 15), date(2026, 5, 25), date(2026, 4, 30))))


def test_a_year_that_the_table_does_not_hold_is_no_guess() -> None:
    with pytest.raises(LookupError):
        is_free(date(2023, 12, 24))
    with pytest.raises(LookupError):
        due(datetime(2060, 12, 30, tzinfo=UTC), 200, OFFICE)


# ---- the promises of a case ----------------------------------------------------------------------------------------

REPORTED = at("2026-11-23 08:00")
ID = "01KAK2Z3Q8VJ5N7W9X4T6R1B0M"


class To:
    """A decision, as the lifecycle sees it."""

    department = "street"
    claimed = True
    recipients = ("topic:0180", "triage")

    def __init__(self, municipality: str, **hours: int) -> None:
        self.municipality = municipality
        promise = {"promise": {"working_hours": DEFAULT_WORKING_HOURS, **hours}} if hours else {}
        self.routing: Mapping[str, Any] = {"rule": "category:pothole", "registry_version": 3, **promise}


def routed(**hours: int) -> Case:
    """A case reported on a Monday at eight, and routed at once."""
    new = replace(submitted().case, created_at=REPORTED)
    return route(new, To("0180", **hours), event_id=ID, now=REPORTED).case


def by(when: str, actor: Actor = Actor.HANDLER) -> By:
    return By(actor, None if actor is Actor.CITIZEN else "key", ID, at(when))


def words(name: str) -> Text:
    return Text(0, name, "ord", "ord", Visibility.PUBLIC)


def due_at(case: Case, which: Promised, now: str) -> datetime | None:
    found = deadline(case, which, at(now))
    return found.at if found else None


def test_without_a_target_nothing_is_promised() -> None:
    case = routed()
    change = route(submitted().case, To("0180"), event_id=ID, now=REPORTED)
    assert case.promises == ()
    assert [each.what for each in change.due] == ["delivery"]
    assert due_at(case, Promised.ANSWER, "2026-11-24 08:00") is None
    assert promise_sentences(case, REPORTED, "sv") == ()


def test_what_is_promised_is_fixed_when_the_case_is_routed() -> None:
    change = route(submitted().case, To("0180", answer_hours=16), event_id=ID, now=REPORTED)
    assert [each.what for each in change.due] == ["delivery", "answer"]
    assert change.case.promises == (Promise("0180", 3, REPORTED, DEFAULT_WORKING_HOURS, 16, None),)
    assert case_of({key: value for key, value in head_item(change.case).items() if value is not None}) == change.case


def test_the_clock_runs_from_the_report_and_stands_still_for_the_reporter() -> None:
    case = routed(answer_hours=9, repair_hours=45)
    assert due_at(case, Promised.ANSWER, "2026-11-23 08:00") == at("2026-11-23 17:00")
    assert due_at(case, Promised.REPAIR, "2026-11-23 08:00") == at("2026-11-27 17:00")
    case = ask(case, by("2026-11-23 12:00"), text=words("question")).case
    # Asked again the clock stands still since the first question.
    case = ask(case, by("2026-11-24 08:00"), text=words("question")).case
    case = answer(case, by("2026-11-24 12:00", Actor.CITIZEN), text=words("answer")).case
    assert case.pauses == ((at("2026-11-23 12:00"), at("2026-11-24 12:00")),)
    assert due_at(case, Promised.ANSWER, "2026-11-24 12:00") == at("2026-11-24 17:00")
    assert due_at(case, Promised.REPAIR, "2026-11-24 12:00") == at("2026-11-30 17:00")


def test_an_answer_keeps_the_one_promise_and_the_end_keeps_both() -> None:
    case = reply(routed(answer_hours=9, repair_hours=45), by("2026-11-23 10:00"), text=words("reply")).case
    assert due_at(case, Promised.ANSWER, "2026-11-23 10:00") is None
    assert due_at(case, Promised.REPAIR, "2026-11-23 10:00") == at("2026-11-27 17:00")
    change = resolve(case, by("2026-11-24 08:00"), outcome=Outcome.FIXED)
    assert due_at(change.case, Promised.REPAIR, "2026-11-24 08:00") is None
    # What was not done after all goes on where it stopped.
    again = reopen(change.case, by("2026-11-30 08:00", Actor.CITIZEN))
    assert [each.what for each in again.due] == ["answer", "repair"]
    assert due_at(again.case, Promised.REPAIR, "2026-11-30 08:00") == at("2026-12-03 17:00")


def test_a_hand_over_does_not_restart_the_clock_and_the_earliest_promise_counts() -> None:
    case = routed(answer_hours=18)
    facts: dict[str, Any] = {"reason": None, "actor": Actor.HANDLER, "by": "key", "event_id": ID}
    slower = hand_over(case, To("0184", answer_hours=27), now=at("2026-11-23 12:00"), **facts).case
    assert due_at(slower, Promised.ANSWER, "2026-11-23 12:00") == at("2026-11-24 17:00")
    change = hand_over(case, To("0184", answer_hours=9), now=at("2026-11-23 12:00"), **facts)
    found = deadline(change.case, Promised.ANSWER, at("2026-11-23 12:00"))
    assert found is not None
    assert (found.at, found.municipality) == (at("2026-11-23 17:00"), "0184")
    # The earlier promise may end first, so it is looked at now.
    assert [each.what for each in change.due] == ["delivery", "hand_over", "answer"]
    assert change.due[-1].at == at("2026-11-23 12:00")
    # Given back, the new one's promise is nobody's any more.
    back = return_hand_over(
        change.case,
        To("0180", answer_hours=1),
        code=Returned.NOT_OURS,
        names=None,
        reason=None,
        actor=Actor.HANDLER,
        by="key",
        event_id=ID,
        now=at("2026-11-23 13:00"),
    ).case
    assert back.came_from == ()
    # And who has it again has promised already: once.
    assert due_at(back, Promised.ANSWER, "2026-11-23 13:00") == at("2026-11-24 17:00")


def test_nobody_promises_what_was_past_when_they_got_the_case() -> None:
    facts: dict[str, Any] = {"reason": None, "actor": Actor.HANDLER, "by": "key", "event_id": ID}
    late = hand_over(routed(), To("0184", answer_hours=9), now=at("2026-11-30 12:00"), **facts).case
    assert late.holder == Holder("0184")
    assert due_at(late, Promised.ANSWER, "2026-11-30 12:00") is None


def test_told_once_each_and_never_when_it_is_too_late() -> None:
    case = routed(answer_hours=9)
    facts: dict[str, Any] = {"due": "2026-11-23T16:00:00.000Z", "promised_by": "0180", "event_id": ID}
    nudged = nudge_holder(case, Promised.ANSWER, now=at("2026-11-23 15:00"), **facts)
    assert nudged is not None
    assert nudged.entries[0].internal
    assert nudge_holder(nudged.case, Promised.ANSWER, now=at("2026-11-23 15:00"), **facts) is None
    late = fall_overdue(nudged.case, Promised.ANSWER, now=at("2026-11-23 17:00"), **facts)
    assert late is not None
    assert late.entries[0].type is EventType.CASE_OVERDUE
    assert fall_overdue(late.case, Promised.ANSWER, now=at("2026-11-23 18:00"), **facts) is None
    over = fall_overdue(case, Promised.ANSWER, now=at("2026-11-23 18:00"), **facts)
    assert over is not None
    assert nudge_holder(over.case, Promised.ANSWER, now=at("2026-11-23 18:00"), **facts) is None
    done = resolve(case, by("2026-11-23 10:00"), outcome=Outcome.FIXED).case
    with pytest.raises(IllegalTransition):
        fall_overdue(done, Promised.ANSWER, now=at("2026-11-23 18:00"), **facts)


def test_when_the_clock_is_looked_at() -> None:
    case = routed(answer_hours=8, repair_hours=400)
    assert next_look(case, Promised.ANSWER, at("2026-11-23 08:00")) == at("2026-11-23 14:00")
    assert next_look(case, Promised.ANSWER, at("2026-11-23 14:00")) == at("2026-11-23 16:00")
    assert next_look(case, Promised.ANSWER, at("2026-11-23 16:00")) is None
    # A long time is not a quarter of it early: two working days at most.
    found = deadline(case, Promised.REPAIR, REPORTED)
    assert found is not None
    assert worked(found.nudge_at, found.at, OFFICE) == timedelta(hours=16)
    # While the reporter is asked nobody is reminded, however near it is.
    asked = ask(case, by("2026-11-23 15:00"), text=words("question")).case
    assert asked.status is Status.WAITING_FOR_CITIZEN
    assert next_look(asked, Promised.ANSWER, at("2026-11-24 12:00")) == at("2026-11-24 13:00")


def test_the_promise_in_words() -> None:
    case = routed(answer_hours=7, repair_hours=250)
    now = at("2026-11-23 08:00")
    assert promise_sentences(case, now, "sv") == (
        "Stockholms stad har lovat svar senast måndag 23 november kl. 15.",
        "Stockholms stad har lovat att det är åtgärdat senast tisdag 5 januari 2027 kl. 15.",
    )
    assert promise_sentences(case, now, "en")[0] == (
        "Stockholm municipality has promised to answer by Monday 23 November at 15:00."
    )
    asked = ask(case, by("2026-11-23 09:00"), text=words("question")).case
    assert "Tiden står still" in promise_sentences(asked, at("2026-11-23 12:00"), "sv")[0]
    assert promise_sentences(case, at("2026-11-24 08:00"), "sv")[0] == (
        "Stockholms stad hade lovat svar senast måndag 23 november kl. 15. Den tiden har gått ut."
    )


def test_a_moment_in_words() -> None:
    now = at("2026-11-23 08:00")
    assert when_text(at("2026-11-24 15:00"), "sv", now) == "tisdag 24 november kl. 15"
    assert when_text(at("2026-11-24 09:05"), "sv", now) == "tisdag 24 november kl. 9.05"
    assert when_text(at("2027-05-08 15:00"), "sv", now) == "lördag 8 maj 2027 kl. 15"
    assert when_text(at("2027-05-08 15:30"), "en", now) == "Saturday 8 May 2027 at 15:30"


def test_a_day_in_words() -> None:
    told = date(2026, 11, 22)
    assert day_text(date(2026, 12, 24), "sv", told) == "torsdag 24 december"
    assert day_text(date(2027, 5, 8), "en", told) == "Saturday 8 May 2027"


def test_the_table_is_sorted_and_without_twins() -> None:
    data = json.loads(TABLE.read_text("utf-8"))
    for name in ("public_holidays", "eves"):
        assert data[name] == sorted(set(data[name]))
