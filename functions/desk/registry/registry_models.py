"""What the registry's editor and a joining municipality send, and what they are answered."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from synpunkt.http import FieldError
from synpunkt.http.incoming import Strict, one_line
from synpunkt.http.sources import Email, Source
from synpunkt.responsibility.shared_domains import is_shared
from synpunkt.stores.areas import Upload

# A name or a title as people have them. It stands in mails to a town hall, so nothing that could be an address or an
# offer fits in.
_NAME = re.compile(r"[^\W\d_]+(?:[ '’().,&/-]+[^\W\d_]+)*[.)]?")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")


def _plain_words(value: str) -> str:
    if not _NAME.fullmatch(value) or "//" in value or re.search(r"\.\w", value):
        raise PydanticCustomError("plain_words", "only words")
    return value


def _domain(value: str) -> str:
    lowered = value.lower().rstrip(".")
    if not _DOMAIN.fullmatch(lowered) or is_shared(lowered):
        raise PydanticCustomError("domain", "not a domain")
    return lowered


PlainWords = Annotated[str, BeforeValidator(one_line), Field(min_length=1, max_length=60), AfterValidator(_plain_words)]
Code = Annotated[str, Field(pattern=r"^\d{4}$", description="SCB code, four digits")]
Note = Annotated[str, BeforeValidator(one_line), Field(min_length=1, max_length=500)]
Domain = Annotated[str, Field(max_length=253), AfterValidator(_domain)]
Unit = Annotated[str, Field(pattern=r"^(body:)?[a-z][a-z0-9_-]{0,63}$", description="a department, or `body:<id>`")]


# ---- the registry ----------------------------------------------------------------------------------------------------


class Found(FieldError):
    """Something a document says that does not fit. `level`: errors stop a publication, warnings are to be judged."""

    level: Literal["error", "warning"]


class LintOut(BaseModel):
    """Whether a document can be put in force, and what there is to say of it."""

    publishable: bool
    findings: list[Found]


class AreaOut(BaseModel):
    """The shape of a sub-area as it was uploaded. `crs`: the reference system of the file; `vertices`: its points."""

    area: str
    file: str
    author: str
    at: str
    crs: str
    vertices: int
    sha256: str

    @classmethod
    def of(cls, upload: Upload) -> AreaOut:
        """The upload as others see it."""
        return cls(
            area=upload.area,
            file=upload.file,
            author=upload.author,
            at=upload.at,
            crs=upload.crs,
            vertices=upload.vertices,
            sha256=upload.sha256,
        )


class AreaList(BaseModel):
    """The sub-areas that have a shape, as the next publication takes them."""

    areas: list[AreaOut]


class MoveOut(BaseModel):
    """Cases that would go elsewhere."""

    before: str
    after: str
    rule: str
    references: list[str]


class DryRunOut(BaseModel):
    """What a document would have changed for the newest public cases."""

    tried: int
    moved: int
    moves: list[MoveOut]


class PublishedOut(BaseModel):
    """The version in force from now on, and what is different in it."""

    version: int
    changes: list[str]


class VersionOut(BaseModel):
    """A version that was published."""

    version: int
    author: str
    at: str
    note: str
    changes: list[str]


class RollBackOut(BaseModel):
    """An earlier version was put in force again."""

    version: int
    to: int
    author: str
    at: str
    note: str


class History(BaseModel):
    """What was published and rolled back. `current`: the version in force; 0 when there is none."""

    current: int
    versions: list[VersionOut]
    roll_backs: list[RollBackOut]


class RollBackIn(Strict):
    """Which version to put in force again, and why."""

    to: Annotated[int, Field(strict=True, ge=0, le=99_999_999)]
    note: Note


# ---- joining ---------------------------------------------------------------------------------------------------------


class ClaimIn(Strict):
    """Somebody wants to let their municipality join."""

    municipality: Code
    name: PlainWords
    email: Email
    role: PlainWords


class AgreementIn(Strict):
    """The agreement on processing personal data is accepted, by whom. `version`: of the text that was read."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    name: PlainWords
    title: PlainWords


class TokenIn(Strict):
    """The token of a link in a mail."""

    token: Annotated[str, Field(min_length=1, max_length=200)]


class ReasonIn(Strict):
    """Why."""

    reason: Note


class EvidenceIn(Strict):
    """What an operator found out: an address (of the municipality, or of one of its units) or the official domain."""

    mail: Email | None = None
    domain: Domain | None = None
    unit: Unit | None = None
    source: Source


class InvitationIn(Strict):
    """Whom to invite to administrate the municipality's registry."""

    email: Email
    name: PlainWords


class ClaimStatus(BaseModel):
    """How far a claim has come and what is left to do. `dns_record`: what the official domain may say instead."""

    claim_id: str
    municipality: str
    municipality_name: str
    state: str
    left: list[str]
    mail_has_evidence: bool
    domain: str | None = None
    dns_record: str | None = None
    agreement_version: str
    reason: str | None = None
    open_until: str


class ClaimStarted(ClaimStatus):
    """A claim that was begun. `token`: opens it again, and is told this once. `mail`: sent, waiting or not_sent."""

    token: str
    status_url: str
    mail: str


class MailTold(BaseModel):
    """What became of a mail: `sent`, `waiting` for an operator, or `not_sent`."""

    mail: str


class EvidenceOut(BaseModel):
    """What an operator found out."""

    value: str
    unit: str | None
    source: str
    note: str | None = None
    by: str
    at: str


class EvidenceRecorded(EvidenceOut):
    """What was recorded, and how many links it let go out."""

    links_sent: int


class EvidenceList(BaseModel):
    """Everything that operators found out about a municipality."""

    evidence: list[EvidenceOut]


class ProofOut(BaseModel):
    """How it was proven that somebody speaks for the municipality."""

    how: str
    value: str
    source: str
    recorded_by: str
    at: str


class SignedOut(BaseModel):
    """Who accepted which agreement."""

    version: str
    digest: str
    name: str
    title: str
    at: str


class VerdictOut(BaseModel):
    """What an operator decided."""

    by: str
    reason: str
    at: str


class ClaimRow(BaseModel):
    """A claim as operators see it. `followed_up`: whether everything an approval brings along has been done."""

    claim_id: str
    municipality: str
    municipality_name: str
    state: str
    left: list[str]
    name: str
    email: str
    role: str
    begun_at: str
    open_until: str
    proof: ProofOut | None
    agreement: SignedOut | None
    verdict: VerdictOut | None
    followed_up: bool


class ClaimList(BaseModel):
    """The newest claims, the newest first."""

    claims: list[ClaimRow]


class InvitationOut(BaseModel):
    """An invitation that was sent."""

    invitation_id: str
    municipality: str
    email: str
    expires: str
    mail: str


class SandboxIn(Strict):
    """Who wants to try which municipality."""

    municipality: Code
    email: Email


class SandboxOut(BaseModel):
    """The sandbox's code, and until when the link works that was mailed."""

    sandbox: str
    expires: str
    mail: str


class KeyOut(BaseModel):
    """A key, told this once. `expires`: when it is worth nothing any more; absent when it lasts."""

    key: str
    caller_id: str
    name: str
    municipality: str
    scopes: list[str]
    expires: str | None = None
