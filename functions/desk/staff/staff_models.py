"""Staff, their login and keys, as they come in and go out."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from synpunkt.http.incoming import EmailAddress, Strict

Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,64}$")]
# Letters, digits and what names are joined by: a name goes into a mail, so nothing in it may look like an address.
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[\w ,'’()-]+$")]
MunicipalRole = Literal["handler", "lead", "registrar", "admin"]
Roles = Annotated[list[MunicipalRole], Field(min_length=1, max_length=4)]
Departments = Annotated[list[Id], Field(max_length=50)]
Scopes = Annotated[list[Literal["read", "write", "contact", "registry"]], Field(min_length=1, max_length=4)]


class CoverIn(Strict):
    """Who takes somebody's cases. `until`: the last day."""

    by: Id
    until: date


class StaffIn(Strict):
    """Somebody to let in. Without departments they work for the whole municipality."""

    email: EmailAddress
    name: Name
    roles: Roles
    departments: Departments = []


class StaffPatch(BaseModel):
    """What changes of somebody; what is left out stays. `cover`: null ends it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name = ""
    roles: Roles = []
    departments: Departments = []
    suspended: bool = False
    cover: CoverIn | None = None


class CoverOut(BaseModel):
    """Who takes somebody's cases, to the end of which day."""

    by: str
    until: date


class StaffOut(BaseModel):
    """One of the staff. `login`: by the municipality's own login, or an account with us."""

    staff_id: str
    email: str
    name: str
    municipality: str | None
    roles: list[str]
    departments: list[str]
    suspended: bool
    login: Literal["municipality", "account"]
    cover: CoverOut | None


class Invited(StaffOut):
    """Somebody just let in. `mailed`: whether the invitation left; if not, tell them the desk's address yourself."""

    mailed: bool


class StaffList(BaseModel):
    """A municipality's staff, by name."""

    staff: list[StaffOut]


class StaffChange(BaseModel):
    """One change of staff or keys. `changes`: field → before and after."""

    at: str
    what: str
    about: str
    by: str
    by_name: str
    changes: dict[str, Any]


class StaffHistory(BaseModel):
    """What was changed, newest first."""

    changes: list[StaffChange]


class KeyIn(Strict):
    """A key to make. Without departments it works for the whole municipality.

    `replaces`: the id of a key that stops working at the same moment. `test`: it acts in the municipality's sandbox,
    and nowhere else.
    """

    name: Name
    scopes: Scopes
    departments: Departments = []
    test: bool = False
    replaces: Id | None = None


class KeyRow(BaseModel):
    """A key, without its secret."""

    key_id: str
    name: str
    municipalities: list[str]
    scopes: list[str]
    departments: list[str]
    test: bool
    created_at: str | None
    created_by: str | None
    revoked_at: str | None
    expires: str | None = None


class KeyMade(KeyRow):
    """A new key. `key` is told this once."""

    key: str


class KeyList(BaseModel):
    """The keys that act for a municipality, oldest first."""

    keys: list[KeyRow]


class LoginWay(BaseModel):
    """How somebody with an address in a domain logs in. `provider`: their municipality's own login, by its name."""

    provider: str | None


class WhoIAm(BaseModel):
    """The caller, and what they may do in which municipalities. `covers_for`: colleagues they stand in for today."""

    caller_id: str
    name: str
    kind: Literal["key", "staff"]
    municipalities: list[str]
    municipality_names: list[str]
    scopes: list[str]
    roles: list[str]
    departments: list[str]
    covers_for: list[str]
    test: bool
