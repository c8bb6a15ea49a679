"""What is found by which word: an index of cases by the words of their masked texts, one for each municipality.

A row per case says exactly which postings of it there are: it is written in one transaction with them, under a lock of
its own. So the same event twice, or two in the wrong order, change nothing, and what a text no longer says is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ulid import ULID

from synpunkt.sandbox import LASTS, is_sandbox
from synpunkt.stores.dynamo import ConditionFailed, batch_get, client, from_wire, get_item, to_wire, transact

# With the row itself, what DynamoDB takes in one transaction.
_POSTINGS_A_WRITE = 99


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a case is found by, and in which municipality; `version`: of the case, whose words they are.

    `lock` counts the changes of this row. `numbers`: as `finding.number_key` makes them.
    """

    case_id: str
    municipality: str | None
    version: int
    stems: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    lock: int = 0

    @property
    def postings(self) -> tuple[str, ...]:
        """The partitions in which the case stands."""
        if self.municipality is None:
            return ()
        month = month_of(self.case_id)
        words = (_word_key(self.municipality, month, stem) for stem in self.stems)
        return (*words, *(_number_key(self.municipality, number) for number in self.numbers))


class Overtaken(Exception):
    """Somebody else has changed the row meanwhile; look again."""


def month_of(case_id: str) -> str:
    """The month a case was made in, UTC, as `2026-11`: its id says so."""
    return ULID.from_str(case_id).datetime.astimezone(UTC).strftime("%Y-%m")


def first_id(month: str) -> str:
    """An id that is before those of all cases made in that month, and after all those of earlier ones."""
    start = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    return str(ULID.from_datetime(start))[:10] + "0" * 16


class InsightStore:
    """Reads and writes the index. `table`: the name of the insight table."""

    def __init__(self, table: str) -> None:
        self.table = table
        self._known_months: set[tuple[str, str]] = set()

    def indexed(self, case_id: str) -> Indexed | None:
        """What the case is found by; `None` when it never was."""
        item = get_item(self.table, _row_key(case_id), "INDEX")
        return _indexed(item) if item else None

    def write(self, before: Indexed | None, wanted: Indexed) -> None:
        """Makes the case found by what is wanted, and by nothing else. `before`: its row as it was read.

        What is too much for one transaction takes several, after each of which row and postings agree. Raises
        `Overtaken` when the row is not `before` any more.
        """
        if wanted.municipality is not None and wanted.stems:
            self._note_month(wanted.municipality, month_of(wanted.case_id))
        lock = before.lock if before else 0
        for gone, new, state in _steps(before, wanted):
            puts = [self._put({**_posting(each, wanted), "expires_at": _expiry(wanted)}) for each in new]
            deletes = [{"Delete": {"TableName": self.table, "Key": to_wire(_posting(each, wanted))}} for each in gone]
            row = self._row(replace(state, lock=lock + 1), lock)
            try:
                transact([row, *deletes, *puts])
            except ConditionFailed as error:
                raise Overtaken from error
            lock += 1

    # ---- searching -------------------------------------------------------------------------------------------

    def months(self, municipality: str, *, until: str | None, at_most: int) -> tuple[str, ...]:
        """Months in which the municipality has cases that are found by words, newest first; not after `until`."""
        condition = "pk = :pk" + (" AND sk <= :until" if until else "")
        answer = client().query(
            TableName=self.table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=to_wire({":pk": _months_key(municipality), ":until": until}),
            ScanIndexForward=False,
            Limit=at_most,
        )
        return tuple(str(from_wire(row)["sk"]) for row in answer["Items"])

    def with_word(
        self, municipality: str, month: str, stem: str, *, before: str | None, at_most: int
    ) -> tuple[str, ...]:
        """Cases of that month with that word, newest first; `before`: a case id, exclusive."""
        return self._cases(_word_key(municipality, month, stem), before, at_most)

    def with_number(self, municipality: str, number: str, *, at_most: int) -> tuple[str, ...]:
        """Cases with that number, newest first."""
        return self._cases(_number_key(municipality, number), None, at_most)

    def rows(self, case_ids: Sequence[str]) -> Mapping[str, Indexed]:
        """What each of the cases is found by."""
        found = batch_get(self.table, [(_row_key(each), "INDEX") for each in case_ids])
        return {each.case_id: each for each in map(_indexed, found)}

    # ---- parts -----------------------------------------------------------------------------------------------

    def _cases(self, partition: str, before: str | None, at_most: int) -> tuple[str, ...]:
        answer = client().query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk" + (" AND sk < :before" if before else ""),
            ExpressionAttributeValues=to_wire({":pk": partition, ":before": before}),
            ScanIndexForward=False,
            Limit=at_most,
        )
        return tuple(str(from_wire(row)["sk"]) for row in answer["Items"])

    def _note_month(self, municipality: str, month: str) -> None:
        """So that a search knows where to look, and where to stop; never taken back, which costs one empty read."""
        if (municipality, month) not in self._known_months:
            client().put_item(TableName=self.table, Item=to_wire({"pk": _months_key(municipality), "sk": month}))
            self._known_months.add((municipality, month))

    def _put(self, item: Mapping[str, Any]) -> dict[str, Any]:
        return {"Put": {"TableName": self.table, "Item": to_wire(item)}}

    def _row(self, row: Indexed, lock: int) -> dict[str, Any]:
        put = self._put(
            {
                "pk": _row_key(row.case_id),
                "sk": "INDEX",
                "case_id": row.case_id,
                "municipality": row.municipality,
                "version": row.version,
                "stems": list(row.stems),
                "numbers": list(row.numbers),
                "lock": row.lock,
                "expires_at": _expiry(row),
            }
        )
        put["Put"]["ConditionExpression"] = "#lock = :lock" if lock else "attribute_not_exists(pk)"
        if lock:
            put["Put"] |= {
                "ExpressionAttributeNames": {"#lock": "lock"},
                "ExpressionAttributeValues": to_wire({":lock": lock}),
            }
        return put


