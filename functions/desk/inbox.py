"""The list of what there is to do, as its rows are read and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.desk.handling_models import AttentionName, Inbox, InboxRow
from synpunkt.http.models import MunicipalityOut
from synpunkt.letters import category_name
from synpunkt.lifecycle import Attention
from synpunkt.stores import items
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.incidents import Incident, IncidentStore
from synpunkt.texts import text

_NAMES: Mapping[AttentionName, Attention] = {
    "citizen_answered": Attention.CITIZEN_ANSWERED,
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
    person: str | None,
    attention: AttentionName | None,
    after: str | None,
    limit: int,
    language: str,
) -> Inbox:
    """A page of the cases of a municipality, of some units of it, or of one person there."""
    if person is not None:
        index, partitions = "mine", [items.mine_partition(municipality, person)]
    elif units:
        shards = range(items.LIST_SHARDS)
        found = [items.unit_partition(municipality, unit, shard) for unit in units for shard in shards]
        index, partitions = "unit", found
    else:
        index = "inbox"
        partitions = [items.inbox_partition(municipality, shard) for shard in range(items.LIST_SHARDS)]
    only = _NAMES[attention].value if attention else ""
    page = cases.list_desk(index, partitions, only=only, after=after, limit=limit)
    known = incidents.several([row["incident"] for row in page.rows if "incident" in row])
    rows = [inbox_row(row, str(row[f"{index}_sk"]), language, known) for row in page.rows]
    return Inbox(cases=rows, next=page.next)


def inbox_row(row: Mapping[str, Any], key: str, language: str, known: Mapping[str, Incident]) -> InboxRow:
    """A row of a list. `key`: its place there; `known`: the incidents its cases may belong to."""
    incident = known.get(row.get("incident", ""))
    if incident is not None and incident.municipality != row["municipality"]:
        # What it was about with cases of somebody else is not theirs to know.
        incident = None
    order, _, case_id = key.partition("#")
    attention = _ASKED[order[0]]
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
        photo_count=row["photo_count"],
        incident_id=incident.incident_id if incident else None,
        affected=max(incident.cases, 1) if incident else 1,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
