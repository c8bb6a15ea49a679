"""Claims and invitations: who joins, and whoever administrates for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from synpunkt.claims import Agreement, Claim, ClaimRefusal, ClaimState, Proof, Verdict
from synpunkt.clock import from_iso, to_iso
from synpunkt.identity import Scope
from synpunkt.sandbox import is_sandbox
from synpunkt.stores.dynamo import ConditionFailed, client, from_wire, get_item, to_wire, transact

_CLAIMS = "CLAIMS"
# A claim that came to nothing is forgotten; one that was approved is the record of an agreement and stays.
_KEEP_AFTER = timedelta(days=90)
_KEEP_COUNTS = timedelta(days=3)


class LimitReached(Exception):
    """As many as there may be in a day."""


class Changed(Exception):
    """Somebody else changed it meanwhile; read it again."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An address that may fetch a key, once, until it expires or another replaces it. `scopes`: what the key may do."""

    invitation_id: str
    municipality: str
    email: str
    name: str
    by: str
    expires: datetime
    scopes: tuple[Scope, ...]
    used_at: str | None = None
    revoked_at: str | None = None


class ClaimStore:
    """Reads and writes claims and invitations. `table`: the name of the registry table."""

    def __init__(self, table: str) -> None:
        self.table = table

    # ---- claims --------------------------------------------------------------------------------------------------

    def put(self, claim: Claim) -> None:
        """Keeps a new claim."""
        transact([self._put(_claim_item(claim), "attribute_not_exists(pk)")])

    def claim(self, claim_id: str) -> Claim | None:
        """The claim with that id."""
        item = get_item(self.table, _CLAIMS, claim_id)
        return _claim_of(item) if item else None

    def claims(self, *, at_most: int) -> tuple[Claim, ...]:
        """The newest claims, the newest first."""
        answer = client().query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_wire({":pk": _CLAIMS}),
            ScanIndexForward=False,
            Limit=at_most,
        )
        return tuple(_claim_of(from_wire(each)) for each in answer["Items"])

    def save(self, before: Claim, after: Claim) -> None:
        """Writes the claim as it is now. Raises `Changed` when somebody else was first."""
        try:
            transact([self._changing(before, after)])
        except ConditionFailed as failed:
            raise Changed from failed

    def join(self, before: Claim, after: Claim, *, topic_arn: str, now: datetime) -> None:
        """The approved claim and the municipality's profile in one: it has joined, or nothing has happened.

        Raises `ClaimRefusal` when the municipality has joined already, and `Changed` when somebody else was first.
        """
        profile = {
            "TableName": self.table,
            "Key": to_wire({"pk": f"M#{after.municipality}", "sk": "PROFILE"}),
            "UpdateExpression": (
                "SET code = :code, claimed = :yes, topic_arn = :topic, registrar_mail = :mail,"
                " registrar_mail_verified = :yes, claimed_at = :now, claim_id = :claim"
            ),
            "ConditionExpression": "attribute_not_exists(claimed) OR claimed = :no",
            "ExpressionAttributeValues": to_wire(
                {
                    ":code": after.municipality,
                    ":yes": True,
                    ":no": False,
                    ":topic": topic_arn,
                    ":mail": after.email,
                    ":now": to_iso(now),
                    ":claim": after.claim_id,
                }
            ),
        }
        try:
            transact([self._changing(before, after), {"Update": profile}])
        except ConditionFailed as failed:
            if 0 in failed.which:
                raise Changed from failed
            raise ClaimRefusal("already_claimed") from failed

    def is_claimed(self, code: str) -> bool:
        """Whether the municipality has joined; a sandbox has, and nobody joins it."""
        if is_sandbox(code):
            return True
        item = get_item(self.table, f"M#{code}", "PROFILE")
        return bool(item and item.get("claimed"))

    # ---- limits --------------------------------------------------------------------------------------------------

    def count(self, *what: str, at_most: int, now: datetime) -> None:
        """Counts one more of each, today. Raises `LimitReached`, and counts nothing, when one would be too many."""
        day = to_iso(now)[:10]
        updates = [
            {
                "Update": {
                    "TableName": self.table,
                    "Key": to_wire({"pk": f"LIMIT#{each}", "sk": day}),
                    "UpdateExpression": "SET made = if_not_exists(made, :none) + :one, expires_at = :expires",
                    "ConditionExpression": "attribute_not_exists(made) OR made < :most",
                    "ExpressionAttributeValues": to_wire(
                        {":none": 0, ":one": 1, ":most": at_most, ":expires": int((now + _KEEP_COUNTS).timestamp())}
                    ),
                }
            }
            for each in what
        ]
        try:
            transact(updates)
        except ConditionFailed as failed:
            raise LimitReached from failed

    # ---- invitations ---------------------------------------------------------------------------------------------

    def invite(self, invitation: Invitation, *, now: datetime) -> Invitation:
        """Keeps an invitation, and revokes the one before to the same address; one that is kept already stays as it is.

        Raises `Changed` when somebody else invited the same address at the same time.
        """
        if found := self.invitation(invitation.invitation_id):
            return found
        pointer_key = {"pk": f"INVITES#{invitation.municipality}", "sk": invitation.email}
        before = get_item(self.table, pointer_key["pk"], pointer_key["sk"])
        pointer = self._put({**pointer_key, "invitation_id": invitation.invitation_id}, "attribute_not_exists(pk)")
        items = [self._put(_invitation_item(invitation), "attribute_not_exists(pk)"), pointer]
        if before is not None:
            pointer["Put"]["ConditionExpression"] = "invitation_id = :before"
            pointer["Put"]["ExpressionAttributeValues"] = to_wire({":before": before["invitation_id"]})
            items.append(self._marking(before["invitation_id"], "revoked_at", now, "attribute_exists(pk)"))
        try:
            transact(items)
        except ConditionFailed as failed:
            raise Changed from failed
        return invitation

    def invitation(self, invitation_id: str) -> Invitation | None:
        """The invitation with that id."""
        item = get_item(self.table, f"INVITE#{invitation_id}", "INVITE")
        return _invitation_of(item) if item else None

    def use(self, invitation: Invitation, *also: Mapping[str, Any], now: datetime) -> None:
        """Uses the invitation and writes `also`, all or nothing. Raises `Changed` when it is worth nothing any more."""
        unused = "attribute_not_exists(used_at) AND attribute_not_exists(revoked_at)"
        try:
            transact([self._marking(invitation.invitation_id, "used_at", now, unused), *also])
        except ConditionFailed as failed:
            raise Changed from failed

    def _marking(self, invitation_id: str, what: str, now: datetime, condition: str) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self.table,
                "Key": to_wire({"pk": f"INVITE#{invitation_id}", "sk": "INVITE"}),
                "UpdateExpression": f"SET {what} = :now",
                "ConditionExpression": condition,
                "ExpressionAttributeValues": to_wire({":now": to_iso(now)}),
            }
        }

    def _changing(self, before: Claim, after: Claim) -> dict[str, Any]:
        put = self._put(_claim_item(after), "version = :version")
        put["Put"]["ExpressionAttributeValues"] = to_wire({":version": before.version})
        return put

    def _put(self, item: Mapping[str, Any], condition: str) -> dict[str, Any]:
        return {"Put": {"TableName": self.table, "Item": to_wire(item), "ConditionExpression": condition}}


