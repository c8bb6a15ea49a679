"""What a municipality's admin does with staff and keys, and what everybody may know of themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from functions.desk.staff.staff_models import (
    CoverIn,
    CoverOut,
    Invited,
    KeyIn,
    KeyMade,
    KeyRow,
    StaffChange,
    StaffIn,
    StaffOut,
    StaffPatch,
    WhoIAm,
)
from synpunkt import clock
from synpunkt.accounts import make_account
from synpunkt.clock import to_iso
from synpunkt.errors import what_and_where
from synpunkt.http.problem import Problem, not_found
from synpunkt.identity import Caller, Cover, Member, Role, Scope, State, domain_of, new_key, rights_of
from synpunkt.mail import Mail, Mailer
from synpunkt.names import municipality_name
from synpunkt.responsibility import default_departments
from synpunkt.sandbox import real_of, sandbox_of
from synpunkt.stores.deliveries import ClaimState, InFlight
from synpunkt.stores.dynamo import transact
from synpunkt.stores.keys import KeyRecord, KeyStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.staff import AlreadyStaff, By, LastAdmin, StaffStore
from synpunkt.templates import render_text
from synpunkt.texts import text

logger = Logger()

_TEMPLATES = Path(__file__).parents[1] / "templates"
_LONGEST_COVER_DAYS = 366


@dataclass(frozen=True, slots=True)
class StaffDesk:
    """A municipality's staff and keys, for somebody who may change them."""

    staff: StaffStore
    keys: KeyStore
    registry: RegistryStore
    pool_id: str
    public_url: str
    mailer: Callable[[], Mailer]

    # ---- staff -----------------------------------------------------------------------------------------------

    def people(self, code: str) -> list[StaffOut]:
        """The municipality's staff."""
        federated = self._federated(code)
        return [_out(each, federated) for each in self.staff.members(code)]

    def invite(self, caller: Caller, code: str, wanted: StaffIn, language: str) -> Invited:
        """Lets somebody in, makes their account where the municipality has no login of its own, and writes to them."""
        self._check_departments(caller, code, wanted.departments)
        _check_roles(caller, wanted.roles)
        if self.staff.by_email(wanted.email) is not None:
            raise Problem(HTTPStatus.CONFLICT, "already_staff")
        federation = self.staff.federation(domain_of(wanted.email))
        if federation is not None and federation.municipality != code:
            raise _wrong("email", "foreign_domain")
        member = Member(
            staff_id=clock.new_id(),
            email=wanted.email,
            name=wanted.name,
            municipality=code,
            roles=frozenset(map(Role, wanted.roles)),
            departments=frozenset(wanted.departments),
            subject=None if federation else make_account(self.pool_id, wanted.email),
        )
        try:
            self.staff.add(member, by=_by(caller), now=clock.now())
        except AlreadyStaff as error:
            raise Problem(HTTPStatus.CONFLICT, "already_staff") from error
        mailed = self._write_to(member, caller, language, own_login=federation is not None)
        return Invited(**_out(member, self._federated(code)).model_dump(), mailed=mailed)

    def change(self, caller: Caller, code: str, staff_id: str, patch: StaffPatch) -> StaffOut:
        """Changes somebody. Raises `Problem`: 404 for nobody of the municipality's, 409 for its last admin.

        Who is limited to departments changes nobody who works beyond them (403), in nothing.
        """
        changes = self._changes(caller, code, staff_id, patch)
        try:
            changed = self.staff.change(
                code,
                staff_id,
                changes,
                by=_by(caller),
                now=clock.now(),
                allowed=lambda each: _check_theirs(caller, each),
            )
        except LastAdmin as error:
            raise Problem(HTTPStatus.CONFLICT, "last_admin") from error
        if changed is None:
            raise not_found()
        return _out(changed, self._federated(code))

    def history(self, code: str) -> list[StaffChange]:
        """The newest changes of staff and keys."""
        return [StaffChange.model_validate(each) for each in self.staff.history(code)]

    # ---- keys ------------------------------------------------------------------------------------------------

    def list_keys(self, code: str) -> list[KeyRow]:
        """The keys that act for the municipality."""
        return [_key_out(each) for each in self.keys.of_municipality(code)]

    def make_key(self, caller: Caller, code: str, wanted: KeyIn) -> KeyMade:
        """A new key of the municipality's; nobody gives a key what they may not do themselves."""
        scopes = [Scope(each) for each in wanted.scopes]
        if not all(caller.may(scope, code) for scope in scopes):
            raise _wrong("scopes", "choice")
        self._check_departments(caller, code, wanted.departments)
        if wanted.test and Scope.REGISTRY in scopes:
            # A sandbox has the registry of its municipality, which is not to be tried things out with.
            raise _wrong("scopes", "choice")
        now, key = clock.now(), new_key(test=wanted.test)
        before = self._theirs(caller, code, wanted.replaces) if wanted.replaces else None
        items, made = self.keys.keeping(
            key,
            wanted.name,
            [sandbox_of(code) if wanted.test else code],
            scopes,
            now=now,
            by=caller.caller_id,
            departments=wanted.departments,
            owner=code,
            # What was said of a key's use is said of the one in its place.
            quota=before[1].quota if before else None,
        )
        told: dict[str, Any] = {"scopes": [[], sorted(wanted.scopes)]}
        if wanted.departments:
            told["departments"] = [[], sorted(wanted.departments)]
        if before is not None:
            items += self.keys.revoking(before[0], now=now, by=caller.caller_id)
            told["replaces"] = [None, wanted.replaces]
        items.append(self.staff.noted(code, "key_made", made.caller_id, told, by=_by(caller), now=now))
        transact(items)
        record = KeyRecord(
            made.caller_id,
            wanted.name,
            made.municipalities,
            made.scopes,
            made.test,
            to_iso(now),
            caller.caller_id,
            departments=made.departments,
        )
        return KeyMade(**_key_out(record).model_dump(), key=key)

    def revoke_key(self, caller: Caller, code: str, key_id: str) -> None:
        """Makes a key worth nothing at once. Raises `Problem` (404) for none of the municipality's."""
        key_pk, _ = self._theirs(caller, code, key_id)
        now, told = clock.now(), {"revoked": [False, True]}
        items = self.keys.revoking(key_pk, now=now, by=caller.caller_id)
        transact([*items, self.staff.noted(code, "key_revoked", key_id, told, by=_by(caller), now=now)])

    def _theirs(self, caller: Caller, code: str, key_id: str) -> tuple[str, KeyRecord]:
        """A key that the caller may take back, and where it is kept. Raises `Problem`: 404 for none, 403 for others."""
        found = self.keys.found(code, key_id)
        if found is None:
            raise not_found()
        record = found[1]
        # A key that acts for others, too, is theirs as well: whoever made it for them all takes it back.
        if not {*map(real_of, record.municipalities)} <= {*map(real_of, caller.municipalities)} or not caller.covers(
            record.departments
        ):
            raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
        return found

    # ---- parts -----------------------------------------------------------------------------------------------

    def _changes(self, caller: Caller, code: str, staff_id: str, patch: StaffPatch) -> dict[str, Any]:
        given = patch.model_fields_set
        changes: dict[str, Any] = {}
        if "name" in given:
            changes["name"] = patch.name
        if "roles" in given:
            _check_roles(caller, patch.roles)
            changes["roles"] = frozenset(map(Role, patch.roles))
        if "departments" in given:
            self._check_departments(caller, code, patch.departments)
            changes["departments"] = frozenset(patch.departments)
        if "suspended" in given:
            changes["state"] = State.SUSPENDED if patch.suspended else State.ACTIVE
        if "cover" in given:
            changes["cover"] = self._cover(code, staff_id, patch.cover) if patch.cover else None
        return changes

    def _cover(self, code: str, staff_id: str, wanted: CoverIn) -> Cover:
        days = (wanted.until - clock.now().date()).days
        if not 0 <= days <= _LONGEST_COVER_DAYS:
            raise _wrong("cover.until", "range")
        colleague = self.staff.member(code, wanted.by)
        if colleague is None or colleague.state is not State.ACTIVE or colleague.staff_id == staff_id:
            raise _wrong("cover.by", "choice")
        return Cover(wanted.by, wanted.until)

    def _check_departments(self, caller: Caller, code: str, wanted: Collection[str]) -> None:
        """Passes for departments there are; who is limited to some gives nobody, nor themselves, more than theirs."""
        profile = self.registry.profile(code)
        if profile is not None and profile.published is not None:
            known = set(profile.published.departments)
        else:
            known = {each.department for each in default_departments()}
        if not caller.covers(wanted) or not known.issuperset(wanted):
            raise _wrong("departments", "choice")

    def _federated(self, code: str) -> frozenset[str]:
        return federated_domains(self.staff, code)

    def _write_to(self, member: Member, caller: Caller, language: str, *, own_login: bool) -> bool:
        body = render_text(
            _TEMPLATES,
            "staff_invite",
            language,
            invited=member.name,
            by=caller.name,
            municipality=municipality_name(member.municipality, language),
            address=f"{self.public_url}/desk/",
            own_login=own_login,
        )
        subject = text("mail.staff_invite.subject", language)
        fact = f"StaffInvited:{member.staff_id}"
        mail = Mail(member.email, subject, body, "", fact, "staff", member.municipality)
        try:
            return self.mailer().send_once(mail).state is ClaimState.SENT
        except (BotoCoreError, ClientError, InFlight) as error:
            # They are let in all the same; the answer says that nobody has told them.
            logger.error("invitation not sent", extra={"staff_id": member.staff_id} | what_and_where(error))
            return False


