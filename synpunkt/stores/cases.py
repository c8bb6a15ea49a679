"""The cases table: one case with its whole life, read in one query and changed in one transaction."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synpunkt.lifecycle import Case, Change, Entry, Photo, Text
from synpunkt.sandbox import is_test
from synpunkt.stores import items
from synpunkt.stores.dynamo import (
    Busy,
    ConditionFailed,
    batch_get,
    client,
    from_wire,
    get_item,
    query_all,
    to_wire,
    transact,
)

_TRIES = 8
# With filters, so many rows of a partition are looked at for one page.
_LOOKED_AT = 500
_COMPARED = {"from": ">=", "before": "<"}
_PLACE = "T#000001#place"
_DESCRIPTION = "T#000001#description"


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as it stands: head, timeline in order, texts and photos."""

    case: Case
    entries: tuple[Entry, ...]
    texts: tuple[Text, ...]
    photos: tuple[Photo, ...]

    def after(self, change: Change) -> CaseFile:
        """The case as that change makes it."""
        return CaseFile(
            change.case,
            (*self.entries, *change.entries),
            (*self.texts, *change.texts),
            (*self.photos, *change.photos),
        )

    def text(self, name: str) -> Text | None:
        """The first text of that name, such as `description`."""
        return next((each for each in self.texts if each.name == name), None)

    def photo(self, upload_id: str) -> Photo | None:
        """One of the case's photos."""
        return next((each for each in self.photos if each.upload_id == upload_id), None)

    def text_at(self, sequence: int, name: str) -> Text | None:
        """The text of that name that came with one entry, such as its `reason`."""
        return next((each for each in self.texts if (each.sequence, each.name) == (sequence, name)), None)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list. `next`: where the following page starts; `None` at the end."""

    rows: tuple[Mapping[str, Any], ...]
    next: str | None


class CaseStore:
    """Reads and writes cases. `table`: the name of the cases table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def load(self, case_id: str) -> CaseFile | None:
        """The whole case, read consistently; `None` when there is none."""
        return self._file(query_all(self.table, items.case_key(case_id)))

    def departments(self, case_id: str, *, until: int) -> Mapping[str, str]:
        """Which department had the case last in each municipality, up to the entry with that sequence."""
        rows = query_all(self.table, items.case_key(case_id), prefix="E#")
        had = (row for row in rows if row["sequence"] <= until and row.get("municipality") and row.get("department"))
        return {str(row["municipality"]): str(row["department"]) for row in had}

    def case_id_of(self, reference: str) -> str | None:
        """The case with that (normalised) reference."""
        item = get_item(self.table, f"R#{reference}", "REF")
        return item["case_id"] if item else None

    def write(self, change: Change | Sequence[Change], *extra: Mapping[str, Any]) -> None:
        """Writes a change, or several of one case in order, and `extra` transaction items, all or nothing.

        Raises `ConditionFailed` when somebody else was first; `extra` items have the first positions.
        """
        transact([*extra, *self._puts([change] if isinstance(change, Change) else change)])

    def apply(
        self,
        case_id: str,
        command: Callable[[CaseFile], Change | Sequence[Change] | None],
        *,
        extra: Callable[[], Iterable[Mapping[str, Any]]] = tuple,
    ) -> Case:
        """Runs an automated command on the case as it stands, again whenever somebody else was first.

        A command that answers `None` finds nothing left to do; several changes, each made on the one before, are
        written together. Raises `KeyError` when the case does not exist, `ConditionFailed` when one of the `extra`
        conditions fails, `Busy` after eight lost races.
        """
        for attempt in range(_TRIES):
            file = self.load(case_id)
            if file is None:
                raise KeyError(case_id)
            found = command(file)
            if not found:
                return file.case
            additions = list(extra())
            try:
                self.write(found, *additions)
            except ConditionFailed as failed:
                if any(position < len(additions) for position in failed.which):
                    raise
                time.sleep(random.uniform(0, 0.02 * 2**attempt))
            else:
                return found.case if isinstance(found, Change) else found[-1].case
        raise Busy

    def list_public(self, municipality: str, *, before: str | None, limit: int) -> Page:
        """Public cases of a municipality, newest first; `before`: a case id, exclusive."""
        partitions = [items.list_partition(municipality, shard) for shard in range(items.LIST_SHARDS)]
        return self._merged("by_municipality", "list", partitions, before, limit)

    def list_triage(self, *, after: str | None, limit: int) -> Page:
        """Cases that nobody could be given, the one reported first at the top; `after`: a case id, exclusive."""
        partitions = [items.triage_partition(shard) for shard in range(items.LIST_SHARDS)]
        return self._merged("triage", "triage", partitions, after, limit, newest_first=False)

    def list_waiting(self, municipality: str, *, after: str | None, limit: int) -> tuple[str, ...]:
        """Ids of the cases that wait for a municipality that has not joined, oldest first; `after`: exclusive."""
        found: list[str] = []
        for shard in range(items.LIST_SHARDS):
            answer = client().query(
                TableName=self.table,
                IndexName="waiting",
                KeyConditionExpression="waiting_pk = :pk" + (" AND waiting_sk > :after" if after else ""),
                ExpressionAttributeValues=to_wire(
                    {":pk": items.waiting_partition(municipality, shard), ":after": after}
                ),
                Limit=limit,
            )
            found.extend(str(from_wire(row)["waiting_sk"]) for row in answer["Items"])
        return tuple(sorted(found)[:limit])

    def list_desk(
        self,
        index: str,
        partitions: Sequence[str],
        *,
        only: str,
        after: str | None,
        limit: int,
        where: Mapping[str, str] | None = None,
    ) -> Page:
        """What those who have cases have to do, the most pressing first: one query a partition, however many there are.

        `index`: `inbox`, `unit` or `mine`; `only`: an `Attention`, or nothing; `after`: `next` of the page before.
        `where`: fields that must have a value, `priority` among them, and `from` and `before` for when the case was
        made. So many rows of each partition are looked at; a page may be empty, then, with more to come after it.
        """
        rows: list[dict[str, Any]] = []
        seen_to: list[str] = []
        for partition in partitions:
            found, end = self._looked_through(index, partition, only=only, after=after, limit=limit, where=where or {})
            rows += found
            if end is not None:
                seen_to.append(end)
        # Beyond where the shortest look ended, a more pressing case of that partition may still come.
        last = min(seen_to, default=None)
        rows = [row for row in rows if last is None or str(row[f"{index}_sk"]) <= last]
        rows.sort(key=lambda row: str(row[f"{index}_sk"]))
        page = rows[:limit]
        return Page(tuple(page), str(page[-1][f"{index}_sk"]) if len(rows) > limit else last)

    def _looked_through(
        self, index: str, partition: str, *, only: str, after: str | None, limit: int, where: Mapping[str, str]
    ) -> tuple[list[dict[str, Any]], str | None]:
        """What one query finds, and where it ended; `None` when there is nothing behind it."""
        key = f"{index}_sk"
        # Between is both ends included: no key is as low as its bound, and the one begun after is left out below.
        values = {":pk": partition, ":low": max(after or "", only or " "), ":high": f"{only}~"}
        query: dict[str, Any] = {
            "TableName": self.table,
            "IndexName": index,
            "KeyConditionExpression": f"{index}_pk = :pk AND {key} BETWEEN :low AND :high",
            # One more than asked tells whether there is a next page; one more still, since `after` is among them.
            "Limit": _LOOKED_AT if where else limit + 2,
        }
        if str(values[":low"]) > str(values[":high"]):
            return [], None
        # It stands in the key, which no filter of DynamoDB's may name.
        wanted = where.get("priority")
        fields = sorted((field, value) for field, value in where.items() if field != "priority")
        if fields:
            conditions, names = [], {}
            for number, (field, value) in enumerate(fields):
                values[f":f{number}"] = value
                names[f"#f{number}"] = "created_at" if field in _COMPARED else field
                conditions.append(f"#f{number} {_COMPARED.get(field, '=')} :f{number}")
            query |= {"FilterExpression": " AND ".join(conditions), "ExpressionAttributeNames": names}
        answer = client().query(**query, ExpressionAttributeValues=to_wire(values))
        end = answer.get("LastEvaluatedKey")
        rows = [row for row in map(from_wire, answer["Items"]) if row[key] != after]
        if wanted is not None:
            rows = [row for row in rows if items.priority_of(row[key]).value == wanted]
        return rows, str(from_wire(end)[key]) if end else None

    def places(self, case_ids: Sequence[str]) -> Mapping[str, Text]:
        """Where each of the cases is, in the reporter's words; those that have some."""
        rows = batch_get(self.table, [(items.case_key(each), _PLACE) for each in case_ids])
        return {str(row["pk"]).removeprefix(items.case_key("")): items.text_of(row) for row in rows}

    def list_register(self, municipality: str, *, first: str, last: str, after: str | None, limit: int) -> Page:
        """What reached a municipality on days from `first` to `last`, the earliest first: keys of cases alone.

        `after`: `next` of the page before.
        """
        rows: list[dict[str, Any]] = []
        for shard in range(items.LIST_SHARDS):
            answer = client().query(
                TableName=self.table,
                IndexName="register",
                KeyConditionExpression="register_pk = :pk AND register_sk BETWEEN :first AND :last",
                ExpressionAttributeValues=to_wire(
                    {
                        ":pk": items.register_partition(municipality, shard),
                        ":first": max(first, after or ""),
                        ":last": f"{last}~",
                    }
                ),
                # Two more than asked: one tells whether there is a next page, and BETWEEN includes `after`.
                Limit=limit + 2,
            )
            rows.extend(map(from_wire, answer["Items"]))
        rows = sorted((row for row in rows if row["register_sk"] != after), key=lambda row: str(row["register_sk"]))
        page = rows[:limit]
        return Page(tuple(page), page[-1]["register_sk"] if len(rows) > limit else None)

    def list_closed(self, municipality: str, category: str, *, since: str, limit: int) -> tuple[str, ...]:
        """Ids of what a municipality has done about a category since a moment, the latest first."""
        answer = client().query(
            TableName=self.table,
            IndexName="closed",
            KeyConditionExpression="closed_pk = :pk AND closed_sk >= :since",
            ExpressionAttributeValues=to_wire({":pk": items.closed_partition(municipality, category), ":since": since}),
            ScanIndexForward=False,
            Limit=limit,
        )
        return tuple(str(from_wire(row)["closed_sk"]).partition("#")[2] for row in answer["Items"])

    def case_ids_of(self, references: Sequence[str]) -> Mapping[str, str]:
        """The cases with those (normalised) references; the ones that exist."""
        rows = batch_get(self.table, [(f"R#{each}", "REF") for each in references])
        return {str(row["pk"]).removeprefix("R#"): str(row["case_id"]) for row in rows}

    def beginnings(self, case_ids: Sequence[str]) -> list[CaseFile]:
        """Those of the cases that exist, as far as a list shows them: head, first words, first photo, and no timeline.

        In the order asked for; three reads for at most fifty.
        """
        heads = {each.case_id: each for each in self.heads(case_ids)}
        begun = [(items.case_key(each), sk) for each in heads for sk in (_DESCRIPTION, _PLACE)]
        shown = [(items.case_key(each.case_id), f"P#{each.first_photo}") for each in heads.values() if each.first_photo]
        texts: dict[str, list[Text]] = {}
        for row in batch_get(self.table, begun):
            texts.setdefault(str(row["pk"]), []).append(items.text_of(row))
        photos = {str(row["pk"]): items.photo_of(row) for row in batch_get(self.table, shown)}
        keys = {each: items.case_key(each) for each in case_ids if each in heads}
        return [
            CaseFile(heads[each], (), tuple(texts.get(key, ())), (photos[key],) if key in photos else ())
            for each, key in keys.items()
        ]

    def heads(self, case_ids: Sequence[str]) -> tuple[Case, ...]:
        """The heads of those cases, in no order; the ones that exist."""
        return tuple(items.case_of(row) for row in self.rows(case_ids))

    def rows(self, case_ids: Sequence[str]) -> list[dict[str, Any]]:
        """The heads of those cases as they are kept, with their places in the lists; one read for at most a hundred."""
        return batch_get(self.table, [(items.case_key(each), "HEAD") for each in case_ids])

    def _merged(
        self,
        index: str,
        prefix: str,
        partitions: Sequence[str],
        start: str | None,
        limit: int,
        *,
        newest_first: bool = True,
    ) -> Page:
        rows: list[dict[str, Any]] = []
        beyond = f" AND {prefix}_sk {'<' if newest_first else '>'} :start" if start else ""
        for partition in partitions:
            answer = client().query(
                TableName=self.table,
                IndexName=index,
                KeyConditionExpression=f"{prefix}_pk = :pk" + beyond,
                ExpressionAttributeValues=to_wire({":pk": partition, ":start": start}),
                ScanIndexForward=not newest_first,
                Limit=limit + 1,
            )
            rows.extend(map(from_wire, answer["Items"]))
        rows.sort(key=lambda row: str(row[f"{prefix}_sk"]), reverse=newest_first)
        page = rows[:limit]
        return Page(tuple(page), page[-1][f"{prefix}_sk"] if len(rows) > limit else None)

    def _puts(self, changes: Sequence[Change]) -> list[dict[str, Any]]:
        case, before = changes[-1].case, changes[0].before
        head = self._put(items.head_item(case))
        if before is None:
            head["Put"]["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            head["Put"]["ConditionExpression"] = "version = :version"
            head["Put"]["ExpressionAttributeValues"] = to_wire({":version": before.version})
        line = items.register_item(case)
        known = before is not None and line == items.register_item(before)
        due = {each.what: each for change in changes for each in change.due}
        puts = [
            head,
            *(self._put_new(items.history_item(change)) for change in changes),
            *(self._put_new(items.entry_item(change.case, entry)) for change in changes for entry in change.entries),
            *(self._put_new(items.text_item(case.case_id, text)) for change in changes for text in change.texts),
            *(self._put_new(items.photo_item(case.case_id, photo)) for change in changes for photo in change.photos),
            *(self._put(_altered_item(case.case_id, each)) for change in changes for each in change.altered),
            # What is made up is late for nobody.
            *(self._put(items.due_item(case, each)) for each in due.values() if not is_test(case)),
            *([self._put(line)] if line and not known else []),
        ]
        for put in puts if is_test(case) else ():
            put["Put"]["Item"] |= to_wire({"expires_at": items.expiry_of(case)})
        return puts

    def _put(self, item: Mapping[str, Any]) -> dict[str, Any]:
        return {"Put": {"TableName": self.table, "Item": to_wire(item)}}

    def _put_new(self, item: Mapping[str, Any]) -> dict[str, Any]:
        put = self._put(item)
        put["Put"]["ConditionExpression"] = "attribute_not_exists(pk)"
        return put

    @staticmethod
    def _file(rows: Iterable[Mapping[str, Any]]) -> CaseFile | None:
        case: Case | None = None
        entries: list[Entry] = []
        texts: list[Text] = []
        photos: list[Photo] = []
        for row in rows:
            match str(row["sk"]).split("#")[0]:
                case "HEAD":
                    case = items.case_of(row)
                case "E":
                    entries.append(items.entry_of(row))
                case "T":
                    texts.append(items.text_of(row))
                case "P":
                    photos.append(items.photo_of(row))
        return CaseFile(case, tuple(entries), tuple(texts), tuple(photos)) if case else None


def _altered_item(case_id: str, altered: Text | Photo) -> dict[str, Any]:
    return items.text_item(case_id, altered) if isinstance(altered, Text) else items.photo_item(case_id, altered)
