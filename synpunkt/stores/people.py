"""Contact data, apart from everything else: intake writes it, notify reads it, and whoever a case was handed over to
sees it through the desk when the reporter allowed that, each time written down. The sender of an incoming mail is
compared with the reporter by a keyed hash alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.stores.dynamo import client, from_wire, get_item, to_wire
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


class PeopleStore:
    """Reads and writes contact data. `table`: the name of the people table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def put(self, case_id: str, reporter: Reporter, hashes: Mapping[str, str], *, now: datetime) -> Mapping[str, Any]:
        """The transaction item that stores the reporter of a case; `hashes` find it again by e-mail or phone."""
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
        if item is None:
            return None
        return Reporter(
            language=item["language"],
            contact_by=item["contact_by"],
            name=item.get("name"),
            email=item.get("email"),
            phone=item.get("phone"),
            share_contact=bool(item.get("share_contact")),
        )

    def log_read(self, case_id: str, who: str, *, now: datetime) -> None:
        """Writes down that somebody is about to see the contact data of a case; under a key of its own, so that
        the right to write this is no right to change anything else."""
        item = {
            "pk": f"READ#{case_id}",
            "sk": f"{to_iso(now)}#{clock.new_id()}",
            "case_id": case_id,
            "who": who,
            "read_at": to_iso(now),
        }
        client().put_item(TableName=self.table, Item=to_wire(item), ConditionExpression="attribute_not_exists(pk)")
