"""Contact data, apart from everything else: intake writes it, notify reads it, and those who have a case see it through
the desk, each time written down; whoever it was handed over to only when the reporter allowed that. The sender of an
incoming mail is compared with the reporter by a keyed hash alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from synpunkt import clock
from synpunkt.clock import from_iso, to_iso
from synpunkt.stores.dynamo import batch_get, client, from_wire, get_item, to_wire
from synpunkt.stores.items import case_key


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported and how to reach them. `contact_by`: email, sms or none.

    `share_contact`: whether those who get the case from somebody else may see it.
    """

    language: str
    contact_by: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    share_contact: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A showing of contact data. `by`: the id of a key or person, or what a link was for; `how`: `desk` or `link`.

    `holder`: who had the case then, as text.
    """

    at: datetime
    by: str
    how: str
    holder: str


class PeopleStore:
    """Reads and writes contact data. `table`: the name of the people table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def put(
        self,
        case_id: str,
        reporter: Reporter,
        hashes: Mapping[str, str],
        *,
        now: datetime,
        expires_at: int | None = None,
    ) -> Mapping[str, Any]:
        """The transaction item that stores the reporter of a case; `hashes` find it again by e-mail or phone.

        `expires_at`: when it is forgotten by itself, in epoch seconds.
        """
        item = {
            "pk": case_key(case_id),
            "sk": "REPORTER",
            "name": reporter.name,
            "email": reporter.email,
            "phone": reporter.phone,
            "language": reporter.language,
            "contact_by": reporter.contact_by,
            "share_contact": reporter.share_contact,
            "created_at": to_iso(now),
            "expires_at": expires_at,
            **hashes,
        }
        return {
            "Put": {
                "TableName": self.table,
                "Item": to_wire(item),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def email_hash(self, case_id: str) -> str | None:
        """The keyed hash of the reporter's e-mail address; nothing else of them is read."""
        answer = client().get_item(
            TableName=self.table,
            Key=to_wire({"pk": case_key(case_id), "sk": "REPORTER"}),
            ProjectionExpression="email_hash",
            ConsistentRead=True,
        )
        found = from_wire(answer["Item"]).get("email_hash") if "Item" in answer else None
        return str(found) if found else None

    def mail_language(self, case_id: str) -> str | None:
        """The language in which the reporter would get a mail; `None` when they would get none. Reads no address."""
        answer = client().get_item(
            TableName=self.table,
            Key=to_wire({"pk": case_key(case_id), "sk": "REPORTER"}),
            ProjectionExpression="email_hash, contact_by, #language",
            ExpressionAttributeNames={"#language": "language"},
            ConsistentRead=True,
        )
        found = from_wire(answer["Item"]) if "Item" in answer else {}
        return str(found["language"]) if found.get("email_hash") and found["contact_by"] != "none" else None

    def reporter(self, case_id: str) -> Reporter | None:
        """The reporter of a case; `None` when they left nothing or it has been erased."""
        item = get_item(self.table, case_key(case_id), "REPORTER")
        return _reporter(item) if item else None

    def reporters(self, case_ids: Sequence[str]) -> Mapping[str, Reporter]:
        """The reporters of those cases, by case; the ones who left something."""
        rows = batch_get(self.table, [(case_key(each), "REPORTER") for each in case_ids])
        return {str(row["pk"]).removeprefix("C#"): _reporter(row) for row in rows}

    def log_export(self, municipality: str, who: str, what: str, case_ids: Sequence[str], *, now: datetime) -> None:
        """Writes down that somebody is about to get a list with names in it, of which cases, and what they asked for;
        one line a page."""
        item = {
            "pk": f"READ#register:{municipality}",
            "sk": f"{to_iso(now)}#{clock.new_id()}",
            "who": who,
            "what": what,
            "cases": list(case_ids),
            "count": len(case_ids),
            "read_at": to_iso(now),
        }
        client().put_item(TableName=self.table, Item=to_wire(item), ConditionExpression="attribute_not_exists(pk)")

    def log_read(self, case_id: str, read: Read) -> None:
        """Writes down that somebody is about to see the contact data of a case; under a key of its own, so that
        the right to write this is no right to change anything else."""
        item = {
            "pk": _reads(case_id),
            "sk": f"{to_iso(read.at)}#{clock.new_id()}",
            "case_id": case_id,
            "who": read.by,
            "how": read.how,
            "holder": read.holder,
            "read_at": to_iso(read.at),
        }
        client().put_item(TableName=self.table, Item=to_wire(item), ConditionExpression="attribute_not_exists(pk)")

    def reads(self, case_id: str, *, limit: int) -> list[Read]:
        """Who saw the contact data of a case, newest first."""
        answer = client().query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_wire({":pk": _reads(case_id)}),
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=limit,
        )
        rows = map(from_wire, answer["Items"])
        return [Read(from_iso(row["read_at"]), row["who"], row["how"], row["holder"]) for row in rows]


def _reads(case_id: str) -> str:
    return f"READ#{case_id}"


def _reporter(item: Mapping[str, Any]) -> Reporter:
    return Reporter(
        language=item["language"],
        contact_by=item["contact_by"],
        name=item.get("name"),
        email=item.get("email"),
        phone=item.get("phone"),
        share_contact=bool(item.get("share_contact")),
    )
