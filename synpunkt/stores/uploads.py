"""Uploads: granted to a draft, then claimed by its report and judged by `photo`, in either order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from synpunkt.clock import to_iso
from synpunkt.lifecycle import Actor, Case
from synpunkt.stores.dynamo import ConditionFailed, from_wire, get_item, to_wire, transact
from synpunkt.stores.items import expiry_of

MAX_PER_DRAFT = 5
_LONGEST_ID = 64
_KEEP_UNCLAIMED = timedelta(days=7)


class UploadState(StrEnum):
    """How far an upload has come."""

    GRANTED = "granted"
    READY = "ready"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload. `draft`: hash of the key it was granted to; `case_id`: the case that claimed it.

    `by`, `said_with`: whose photo it is then, and the sequence of the entry it came with.
    """

    upload_id: str
    draft: str
    state: UploadState
    case_id: str | None = None
    reason: str | None = None
    width: int = 0
    height: int = 0
    by: Actor = Actor.CITIZEN
    said_with: int | None = None


class TooManyUploads(Exception):
    """The draft has been granted as many uploads as a report may have."""


class UploadStore:
    """Reads and writes uploads in the cases table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def grant(self, upload_id: str, draft: str, *, most: int = MAX_PER_DRAFT, now: datetime) -> None:
        """Records a grant. Raises `TooManyUploads` beyond `most` for one draft."""
        expires = int((now + _KEEP_UNCLAIMED).timestamp())
        counter = {
            "Update": {
                "TableName": self.table,
                "Key": to_wire({"pk": f"D#{draft}", "sk": "DRAFT"}),
                "UpdateExpression": "SET expires_at = :expires ADD granted :one",
                "ConditionExpression": "attribute_not_exists(granted) OR granted < :most",
                "ExpressionAttributeValues": to_wire({":expires": expires, ":one": 1, ":most": most}),
            }
        }
        upload = {
            "Put": {
                "TableName": self.table,
                "Item": to_wire(
                    {
                        **_key(upload_id),
                        "upload_id": upload_id,
                        "draft": draft,
                        "state": UploadState.GRANTED.value,
                        "created_at": to_iso(now),
                        "expires_at": expires,
                    }
                ),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }
        try:
            transact([counter, upload])
        except ConditionFailed as failed:
            raise TooManyUploads from failed

    def grant_to_case(
        self, upload_id: str, draft: str, case: Case, *, now: datetime, by: Actor, said_with: int | None
    ) -> Mapping[str, Any]:
        """The transaction item that grants an upload to a case that is there already, as for a photo in a mail."""
        item = {
            **_key(upload_id),
            "upload_id": upload_id,
            "draft": draft,
            "state": UploadState.GRANTED.value,
            "case_id": case.case_id,
            "by": by.value,
            "said_with": said_with,
            "created_at": to_iso(now),
            "expires_at": expiry_of(case),
        }
        return {
            "Put": {
                "TableName": self.table,
                "Item": to_wire(item),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def get(self, upload_id: str) -> Upload | None:
        """The upload as it stands; `None` when it was never granted or has expired."""
        # Longer than any id of ours, and maybe than any key may be.
        item = get_item(self.table, f"U#{upload_id}", "UPLOAD") if len(upload_id) <= _LONGEST_ID else None
        if item is None:
            return None
        return Upload(
            upload_id=item["upload_id"],
            draft=item["draft"],
            state=UploadState(item["state"]),
            case_id=item.get("case_id"),
            reason=item.get("reason"),
            width=item.get("width", 0),
            height=item.get("height", 0),
            by=Actor(item.get("by", Actor.CITIZEN)),
            said_with=item.get("said_with"),
        )

    def claim(
        self, upload: Upload, case: Case, *, by: Actor = Actor.CITIZEN, said_with: int | None = None
    ) -> Mapping[str, Any]:
        """The transaction item by which a case claims the upload, if it still is as `upload` says.

        It is kept as long as the case from then on; when it goes, its renditions follow (`photo.on_forgotten`).
        """
        expires = expiry_of(case)
        return {
            "Update": {
                "TableName": self.table,
                "Key": to_wire(_key(upload.upload_id)),
                "UpdateExpression": "SET case_id = :case, #by = :by"
                + (", said_with = :with" if said_with is not None else "")
                + (", expires_at = :expires" if expires else " REMOVE expires_at"),
                "ConditionExpression": "draft = :draft AND attribute_not_exists(case_id) AND #state = :state",
                "ExpressionAttributeNames": {"#state": "state", "#by": "by"},
                "ExpressionAttributeValues": to_wire(
                    {
                        ":case": case.case_id,
                        ":draft": upload.draft,
                        ":state": upload.state.value,
                        ":by": by.value,
                        ":with": said_with,
                        ":expires": expires,
                    }
                ),
            }
        }

    def judge(self, upload: Upload, verdict: Upload) -> Mapping[str, Any]:
        """The transaction item that records the verdict, if the upload still is as `upload` says."""
        if upload.case_id is None:
            condition, claimed_by = "attribute_not_exists(case_id)", None
        else:
            condition, claimed_by = "case_id = :case", upload.case_id
        return {
            "Update": {
                "TableName": self.table,
                "Key": to_wire(_key(upload.upload_id)),
                "UpdateExpression": "SET #state = :verdict, width = :width, height = :height"
                + (", reason = :reason" if verdict.reason else ""),
                "ConditionExpression": f"#state = :granted AND {condition}",
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": to_wire(
                    {
                        ":verdict": verdict.state.value,
                        ":width": verdict.width,
                        ":height": verdict.height,
                        ":reason": verdict.reason,
                        ":granted": UploadState.GRANTED.value,
                        ":case": claimed_by,
                    }
                ),
            }
        }

    def judge_unclaimed(self, upload: Upload, verdict: Upload) -> None:
        """Records the verdict on an upload that no report has claimed. Raises `ConditionFailed` if one just did."""
        transact([self.judge(upload, verdict)])


def upload_of(keys: Mapping[str, Any]) -> str:
    """The upload whose item has these keys (wire format)."""
    return str(from_wire(keys)["pk"]).removeprefix("U#")


def _key(upload_id: str) -> dict[str, str]:
    return {"pk": f"U#{upload_id}", "sk": "UPLOAD"}
