"""The register of what has reached a municipality, as it goes out."""

from __future__ import annotations

from pydantic import BaseModel


class RegisterRow(BaseModel):
    """A case in the register. `received_on`, `closed_on`: days, Swedish time.

    `sender`: absent unless it was asked for. `status`: `open`, `closed`, or `left` when it is with somebody else;
    of one that went without being handed over, nothing more is told.
    """

    case_id: str
    reference: str
    received_on: str
    diary_number: str | None = None
    sender: str | None = None
    subject: str | None = None
    department: str | None = None
    status: str
    status_text: str
    outcome: str | None = None
    outcome_text: str | None = None
    closed_on: str | None = None


class RegisterPage(BaseModel):
    """A page of the register, the earliest first. `next`: for `after`, when more follow."""

    rows: list[RegisterRow]
    next: str | None = None
