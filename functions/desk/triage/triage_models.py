"""What the desk answers about triage, and what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, StringConstraints

from synpunkt.claims import Evidence
from synpunkt.clock import from_iso, to_iso
from synpunkt.http.incoming import Strict
from synpunkt.http.models import MunicipalityOut
from synpunkt.http.sources import Email, SourceIn
from synpunkt.letters import category_name
from synpunkt.lifecycle import TRIAGE_LIMIT, Case
from synpunkt.names import municipality_name
from synpunkt.texts import text


class TriageRow(BaseModel):
    """A case that nobody could be given. `owner`: who looks after it; `since`: when it came; `due`: its time limit."""

    case_id: str
    reference: str
    municipality: MunicipalityOut
    kind: str
    kind_name: str
    category: str | None = None
    category_name: str
    reason: Literal["unclaimed", "no_address", "exhausted", "timeout", "returned"]
    reason_text: str
    since: str
    owner: str | None = None
    due: str
    overdue: bool
    created_at: str

    @classmethod
    def of(cls, row: Mapping[str, Any], language: str, now: datetime) -> TriageRow:
        """A row of the triage index in words."""
        code, category, due = row["municipality"], row.get("category"), from_iso(row["triage_due"])
        reason = row["triage_reason"]
        return cls(
            case_id=row["case_id"],
            reference=row["reference"],
            municipality=MunicipalityOut.of(code, language),
            kind=row["kind"],
            kind_name=text(f"kind.{row['kind']}", language),
            category=category,
            category_name=category_name(category, language),
            reason=reason,
            reason_text=text(f"triage.{reason}", language, municipality=municipality_name(code, language)),
            since=to_iso(due - TRIAGE_LIMIT),
            owner=row.get("triage_owner"),
            due=row["triage_due"],
            overdue=due <= now,
            created_at=row["created_at"],
        )


class TriageList(BaseModel):
    """A page of the triage queue, the case reported first at the top. `next`: for `after`, when more follow."""

    cases: list[TriageRow]
    next: str | None = None


class TriageCase(BaseModel):
    """Where a case stands after what was done. `round`: which sending of it is under way."""

    case_id: str
    reference: str
    status: str
    municipality: str
    in_triage: bool
    owner: str | None = None
    round: int

    @classmethod
    def of(cls, case: Case) -> TriageCase:
        """The case in short."""
        return cls(
            case_id=case.case_id,
            reference=case.reference,
            status=case.status.value,
            municipality=case.municipality or "",
            in_triage=case.triage_reason is not None,
            owner=case.triage_owner,
            round=case.round,
        )


class CorrectionIn(Strict):
    """Where a case belongs. `municipality`: SCB code, four digits."""

    municipality: Annotated[str, StringConstraints(pattern=r"^\d{4}$")]


class AddressIn(Strict):
    """A registrar's address that was found, with the evidence for it."""

    mail: Email
    source: SourceIn
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class AddressOut(BaseModel):
    """The address in force, and who kept it when. What waited for it is being sent on."""

    municipality: MunicipalityOut
    mail: str
    by: str
    at: str

    @classmethod
    def of(cls, finding: Evidence, language: str) -> AddressOut:
        """The finding as it was kept."""
        return cls(
            municipality=MunicipalityOut.of(finding.municipality, language),
            mail=finding.value,
            by=finding.by,
            at=to_iso(finding.at),
        )
