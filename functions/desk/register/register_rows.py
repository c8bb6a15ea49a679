"""The register of what has reached a municipality: its lines, and the same as a file that spreadsheets open."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from functions.desk.cases.departments import is_open, knows
from functions.desk.register.register_models import RegisterPage, RegisterRow
from synpunkt.clock import localdate
from synpunkt.identity import Caller
from synpunkt.letters import category_name
from synpunkt.lifecycle import Case, Status, Text, Visibility
from synpunkt.responsibility import decided_department
from synpunkt.spreadsheet import harmless
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.items import received_on
from synpunkt.texts import text

_COLUMNS = (
    "received_on",
    "reference",
    "diary_number",
    "sender",
    "subject",
    "department",
    "status",
    "outcome",
    "closed_on",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the register before it is told. `next`: as in `RegisterPage`."""

    cases: tuple[Case, ...]
    places: Mapping[str, Text]
    next: str | None


def find(
    cases: CaseStore, caller: Caller, municipality: str, *, days: tuple[str, str], after: str | None, limit: int
) -> Found:
    """The cases that reached a municipality on those days, as far as the caller may know of them.

    Four queries, and two batch reads a hundred cases, however many there are.
    """
    page = cases.list_register(municipality, first=days[0], last=days[1], after=after, limit=limit)
    ids = [str(row["register_sk"]).partition("#")[2] for row in page.rows]
    heads = {each.case_id: each for each in cases.heads(ids)}
    known = tuple(heads[each] for each in ids if each in heads and knows(caller, heads[each]))
    return Found(known, cases.places([each.case_id for each in known]), page.next)


def told(found: Found, municipality: str, senders: Mapping[str, str] | None, language: str) -> RegisterPage:
    """The page in words. `senders`: by case, when they were asked for."""
    rows = [_row(case, municipality, found.places.get(case.case_id), senders, language) for case in found.cases]
    return RegisterPage(rows=rows, next=found.next)


def is_theirs(case: Case, municipality: str) -> bool:
    """Whether the municipality has the case, or handed it over: it may know how the case goes on."""
    return municipality == case.municipality or any(each.municipality == municipality for each in case.came_from)


def as_csv(page: RegisterPage, language: str, *, sender: bool) -> str:
    """The page as Excel in Sweden opens it: semicolons, CRLF, and a mark that says UTF-8. No cell is a formula."""
    columns = [each for each in _COLUMNS if sender or each != "sender"]
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow([text(f"register.{each}", language) for each in columns])
    writer.writerows([_cell(row, each) for each in columns] for row in page.rows)
    return "\ufeff" + file.getvalue()


def _cell(row: RegisterRow, column: str) -> str:
    in_words = {"status": row.status_text, "outcome": row.outcome_text}
    value = in_words[column] if column in in_words else getattr(row, column)
    return harmless(value or "")


def _row(
    case: Case, municipality: str, place: Text | None, senders: Mapping[str, str] | None, language: str
) -> RegisterRow:
    registered = case.registration(municipality)
    here, theirs = case.municipality == municipality, is_theirs(case, municipality)
    closed = case.status is Status.RESOLVED and theirs
    status = ("closed" if closed else "open") if here else "left"
    known: dict[str, str | None] = {}
    if theirs:
        known = {"subject": _subject(case, place, language), "sender": senders[case.case_id] if senders else None}
    if here and case.department:
        names = (case.routing or {}).get("names")
        known["department"] = decided_department(case.department, names, language)
    if closed and case.outcome and case.resolved_at:
        known |= {
            "outcome": case.outcome.value,
            "outcome_text": text(f"outcome.{case.outcome}", language),
            "closed_on": localdate(case.resolved_at),
        }
    return RegisterRow(
        case_id=case.case_id,
        reference=case.reference,
        received_on=received_on(case, municipality),
        diary_number=registered.diary_number,
        status=status,
        status_text=text(f"register.status.{status}", language),
        **known,
    )


def _subject(case: Case, place: Text | None, language: str) -> str:
    """What it is about and where, as everyone may read it: a register is asked for by journalists, too."""
    about = category_name(case.category, language, case.routing)
    seen = place is not None and place.visibility is Visibility.PUBLIC and is_open(case)
    return f"{about}, {place.public}" if place is not None and seen else about
