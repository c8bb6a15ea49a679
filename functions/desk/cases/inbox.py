"""The list of what there is to do, as its rows are read and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from functions.desk.cases.handling_models import AttentionName, Inbox, InboxRow, RowPhoto
from functions.desk.cases.photo_links import PhotoLinks
from synpunkt.clock import SWEDEN, to_iso
from synpunkt.http.models import MunicipalityOut
from synpunkt.letters import category_name
from synpunkt.lifecycle import Attention, Case, Priority, Text, Visibility
from synpunkt.stores import items
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.incidents import Incident, IncidentStore
from synpunkt.texts import text

_NAMES: Mapping[AttentionName, Attention] = {
    "citizen_answered": Attention.CITIZEN_ANSWERED,
    "overdue": Attention.OVERDUE,
    "due_soon": Attention.DUE_SOON,
    "offered": Attention.OFFERED,
    "undelivered": Attention.UNDELIVERED,
    "new": Attention.NEW,
    "open": Attention.OPEN,
    "elsewhere": Attention.ELSEWHERE,
    "planned": Attention.PLANNED,
    "waiting": Attention.WAITING,
    "closed": Attention.CLOSED,
}
_ASKED: Mapping[str, AttentionName] = {each.value: name for name, each in _NAMES.items()}


def inbox_page(
    cases: CaseStore,
    incidents: IncidentStore,
    municipality: str,
    *,
    units: Sequence[str],
    people: Sequence[str] | None,
    attention: AttentionName | None,
    where: Mapping[str, str],
    after: str | None,
    limit: int,
    language: str,
    links: PhotoLinks,
) -> Inbox:
    """A page of the cases of a municipality, of some units of it, or of some people there; `where`: as in the store."""
    if people is not None:
        index, partitions = "mine", [items.mine_partition(municipality, person) for person in people]
    elif units:
        shards = range(items.LIST_SHARDS)
        found = [items.unit_partition(municipality, unit, shard) for unit in units for shard in shards]
        index, partitions = "unit", found
    else:
        index = "inbox"
        partitions = [items.inbox_partition(municipality, shard) for shard in range(items.LIST_SHARDS)]
    only = _NAMES[attention].value if attention else ""
    page = cases.list_desk(index, partitions, only=only, after=after, limit=limit, where=where)
    return Inbox(cases=rows_of(cases, incidents, page.rows, index, language, links), next=page.next)


def filters(
    *,
    category: str | None,
    kind: str | None,
    status: str | None,
    priority: str | None,
    since: date | None,
    until: date | None,
) -> dict[str, str]:
    """`where` of a page: what was asked for. `since`, `until`: the first and last day, Swedish time."""
    asked = {
        "category": category,
        "kind": kind,
        "status": status,
        "priority": priority,
        "from": _begins(since) if since else None,
        "before": _begins(until + timedelta(days=1)) if until and until < date.max else None,
    }
    return {name: value for name, value in asked.items() if value}


def _begins(day: date) -> str:
    # The first and the last days there are have no name in UTC.
    moment = datetime.combine(day, time(), SWEDEN)
    return to_iso(moment) if date.min < day < date.max else day.isoformat()


def rows_of(
    cases: CaseStore,
    incidents: IncidentStore,
    found: Sequence[Mapping[str, Any]],
    index: str,
    language: str,
    links: PhotoLinks,
) -> list[InboxRow]:
    """Heads, or what an index holds of them, as rows of the list; what is beside them is read for all at once."""
    keys = [str(row[f"{index}_sk"]) for row in found]
    places = cases.places([key.partition("#")[2] for key in keys]) if keys else {}
    known = incidents.several([row["incident"] for row in found if row.get("incident")])
    return [inbox_row(row, key, places, known, language, links) for row, key in zip(found, keys, strict=True)]


def row_elsewhere(case: Case, index: str) -> Mapping[str, Any]:
    """The head of a case at another department as a row: what everybody knows of it, and nothing of who works on it."""
    key = f"{items.order_of(Attention.ELSEWHERE, replace(case, priority=Priority.NORMAL))}#{case.case_id}"
    inside = dict.fromkeys(("team", "assignee", "desk", "incident"))
    return {**items.head_item(case), **inside, "elsewhere": True, f"{index}_sk": key}


def inbox_row(
    row: Mapping[str, Any],
    key: str,
    places: Mapping[str, Text],
    known: Mapping[str, Incident],
    language: str,
    links: PhotoLinks,
) -> InboxRow:
    """A row of a list. `key`: its place there; `known`: the incidents its cases may belong to.

    `elsewhere` in the row: it is as `row_elsewhere` made it.
    """
    incident = known.get(row.get("incident", ""))
    if incident is not None and incident.municipality != row["municipality"]:
        # What it was about with cases of somebody else is not theirs to know.
        incident = None
    order, _, case_id = key.partition("#")
    attention = _ASKED[order[0]]
    place, desk, elsewhere = places.get(case_id), row.get("desk") or {}, bool(row.get("elsewhere"))
    return InboxRow(
        case_id=case_id,
        reference=row["reference"],
        version=row["version"],
        attention=attention,
        attention_text=text(f"attention.{attention}", language),
        priority=items.priority_of(order).value,
        kind=row["kind"],
        kind_name=text(f"kind.{row['kind']}", language),
        category=row.get("category"),
        category_name=category_name(row.get("category"), language),
        status=row["status"],
        outcome=row.get("outcome"),
        visibility=row["visibility"],
        municipality=MunicipalityOut.of(row["municipality"], language),
        department=row.get("department"),
        team=row.get("team"),
        assignee=row.get("assignee"),
        planned_for=row.get("planned_for"),
        lat=row.get("lat"),
        lon=row.get("lon"),
        place=place.public if place and (not elsewhere or place.visibility is Visibility.PUBLIC) else None,
        photo=RowPhoto(thumbnail_url=links.latest(case_id, row["municipality"], desk["photo"], "320"))
        if desk.get("photo")
        else None,
        photo_count=row["photo_count"],
        incident_id=incident.incident_id if incident else None,
        affected=max(incident.cases, 1) if incident else 1,
        due_at=desk.get("due_at"),
        overdue=bool(desk.get("late")),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
