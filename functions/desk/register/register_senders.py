"""Who sent what is in a register: contact data, so each page that names them is written down before it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from functions.desk.cases.departments import within
from synpunkt import clock
from synpunkt.identity import Caller
from synpunkt.lifecycle import Case, HandOver
from synpunkt.stores.people import PeopleStore, Reporter
from synpunkt.texts import text


@dataclass(frozen=True, slots=True)
class Senders:
    """Names of reporters, for those who may see them."""

    people: PeopleStore

    def of(
        self, cases: Sequence[Case], municipality: str, caller: Caller, asked: str, language: str
    ) -> Mapping[str, str]:
        """What stands under sender, by case. `asked`: which part of the register, for the log."""
        readable = [case.case_id for case in cases if within(caller, case)]
        self.people.log_export(municipality, caller.caller_id, asked, readable, now=clock.now())
        known = self.people.reporters(readable)
        return {case.case_id: _sender(case, municipality, known, set(readable), language) for case in cases}


def _sender(case: Case, municipality: str, known: Mapping[str, Reporter], readable: set[str], language: str) -> str:
    if case.protected:
        return text("register.protected", language)
    reporter = known.get(case.case_id)
    if case.case_id not in readable or not _shown(case, reporter, municipality):
        return text("register.withheld", language)
    return (reporter.name if reporter else None) or text("register.anonymous", language)


def _shown(case: Case, reporter: Reporter | None, municipality: str) -> bool:
    """Whoever got the case from somebody else sees who reported it when the reporter said so, after accepting it."""
    if case.municipality != municipality:
        return False
    if not any(each.municipality != municipality for each in case.came_from):
        return True
    return reporter is None or (reporter.share_contact and case.hand_over is HandOver.ACCEPTED)
