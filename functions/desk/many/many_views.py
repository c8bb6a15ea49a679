"""What became of many cases, as it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.desk.cases.departments import knows, within
from functions.desk.cases.inbox import row_elsewhere, rows_of
from functions.desk.cases.photo_links import PhotoLinks
from functions.desk.many.incidents import Incidents
from functions.desk.many.many_models import BulkOut, BulkUndone, IncidentOut, IncidentReplyOut, Refused
from synpunkt.clock import to_iso
from synpunkt.identity import Caller
from synpunkt.letters import category_name
from synpunkt.stores.bulks import Bulk, BulkState
from synpunkt.stores.incidents import Incident, Member
from synpunkt.stores.items import case_of, incident_partition
from synpunkt.texts import text


def bulk_out(bulk: Bulk, language: str) -> BulkOut:
    """What happens to each case; of one that was undone, nothing."""
    waiting = bulk.state is BulkState.WAITING
    undone = bulk.state is BulkState.UNDONE
    return BulkOut(
        bulk_id=bulk.bulk_id,
        act=bulk.act,
        waiting=waiting,
        send_at=to_iso(bulk.send_at) if waiting else None,
        done=[] if undone else [each for each in bulk.case_ids if each not in bulk.refused],
        refused=_refused(bulk.refused, language),
    )


def undone_out(bulk: Bulk, found: Mapping[str, str | None], language: str) -> BulkUndone:
    """Which cases are as before, and which are not."""
    kept = {case_id: code for case_id, code in found.items() if code is not None}
    return BulkUndone(
        bulk_id=bulk.bulk_id,
        undone=[case_id for case_id, code in found.items() if code is None],
        kept=_refused(kept, language),
    )


def incident_out(
    incidents: Incidents,
    incident: Incident,
    caller: Caller,
    after: str | None,
    limit: int,
    language: str,
    links: PhotoLinks,
) -> IncidentOut:
    """A page of the cases of an incident that the caller may know of: the index, and the heads of it in one read."""
    members = incidents.store.members(incident, after=after, limit=limit)
    rows = incidents.cases.rows([each.case_id for each in members])
    # The index follows the cases at a distance: where a case belongs now, its head knows.
    partition = incident_partition(incident.municipality, incident.incident_id)
    theirs = (row for row in rows if row.get("incident_pk") == partition)
    heads = {row["case_id"]: _seen(caller, row) for row in theirs if knows(caller, case_of(row))}
    found = [heads[each.case_id] for each in members if each.case_id in heads]
    first = found[0] if found else {}
    return IncidentOut(
        incident_id=incident.incident_id,
        title=incident.title or category_name(first.get("category"), language, first.get("routing")),
        municipality=incident.municipality,
        count=incident.cases,
        followers=incident.followers,
        cases=rows_of(incidents.cases, incidents.store, found, "inbox", language, links),
        next=members[-1].key if len(members) == limit else None,
    )


def _seen(caller: Caller, row: Mapping[str, Any]) -> Mapping[str, Any]:
    case = case_of(row)
    if within(caller, case):
        return row
    # That it belongs to this happening is known to whoever asks for its cases.
    return {**row_elsewhere(case, "inbox"), "incident": case.incident}


def reply_out(bulk: Bulk, incident: Incident, members: Sequence[Member], language: str) -> IncidentReplyOut:
    """How many get the answer, and how many do not."""
    reached = len(members) if bulk.with_private else sum(each.public for each in members)
    left_out = len(members) - reached
    values = {"n": reached, "followers": incident.followers, "left_out": left_out}
    key = "incident.reply_left_out" if left_out else "incident.reply"
    return IncidentReplyOut(
        bulk_id=bulk.bulk_id,
        send_at=to_iso(bulk.send_at),
        cases=reached,
        followers=incident.followers,
        left_out=left_out,
        elsewhere=max(incident.cases - len(members), 0),
        sentence=text(key, language, **values),
    )


def _refused(codes: Mapping[str, str], language: str) -> list[Refused]:
    return [
        Refused(case_id=case_id, code=code, detail=text(f"problem.{code}.detail", language))
        for case_id, code in codes.items()
    ]