def _steps(before: Indexed | None, wanted: Indexed) -> Iterator[tuple[list[str], list[str], Indexed]]:
    """Postings to take away and to add, with the row that is true after; the last row is the wanted one."""
    had, has = set(before.postings if before else ()), set(wanted.postings)
    gone, new = sorted(had - has), sorted(has - had)
    while len(gone) + len(new) > _POSTINGS_A_WRITE:
        now_gone, gone = gone[:_POSTINGS_A_WRITE], gone[_POSTINGS_A_WRITE:]
        room = _POSTINGS_A_WRITE - len(now_gone)
        now_new, new = new[:room], new[room:]
        had = (had - set(now_gone)) | set(now_new)
        # The words change hands only when nothing of the former municipality is left.
        of = before if before is not None and gone else wanted
        version = before.version if before else 0
        yield now_gone, now_new, replace(_only(of, had, before, wanted), version=version)
    yield gone, new, wanted


def _only(of: Indexed, postings: set[str], before: Indexed | None, wanted: Indexed) -> Indexed:
    """The row that says no more than those postings."""
    words = dict.fromkeys((*(before.stems if before else ()), *wanted.stems))
    numbers = dict.fromkeys((*(before.numbers if before else ()), *wanted.numbers))
    code, month = of.municipality, month_of(of.case_id)
    if code is None:
        return replace(of, stems=(), numbers=())
    return replace(
        of,
        stems=tuple(each for each in words if _word_key(code, month, each) in postings),
        numbers=tuple(each for each in numbers if _number_key(code, each) in postings),
    )


def _posting(partition: str, row: Indexed) -> Mapping[str, str]:
    return {"pk": partition, "sk": row.case_id}


def _expiry(row: Indexed) -> int | None:
    """When a made-up case is found no more, in epoch seconds; others are found for as long as they are kept."""
    if not is_sandbox(row.municipality):
        return None
    return int((ULID.from_str(row.case_id).datetime + LASTS).timestamp())


def _row_key(case_id: str) -> str:
    return f"I#{case_id}"


def _word_key(municipality: str, month: str, stem: str) -> str:
    return f"W#{municipality}#{month}#{stem}"


def _number_key(municipality: str, number: str) -> str:
    return f"N#{municipality}#{number}"


def _months_key(municipality: str) -> str:
    return f"M#{municipality}"


def _indexed(item: Mapping[str, Any]) -> Indexed:
    return Indexed(
        item["case_id"],
        item.get("municipality"),
        item["version"],
        tuple(item["stems"]),
        tuple(item["numbers"]),
        item["lock"],
    )