def federated_domains(staff: StaffStore, code: str) -> frozenset[str]:
    """The e-mail domains the municipality's own login speaks for."""
    return frozenset(domain for each in staff.federations() if each.municipality == code for domain in each.domains)


def who_i_am(caller: Caller, colleagues: Iterable[Member], language: str) -> WhoIAm:
    """What the caller may know of themselves."""
    today = clock.now().date()
    codes = sorted(caller.municipalities)
    return WhoIAm(
        caller_id=caller.caller_id,
        name=caller.name,
        kind=caller.kind.value,
        municipalities=codes,
        municipality_names=[municipality_name(code, language) for code in codes],
        scopes=sorted(each.value for each in caller.scopes),
        roles=sorted(caller.roles),
        departments=sorted(caller.departments),
        covers_for=[
            each.staff_id
            for each in colleagues
            if each.cover and each.cover.by == caller.caller_id and each.cover.holds(today)
        ],
        test=caller.test,
    )


def _check_roles(caller: Caller, wanted: Iterable[str]) -> None:
    """Passes for roles that may do nothing which the caller may not."""
    if not rights_of(frozenset(map(Role, wanted))) <= caller.scopes:
        raise _wrong("roles", "choice")


def _check_theirs(caller: Caller, member: Member) -> None:
    """Passes for those who work nowhere that the caller does not, and may do no more. Raises `Problem` (403)."""
    if not caller.covers(member.departments) or not rights_of(member.roles) <= caller.scopes:
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")


def _by(caller: Caller) -> By:
    return By(caller.caller_id, caller.name)


def _wrong(field: str, code: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", [(field, code, {"limit": ""})])


def _out(member: Member, federated: frozenset[str]) -> StaffOut:
    return StaffOut(
        staff_id=member.staff_id,
        email=member.email,
        name=member.name,
        municipality=member.municipality,
        roles=sorted(role.value for role in member.roles),
        departments=sorted(member.departments),
        suspended=member.state is State.SUSPENDED,
        login="municipality" if domain_of(member.email) in federated else "account",
        cover=CoverOut(by=member.cover.by, until=member.cover.until) if member.cover else None,
    )


def _key_out(record: KeyRecord) -> KeyRow:
    return KeyRow(
        key_id=record.key_id,
        name=record.name,
        municipalities=sorted(record.municipalities),
        scopes=sorted(each.value for each in record.scopes),
        departments=sorted(record.departments),
        test=record.test,
        created_at=record.created_at,
        created_by=record.created_by,
        revoked_at=record.revoked_at,
        expires=to_iso(record.expires) if record.expires else None,
    )