def _claim_item(claim: Claim) -> dict[str, Any]:
    proof, agreement, verdict = claim.proof, claim.agreement, claim.verdict
    forgotten = int((claim.open_until + _KEEP_AFTER).timestamp())
    return {
        "pk": _CLAIMS,
        "sk": claim.claim_id,
        "municipality": claim.municipality,
        "name": claim.name,
        "email": claim.email,
        "role": claim.role,
        "language": claim.language,
        "dns_token": claim.dns_token,
        "begun_at": to_iso(claim.begun_at),
        "open_until": to_iso(claim.open_until),
        "state": claim.state.value,
        "version": claim.version,
        "link": claim.link,
        "proof": proof
        and {
            "how": proof.how,
            "value": proof.value,
            "source": proof.source,
            "recorded_by": proof.recorded_by,
            "at": to_iso(proof.at),
        },
        "agreement": agreement
        and {
            "version": agreement.version,
            "digest": agreement.digest,
            "name": agreement.name,
            "title": agreement.title,
            "at": to_iso(agreement.at),
        },
        "verdict": verdict and {"by": verdict.by, "reason": verdict.reason, "at": to_iso(verdict.at)},
        "followed_up": claim.followed_up,
        "expires_at": None if claim.state is ClaimState.APPROVED else forgotten,
    }


def _claim_of(item: Mapping[str, Any]) -> Claim:
    proof, agreement, verdict = item.get("proof"), item.get("agreement"), item.get("verdict")
    return Claim(
        claim_id=item["sk"],
        municipality=item["municipality"],
        name=item["name"],
        email=item["email"],
        role=item["role"],
        language=item["language"],
        dns_token=item["dns_token"],
        begun_at=from_iso(item["begun_at"]),
        open_until=from_iso(item["open_until"]),
        state=ClaimState(item["state"]),
        version=item["version"],
        link=item["link"],
        proof=Proof(**{**proof, "at": from_iso(proof["at"])}) if proof else None,
        agreement=Agreement(**{**agreement, "at": from_iso(agreement["at"])}) if agreement else None,
        verdict=Verdict(**{**verdict, "at": from_iso(verdict["at"])}) if verdict else None,
        followed_up=item["followed_up"],
    )


def _invitation_item(invitation: Invitation) -> dict[str, Any]:
    return {
        "pk": f"INVITE#{invitation.invitation_id}",
        "sk": "INVITE",
        "invitation_id": invitation.invitation_id,
        "municipality": invitation.municipality,
        "email": invitation.email,
        "name": invitation.name,
        "by": invitation.by,
        "scopes": [each.value for each in invitation.scopes],
        "expires": to_iso(invitation.expires),
        "expires_at": int((invitation.expires + _KEEP_AFTER).timestamp()),
    }


def _invitation_of(item: Mapping[str, Any]) -> Invitation:
    return Invitation(
        item["invitation_id"],
        item["municipality"],
        item["email"],
        item["name"],
        item["by"],
        from_iso(item["expires"]),
        tuple(map(Scope, item["scopes"])),
        item.get("used_at"),
        item.get("revoked_at"),
    )
